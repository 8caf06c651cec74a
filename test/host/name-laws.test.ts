/**
 * Laws of names and signatures, on real files: every name of up to three bytes stands for itself or for nothing, and
 * no tree of files changes unseen. SLOW=1 takes every such name and 100,000 trees (an hour and more).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SignOptions, signModel, verifyModel } from "../../dist/app/register/sign-model.js";
import { AssayError } from "../../dist/base/error.js";
import { prng } from "../../src/base/prng.js";
import { statedName } from "../../src/host/file-names.js";

const SLOW = process.env.SLOW === "1";
// Memory where there is some: files are small and many.
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "assay-names-"));
beforeAll(() => {
  const ssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  ssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem");
  ssl("ec", "-in", "key.pem", "-pubout", "-out", "key.pub");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const common = {
  ignorePaths: [],
  ignoreGitPaths: true,
  allowSymlinks: false,
  certificateChain: [],
  onProgress: () => undefined,
};
const signed = (model: string, method: SignOptions["method"] = "files") =>
  signModel({
    ...common,
    model,
    signature: `${model}.sig`,
    method,
    algorithm: "sha256",
    shardSize: 7,
    privateKey: join(folder, "key.pem"),
  });
const faults = async (model: string): Promise<string[]> =>
  (
    await verifyModel({
      ...common,
      model,
      signature: `${model}.sig`,
      publicKey: join(folder, "key.pub"),
      ignoreUnsignedFiles: false,
      at: 0,
      strictCertificates: false,
    })
  ).faults;

/** RFC 3629 by its table of byte ranges, written apart from the decoder that is tested. */
function isUtf8(bytes: Uint8Array): boolean {
  const tail = (at: number, from = 0x80, to = 0xbf) =>
    bytes[at] !== undefined && bytes[at]! >= from && bytes[at]! <= to;
  for (let i = 0; i < bytes.length; ) {
    const octet = bytes[i]!;
    if (octet < 0x80) i += 1;
    else if (octet >= 0xc2 && octet <= 0xdf && tail(i + 1)) i += 2;
    else if (octet === 0xe0 && tail(i + 1, 0xa0) && tail(i + 2)) i += 3;
    else if (octet === 0xed && tail(i + 1, 0x80, 0x9f) && tail(i + 2)) i += 3;
    else if (octet >= 0xe1 && octet <= 0xef && octet !== 0xed && tail(i + 1) && tail(i + 2)) i += 3;
    else return false;
  }
  return true;
}

test("a name of up to three bytes is stated as itself, or not at all", { timeout: 3_600_000 }, () => {
  const octets = Array.from({ length: 256 }, (_, i) => i).filter((octet) => octet !== 0 && octet !== 0x2f);
  // Without SLOW: the edges of every range of the table, and some in between.
  const third = SLOW
    ? octets
    : octets.filter((o) => o % 37 === 0 || [0x5c, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff].includes(o));
  let wrong = 0;
  let stated = 0;
  const look = (...name: number[]) => {
    const bytes = Buffer.from(name);
    const text = statedName(bytes);
    if (text !== null) stated++;
    if ((text !== null) !== (isUtf8(bytes) && !name.includes(0x5c))) wrong++;
    // Lossless, and so no two names are stated alike.
    if (text !== null && !Buffer.from(text).equals(bytes)) wrong++;
  };
  for (const a of octets) {
    look(a);
    for (const b of octets) {
      look(a, b);
      if (SLOW || third.includes(b)) for (const c of third) look(a, b, c);
    }
  }
  if (SLOW) console.log(`names of up to three bytes: ${254 + 254 ** 2 + 254 ** 3}, stated ${stated}, wrong ${wrong}`);
  expect(wrong).toBe(0);
});

test("beside a signed model no file of such a name is unseen", { timeout: 3_600_000 }, async () => {
  const random = prng("test/names", "1");
  const octet = () => {
    const value = 1 + random.below(255);
    return value === 0x2f ? 0x5c : value;
  };
  const names = new Set<string>();
  for (let i = 0; i < (SLOW ? 60_000 : 1500); i++)
    names.add(Buffer.from(Array.from({ length: 1 + random.below(3) }, octet)).toString("latin1"));
  for (const name of [".", ".."]) names.delete(name);
  // A model that holds every likeness: what the bytes decode to, where replacement characters stand for them.
  const model = join(folder, "likenesses");
  mkdirSync(model);
  for (const name of names) {
    const likeness = Buffer.from(name, "latin1").toString();
    if (!likeness.includes("\\")) writeFileSync(join(model, likeness), likeness);
  }
  const { resources } = await signed(model);
  const stated = new Set(resources.map(({ name }) => name));
  expect(await faults(model)).toEqual([]);
  let added = 0;
  for (const name of names) {
    const bytes = Buffer.from(name, "latin1");
    const text = statedName(bytes);
    if (text !== null && stated.has(text)) continue;
    writeFileSync(Buffer.concat([Buffer.from(`${model}/`), bytes]), "");
    added++;
  }
  expect(added).toBeGreaterThan(100);
  expect(await faults(model)).toHaveLength(added);
});

test("no tree changes unseen", { timeout: 7_200_000 }, async () => {
  const alphabet = ["a", "b", "A", "é", "e\u0301", "𝔘", "\ufffd", ":", "0", " ", ".", "con", "\n", "%", "~"];
  const fresh = (name: string) => !/^\.{1,2}$/.test(name);
  const counts: Record<string, number> = {};
  let unseen = 0;
  const trees = SLOW ? 100_000 : 150;
  const tree = async (i: number) => {
    const random = prng("test/trees", String(i));
    const word = () =>
      Array.from({ length: 1 + random.below(3) }, () => alphabet[random.below(alphabet.length)]).join("");
    const model = join(folder, `t${i}`);
    const files = new Map<string, string>();
    mkdirSync(model);
    for (let j = 1 + random.below(6); j > 0; j--) {
      const [parent, name] = [random.below(3) === 0 ? `${word()}d/` : "", word()];
      if (!fresh(name) || files.has(parent + name) || existsSync(join(model, parent + name))) continue;
      if (parent) mkdirSync(join(model, parent), { recursive: true });
      const contents = "x".repeat(random.below(3)) + j;
      writeFileSync(join(model, parent + name), contents);
      files.set(parent + name, contents);
    }
    if (files.size === 0) {
      writeFileSync(join(model, "one"), "1");
      files.set("one", "1");
    }
    await signed(model, random.below(2) ? "files" : "shards");
    if ((await faults(model)).length > 0) throw new Error(`tree ${i} does not hold as signed`);
    const names = [...files.keys()];
    const name = names[random.below(names.length)]!;
    const at = join(model, name);
    const tried = async (what: string, change: () => void, back: () => void) => {
      change();
      counts[what] = (counts[what] ?? 0) + 1;
      const seen = await faults(model).then(
        (found) => found.length > 0,
        (error) => error instanceof AssayError,
      );
      if (!seen) unseen++;
      back();
    };
    switch (random.below(6)) {
      case 0:
        await tried(
          "add",
          () => writeFileSync(`${at}+`, random.below(2) ? "" : "x"),
          () => rmSync(`${at}+`),
        );
        break;
      case 1:
        await tried(
          "remove",
          () => rmSync(at),
          () => undefined,
        );
        break;
      case 2:
        await tried(
          "rename",
          () => renameSync(at, `${at}~~~`),
          () => undefined,
        );
        break;
      case 3: {
        const other = names.find((each) => files.get(each) !== files.get(name));
        if (!other) break;
        await tried(
          "swap",
          () => {
            writeFileSync(at, files.get(other)!);
            writeFileSync(join(model, other), files.get(name)!);
          },
          () => undefined,
        );
        break;
      }
      case 4:
        await tried(
          "link",
          () => {
            rmSync(at);
            symlinkSync(join(folder, "key.pub"), at);
          },
          () => undefined,
        );
        break;
      default: {
        const odd = Buffer.concat([Buffer.from(at), Buffer.from([0x80 + random.below(128)])]);
        await tried(
          "name that is not UTF-8",
          () => writeFileSync(odd, files.get(name)!),
          () => rmSync(odd),
        );
      }
    }
    rmSync(model, { recursive: true });
    rmSync(`${model}.sig`);
    if (SLOW && i % 5000 === 4999) console.log(`${i + 1} trees, changes ${JSON.stringify(counts)}, unseen ${unseen}`);
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < trees) await tree(next++);
    }),
  );
  if (SLOW) console.log(`${trees} trees, changes ${JSON.stringify(counts)}, unseen ${unseen}`);
  expect(unseen).toBe(0);
});
