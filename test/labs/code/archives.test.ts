/** Trees in archives, and hostile ones: the same root as the folder's, or one line that says what was expected. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test, vi } from "vitest";
import { readArchive } from "../../../src/labs/code/host/archive.js";
import { printTree } from "../../../src/labs/code/host/printed-tree.js";
import { entriesOf, readSourceTree, TREE_LIMITS } from "../../../src/labs/code/host/source-tree.js";
import { writeTree } from "./programs.js";

const root = mkdtempSync(join(tmpdir(), "assay-archives-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const FILES = { "pkg/a.py": "a = 1\n", "pkg/b/c.py": "c = 2\n", "README.md": "none" };

/** A tar of files, links and long names, as their makers write it. */
function tar(entries: readonly { path: string; text?: string; kind?: string }[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { path, text = "", kind = "0" } of entries) {
    const content = bytes(text);
    const header = new Uint8Array(512);
    header.set(bytes(path).subarray(0, 100), 0);
    header.set(bytes("0000644\0"), 100);
    header.set(bytes(`${content.length.toString(8).padStart(11, "0")}\0`), 124);
    header[156] = kind.charCodeAt(0);
    header.set(bytes("ustar\x0000"), 257);
    const padded = new Uint8Array(512 * Math.ceil(content.length / 512));
    padded.set(content);
    blocks.push(header, padded);
  }
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}
const listed = Object.entries(FILES).map(([path, text]) => ({ path, text }));
const write = (name: string, content: Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

describe("one tree, whatever it comes in", () => {
  test("folder, zip, wheel, tar, npm's and cargo's packages have one root", async () => {
    writeTree(at("folder"), FILES);
    const zipped = zipSync(Object.fromEntries(listed.map(({ path, text }) => [path, bytes(text)])));
    const paths = [
      at("folder"),
      write("tree.zip", zipped),
      write("tree-1.0-py3-none-any.whl", zipped),
      write("tree.tar", tar(listed)),
      write("tree-1.0.tgz", gzipSync(tar(listed))),
      write("tree-1.0.crate", gzipSync(tar(listed))),
      write("tree-1.0.tar.gz", gzipSync(tar(listed))),
    ];
    const roots = await Promise.all(paths.map(async (path) => (await readSourceTree(path)).root));
    expect(new Set(roots).size).toBe(1);
  });

  test("paths that lead outside are paths inside, links are left out, long names are read", async () => {
    const long = `pkg/${"n".repeat(120)}.py`;
    const record = `path=${long}\n`;
    const pax = `${record.length + 4} ${record}`;
    const packed = tar([
      { path: "../../etc/a.py", text: "a = 1\n" },
      { path: "b.py", kind: "2" },
      { path: "x", text: pax, kind: "x" },
      { path: "short.py", text: "c = 3\n" },
    ]);
    const { files, leftOut } = await readSourceTree(write("odd.tar", packed));
    expect(files.map(({ path }) => path)).toEqual(["etc/a.py", long]);
    expect(leftOut).toEqual([{ why: "links", files: 1 }]);
  });

  test("a folder of builds is read only where nothing else is source", async () => {
    writeTree(at("built"), { "dist/a.js": "const a = 1;\n" });
    expect((await readSourceTree(at("built"))).files).toHaveLength(1);
    writeTree(at("built"), { "src/a.ts": "const a = 1;\n" });
    expect((await readSourceTree(at("built"))).files.map(({ path }) => path)).toEqual(["src/a.ts"]);
  });
});

describe("hostile archives and trees: one line each", () => {
  const small = { entries: 10, fileBytes: 100_000, totalBytes: 200_000 };
  const refusal = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  test("bombs, too many entries, files cut off, what is no archive", () => {
    const zeros = new Uint8Array(300_000);
    const refusals = [
      () => readArchive(zipSync({ "a.py": zeros }), "a.zip", small),
      () =>
        readArchive(
          zipSync({
            "a.py": zeros.subarray(200_001),
            "b.py": zeros.subarray(200_001),
            "c.py": zeros.subarray(200_001),
          }),
          "a.zip",
          small,
        ),
      () => readArchive(gzipSync(zeros), "a.tgz", small),
      () => readArchive(tar(Array.from({ length: 11 }, (_, i) => ({ path: `${i}.py` }))), "a.tar", small),
      () => readArchive(tar([{ path: "a.py", text: "x".repeat(2000) }]).subarray(0, 1200), "a.tar", small),
      () => readArchive(bytes("not an archive".repeat(100)), "a.tar", small),
      () => readArchive(bytes("not an archive"), "a.zip", small),
      () => readArchive(bytes("not an archive"), "a.tgz", small),
    ].map(refusal);
    expect(refusals.map((said) => /expected/.test(said) && !said.includes("\n"))).toEqual(refusals.map(() => true));
  });

  test("100,001 entries, in an archive and in a folder", async () => {
    const one = tar([{ path: "a.py" }]).subarray(0, 512);
    const many = Buffer.alloc(512 * (TREE_LIMITS.entries + 2), one);
    expect(refusal(() => readArchive(many, "many.tar", TREE_LIMITS))).toMatch(/at most 100000 entries, got more/);
    const folder = vi.fn(async () => Array.from({ length: TREE_LIMITS.entries + 1 }, (_, i) => `${i}.py`));
    await expect(entriesOf("/nowhere", "many", folder)).rejects.toThrow(/at most 100000 entries, got more/);
    expect(folder).toHaveBeenCalledTimes(1);
  });

  test("a file of one line of 100 MB is refused unread; one of 2 MB and one of 20,000 brackets are left out", async () => {
    writeTree(at("long"), { "a.py": "" });
    truncateSync(at("long", "a.py"), 100 * 1024 * 1024);
    await expect(readSourceTree(at("long"))).rejects.toThrow(/source files of at most 67108864 bytes, got 104857600/);
    writeTree(at("odd"), {
      "a.py": `x = "${"y".repeat(2 * 1024 * 1024)}"\n`,
      "b.py": `x = ${`${"(".repeat(100)}\n`.repeat(200)}`,
      "c.py": `${"x = 1\n".repeat(40)}`,
      "d.py": "\0\0",
      "e.py": Buffer.from([0x78, 0xff, 0xfe, 0x0a]),
    });
    const { files, seen } = await printTree(await readSourceTree(at("odd")), "units", () => {});
    expect([files, seen.leftOut]).toEqual([
      1,
      [
        { why: "could not be parsed", files: 1 },
        { why: "larger than 1048576 bytes", files: 1 },
        { why: "not UTF-8 text", files: 2 },
      ],
    ]);
  });

  test("links that go round or lead outside are not followed", async () => {
    writeTree(at("round"), { "a.py": "a = 1\n" });
    symlinkSync(at("round"), at("round", "again"));
    symlinkSync("/", at("round", "root"));
    symlinkSync("/etc/passwd", at("round", "b.py"));
    const { files, leftOut } = await readSourceTree(at("round"));
    expect([files.map(({ path }) => path), leftOut]).toEqual([["a.py"], [{ why: "links", files: 3 }]]);
  });

  test("a repository without a work tree, a file of no kind that is read", async () => {
    mkdirSync(at("bare", "objects"), { recursive: true });
    writeTree(at("bare"), { HEAD: "ref: refs/heads/main\n", "objects/pack/x": "" });
    await expect(readSourceTree(at("bare"))).rejects.toThrow(/expected a work tree, got a repository without one/);
    await expect(readSourceTree(write("a.txt", bytes("x")))).rejects.toThrow(
      /expected a folder of source files or an archive/,
    );
  });

  test("a zip that lies about its sizes is read no further than it says; many names of one datum are counted each", async () => {
    const lie = Buffer.from(zipSync({ "a.py": bytes("x = 1\n".repeat(5000)) }));
    for (const at of [lie.lastIndexOf("PK\x01\x02") + 24, 22]) lie.writeUInt32LE(10, at);
    const { files } = await readSourceTree(write("lie.zip", lie));
    expect(files.map((file) => file.bytes.length)).toEqual([10]);
    const one = Buffer.from(zipSync({ "a.py": new Uint8Array(90_000) }));
    const [from, end] = [one.lastIndexOf("PK\x01\x02"), one.lastIndexOf("PK\x05\x06")];
    const names = Array.from({ length: 9 }, (_, i) => {
      const entry = Buffer.from(one.subarray(from, end));
      entry.write(`${i}.py`, 46);
      return entry;
    });
    const tail = Buffer.from(one.subarray(end));
    tail.writeUInt16LE(9, 8);
    tail.writeUInt16LE(9, 10);
    tail.writeUInt32LE(9 * (end - from), 12);
    const overlapping = Buffer.concat([one.subarray(0, from), ...names, tail]);
    expect(refusal(() => readArchive(overlapping, "many.zip", small))).toMatch(
      /at most 200000 bytes of source, got more/,
    );
  });

  test("a wheel whose names lead outside, a tar with devices, pipes and links", async () => {
    const text = bytes("a = 1\n");
    const names = ["../../etc/evil.py", "/abs/evil.py", "..\\w.py", "__proto__.py"];
    const wheel = zipSync(Object.fromEntries(names.map((name) => [name, text])));
    const read = await readSourceTree(write("evil-1.0-py3-none-any.whl", wheel));
    expect(read.files.map(({ path }) => path)).toEqual(["__proto__.py", "abs/evil.py", "etc/evil.py", "w.py"]);
    const kinds = ["1", "2", "3", "4", "6"].map((kind) => ({ path: `${kind}.py`, kind }));
    const odd = await readSourceTree(write("kinds.tar", tar([...kinds, { path: "a.py", text: "a = 1\n" }])));
    expect([odd.files.map(({ path }) => path), odd.leftOut]).toEqual([["a.py"], [{ why: "links", files: 2 }]]);
  });

  test.skipIf(process.platform === "win32")(
    "a pipe or a device under an archive's name is not waited for",
    async () => {
      execFileSync("mkfifo", [at("pipe.zip")]);
      symlinkSync("/dev/zero", at("zeros.tar"));
      for (const name of ["pipe.zip", "zeros.tar"])
        await expect(readSourceTree(at(name))).rejects.toThrow(/expected a folder of source files or an archive/);
      writeTree(at("pipes"), { "a.py": "a = 1\n" });
      execFileSync("mkfifo", [at("pipes", "b.py")]);
      expect((await readSourceTree(at("pipes"))).files).toHaveLength(1);
    },
  );

  test.skipIf(process.platform !== "linux")("a name that is no text is left out and said", async () => {
    writeTree(at("names"), { "a.py": "a = 1\n" });
    writeFileSync(
      Buffer.concat([Buffer.from(`${at("names")}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".py")]),
      "b = 1\n",
    );
    const { files, leftOut } = await readSourceTree(at("names"));
    expect([files.length, leftOut]).toEqual([1, [{ why: "names that lead to nothing", files: 1 }]]);
  });

  test("65 folders deep", async () => {
    writeTree(at("deep"), { [`${"d/".repeat(65)}a.py`]: "a = 1\n" });
    await expect(readSourceTree(at("deep"))).rejects.toThrow(/at most 64 folders deep, got more/);
  });

  test("100,000 open brackets are no source; of functions inside functions 64 levels are kept", async () => {
    const nested = `${"function f(a) { let b = a + 1;\n".repeat(200)}${"b = a * 2 + g(b);\n".repeat(60)}${"}".repeat(200)}`;
    writeTree(at("nested"), { "a.py": `x = ${`${"(".repeat(100)}\n`.repeat(1000)}`, "b.ts": nested });
    const { units, seen } = await printTree(await readSourceTree(at("nested")), "units", () => {});
    expect(units.map(({ path }) => path)).toEqual(Array.from({ length: 64 }, () => "b.ts"));
    expect(seen.leftOut).toEqual([{ why: "could not be parsed", files: 1 }]);
  });

  test("3,000 levels of one expression are too deep", async () => {
    writeTree(at("levels"), { "a.ts": `let x = ${"!\n".repeat(6000)}y;\n`, "b.ts": "const a = 1;\n" });
    const { seen } = await printTree(await readSourceTree(at("levels")), "units", () => {});
    expect(seen.leftOut).toEqual([{ why: "could not be parsed", files: 1 }]);
  });

  test("a tree of more tokens than memory holds is refused", async () => {
    writeTree(at("large"), { "a.py": "a = 1\n".repeat(10) });
    const tree = await readSourceTree(at("large"));
    await expect(printTree(tree, "units", () => {}, 29)).rejects.toThrow(
      /"large": expected at most 29 tokens, got more/,
    );
  });

  // Two minutes of processor time; not a skipped test where it is not asked for, since a skip must have its excuse.
  const slowTest = process.env.SLOW === undefined ? () => {} : test;
  slowTest(
    "a file that holds the parser up for 20 s, and one that takes all its memory, are named (SLOW=1)",
    async () => {
      writeTree(at("slow"), { "a.rs": `r#"`.repeat(300_000).replaceAll(/(.{180})/g, "$1\n") });
      const slow = await readSourceTree(at("slow"));
      await expect(printTree(slow, "units", () => {})).rejects.toThrow(
        /parsed in 20 s, got one that takes more: "a.rs"/,
      );
      writeTree(at("breaks"), { "a.py": "/*".repeat(25_000).replaceAll(/(.{120})/g, "$1\n") });
      const breaks = await readSourceTree(at("breaks"));
      await expect(printTree(breaks, "units", () => {})).rejects.toThrow(/one that breaks the parser: "a.py"/);
    },
    600_000,
  );
});
