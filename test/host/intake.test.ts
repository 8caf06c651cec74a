/** Intake: digests as OpenSSL gives them, non-finite values wherever they hide, a cache that never lies or fails. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { rootDigest } from "../../src/evidence/oms.js";
import { intake } from "../../src/host/model/intake.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { writeGguf } from "../model/gguf-writer.js";
import { tensor, tinyLlama } from "../model/tiny-llama.js";
import { temporary } from "./temporary.js";

const at = temporary();
const sha256 = (path: string) => `sha256:${createHash("sha256").update(readFileSync(path)).digest("hex")}` as const;
const CHUNK = 4 * 1024 * 1024;
let made = 0;
function write(tensors: TensorToWrite[]): string {
  const path = at(`w${made++}.safetensors`);
  writeFileSync(path, writeSafetensors(tensors));
  return path;
}

describe("digests", () => {
  test("of a folder and its root; progress ends at the total", async () => {
    mkdirSync(at("m", "sub"), { recursive: true });
    writeFileSync(at("m", "model.safetensors"), writeSafetensors(tinyLlama()));
    writeFileSync(at("m", "empty"), "");
    writeFileSync(at("m", "sub", "large"), new Uint8Array(2 * CHUNK + 5).fill(7));
    const seen: [number, number][] = [];
    const { root, files } = await intake(at("m"), {
      home: null,
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(files.map((f) => f.name)).toEqual(["empty", "model.safetensors", "sub/large"]);
    for (const f of files) expect(f.digest).toBe(sha256(f.path));
    expect(root).toBe(rootDigest(files));
    expect(seen.at(-1)![0]).toBe(seen.at(-1)![1]);
    expect(seen.at(-1)![1]).toBe(files.reduce((n, f) => n + f.sizeBytes, 0));
    expect(seen.every(([done], i) => i === 0 || done >= seen[i - 1]![0])).toBe(true);
  });
  test("of a single file", async () => {
    const path = write(tinyLlama());
    const { root, files } = await intake(path, { home: null });
    expect(files).toHaveLength(1);
    expect(root).toBe(rootDigest([{ name: "x", digest: sha256(path) }]));
  });
});

const NON_FINITE: Record<string, Record<string, number[]>> = {
  F32: {
    NaN: [0, 0, 0xc0, 0x7f],
    "+infinity": [0, 0, 0x80, 0x7f],
    "-infinity": [0, 0, 0x80, 0xff],
    "signalling NaN": [1, 0, 0x80, 0x7f],
  },
  F16: { NaN: [0, 0x7e], "+infinity": [0, 0x7c], "-infinity": [0, 0xfc], "signalling NaN": [1, 0x7c] },
  BF16: { NaN: [0xc0, 0x7f], "+infinity": [0x80, 0x7f], "-infinity": [0x80, 0xff], "signalling NaN": [0x81, 0x7f] },
};

describe("non-finite values", () => {
  for (const dtype of ["F32", "F16", "BF16"] as const)
    for (const [kind, code] of Object.entries(NON_FINITE[dtype]!))
      test(`${kind} in ${dtype}: first, middle and last value, in a matrix, a norm and a tensor of no role`, async () => {
        const width = code.length;
        for (const name of [
          "model.embed_tokens.weight",
          "model.layers.1.input_layernorm.weight",
          "model.norm.weight",
          "x",
        ]) {
          const tensors = [...tinyLlama({ dtype }), tensor("x", dtype, [3, 3])];
          const target = tensors.find((t) => t.name === name)!;
          const count = target.data.length / width;
          for (const index of [0, Math.floor(count / 2), count - 1]) {
            const kept = target.data.slice();
            target.data.set(code, index * width);
            const path = write(tensors);
            const { notFinite } = await intake(path, { home: null });
            expect(notFinite).toEqual([{ tensor: name, values: 1, first: index }]);
            target.data.set(kept);
          }
        }
      });
  test("at every place around a chunk's end, aligned or not", async () => {
    for (let shift = 0; shift < 5; shift++)
      for (const place of [-2, -1, 0, 1]) {
        // One odd tensor before moves the values off their alignment within chunks.
        const data = new Uint8Array(CHUNK + 4096);
        const empty = writeSafetensors([
          tensor("a", "U8", [shift]),
          { name: "b", dtype: "F32", shape: [data.length / 4], data },
        ]);
        const start = empty.length - data.length;
        const index = Math.floor((CHUNK - start) / 4) + place;
        data.set(NON_FINITE.F32!.NaN!, index * 4);
        const path = write([tensor("a", "U8", [shift]), { name: "b", dtype: "F32", shape: [data.length / 4], data }]);
        const { notFinite } = await intake(path, { home: null });
        expect(notFinite).toEqual([{ tensor: "b", values: 1, first: index }]);
      }
  });
  test("bytes that are no value of a read format are no NaN", async () => {
    const all = (name: string, dtype: TensorToWrite["dtype"], n: number) => ({
      ...tensor(name, dtype, [n]),
      data: tensor(name, dtype, [n]).data.fill(0xff),
    });
    await intake(write([all("a", "U8", 9), all("b", "I64", 3), ...tinyLlama(), all("c", "F8_E8M0", 7)]), {
      home: null,
    });
  });
  test("of the wider and the narrower formats", async () => {
    const codes = { F64: [0, 0, 0, 0, 0, 0, 0xf0, 0x7f], F8_E4M3: [0xff], F8_E5M2: [0x7c] } as const;
    for (const dtype of ["F64", "F8_E4M3", "F8_E5M2"] as const) {
      const bad = tensor("t", dtype, [5]);
      bad.data.set(codes[dtype], 3 * codes[dtype].length);
      const { notFinite } = await intake(write([tensor("a", "U8", [3]), bad]), { home: null });
      expect(notFinite).toEqual([{ tensor: "t", values: 1, first: 3 }]);
    }
  });
  test("of a GGUF file: plain values and the scales of blocks", async () => {
    const path = at("bad.gguf");
    const plain = { name: "p", type: 1, shape: [4], data: new Uint8Array(8) };
    const q6 = { name: "q", type: 14, shape: [3, 256], data: new Uint8Array(3 * 210).fill(0xff) };
    for (let block = 0; block < 3; block++) q6.data.set([0, 0x3c], block * 210 + 208);
    writeFileSync(path, writeGguf([], [plain, q6]));
    const found = async () => (await intake(path, { home: null })).notFinite;
    expect(await found()).toEqual([]);
    q6.data.set([0, 0x7c], 2 * 210 + 208);
    writeFileSync(path, writeGguf([], [plain, q6]));
    const ofQ = { tensor: "q", values: 256, first: 512 };
    expect(await found()).toEqual([ofQ]);
    plain.data.set([1, 0x7c], 4);
    writeFileSync(path, writeGguf([], [plain, q6]));
    expect(await found()).toEqual([{ tensor: "p", values: 1, first: 2 }, ofQ]);
  });
  test("in any file of the folder, counted over all chunks", async () => {
    mkdirSync(at("two", "sub"), { recursive: true });
    writeFileSync(at("two", "a.safetensors"), writeSafetensors(tinyLlama()));
    const bad = tensor("t", "F16", [2]);
    bad.data.set([0, 0x7e], 2);
    writeFileSync(at("two", "sub", "b.safetensors"), writeSafetensors([bad]));
    expect((await intake(at("two"), { home: null })).notFinite).toEqual([{ tensor: "t", values: 1, first: 1 }]);
    const many = { name: "m", dtype: "F32" as const, shape: [CHUNK / 2], data: new Uint8Array(2 * CHUNK).fill(0xff) };
    const { notFinite } = await intake(write([many]), { home: null });
    expect(notFinite).toEqual([{ tensor: "m", values: CHUNK / 2, first: 0 }]);
  });
  test("a malformed file is an error of its own", async () => {
    writeFileSync(at("bad.safetensors"), "abc");
    await expect(intake(at("bad.safetensors"), { home: null })).rejects.toMatchObject({ code: "FORMAT" });
  });
});

describe("the cache", () => {
  const settled = 2_100;
  const entries = (home: string) => readdirSync(join(home, "intake"));
  const bytesRead = async (path: string, home: string) => {
    let calls = 0;
    const { root } = await intake(path, { home, onProgress: () => calls++ });
    return { calls, root };
  };
  test("spares the second reading; any change of the file is seen; a corrupt entry is not believed", {
    timeout: 30_000,
  }, async () => {
    const home = at("home");
    const path = at("cached.bin");
    writeFileSync(path, new Uint8Array(3 * CHUNK));
    await sleep(settled);
    const cold = await bytesRead(path, home);
    expect(cold.calls).toBe(3);
    expect(entries(home)).toHaveLength(1);
    expect(await bytesRead(path, home)).toEqual({ calls: 1, root: cold.root });

    const entry = join(home, "intake", entries(home)[0]!);
    const good = readFileSync(entry, "utf8");
    for (const bad of [
      "",
      "{",
      "null",
      "[".repeat(1e6),
      good.replace("finite/2", "finite/1"),
      good.replace("cached", "cashed"),
      good.replace(/[0-9a-f]{64}/, "zz"),
    ]) {
      writeFileSync(entry, bad);
      expect(await bytesRead(path, home)).toEqual(cold);
      expect(readFileSync(entry, "utf8")).toBe(good);
    }
    // Same size, modification time put back: ctime tells.
    const { atime, mtime } = statSync(path);
    writeFileSync(path, new Uint8Array(3 * CHUNK).fill(1));
    utimesSync(path, atime, mtime);
    expect((await bytesRead(path, home)).root).not.toBe(cold.root);
    // Another file under the same name.
    writeFileSync(at("other"), new Uint8Array(3 * CHUNK).fill(2));
    renameSync(at("other"), path);
    expect((await bytesRead(path, home)).calls).toBe(3);
    expect(entries(home).filter((f) => f.endsWith(".tmp"))).toEqual([]);
  });
  test("does not remember a file changed just now, nor one with a NaN", async () => {
    const home = at("home-fresh");
    await intake(write(tinyLlama()), { home });
    const bad = tensor("t", "F32", [1]);
    bad.data.set(NON_FINITE.F32!.NaN!);
    await intake(write([bad]), { home });
    expect(() => entries(home)).toThrow(/ENOENT/);
  });
  test("a home that cannot be written never fails the run", { timeout: 30_000 }, async () => {
    const path = write(tinyLlama());
    await sleep(settled);
    writeFileSync(at("home-file"), "not a folder");
    mkdirSync(at("home-closed"));
    chmodSync(at("home-closed"), 0o500);
    for (const home of [at("home-file"), at("home-closed"), "/proc/none", "/dev/null"])
      expect((await intake(path, { home })).files[0]!.digest).toBe(sha256(path));
  });
});

test("a file that changes while it is read is an error", async () => {
  const path = at("moving.bin");
  writeFileSync(path, new Uint8Array(4 * CHUNK));
  let calls = 0;
  const onProgress = () => {
    if (calls++ === 1) appendFileSync(path, "x");
  };
  await expect(intake(path, { home: null, onProgress })).rejects.toThrow(/file at rest/);
  // Rewritten in place, and replaced by rename.
  calls = 0;
  const rewrite = () => {
    if (calls++ === 1) writeFileSync(path, new Uint8Array(statSync(path).size).fill(1));
  };
  await expect(intake(path, { home: null, onProgress: rewrite })).rejects.toThrow(/file at rest/);
  calls = 0;
  const replace = () => {
    if (calls++ !== 1) return;
    writeFileSync(at("replacement"), new Uint8Array(statSync(path).size).fill(2));
    renameSync(at("replacement"), path);
  };
  await expect(intake(path, { home: null, onProgress: replace })).rejects.toThrow(/file at rest/);
});

test("a file that changed after its digest was taken is noticed when asked", async () => {
  mkdirSync(at("later"));
  writeFileSync(at("later", "a"), "1");
  writeFileSync(at("later", "b"), "2");
  const taken = await intake(at("later"), { home: null });
  await taken.checkUnchanged();
  appendFileSync(at("later", "b"), "3");
  await expect(taken.checkUnchanged()).rejects.toThrow(/file at rest.*"b"/);
});

test.skipIf(process.platform === "win32")("memory does not grow with the file", { timeout: 60_000 }, async () => {
  const path = at("sparse.bin");
  execFileSync("truncate", ["-s", "300M", path]);
  const before = process.memoryUsage().rss;
  let peak = 0;
  await intake(path, { home: null, onProgress: () => (peak = Math.max(peak, process.memoryUsage().rss)) });
  expect(peak - before).toBeLessThan(150 * 1024 * 1024);
});

// From 64 MiB on, files are read on threads of their own.
describe("a large model", () => {
  const large = () => {
    const path = at(`large${made++}`);
    mkdirSync(path);
    const values = 34 * 1024 * 1024;
    for (const [shard, bad] of [
      ["model-1", 3],
      ["model-2", null],
    ] as const) {
      const data = Buffer.alloc(values);
      if (bad !== null) data.writeUInt16LE(0x7fc0, 2 * bad);
      const header = JSON.stringify({ [shard]: { dtype: "BF16", shape: [values / 2], data_offsets: [0, values] } });
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(join(path, `${shard}.safetensors`), Buffer.concat([length, Buffer.from(header), data]));
    }
    return path;
  };

  test("has the digests and the values that are not finite of its files; progress ends at the total", async () => {
    let last = [0, 1];
    const { files, notFinite } = await intake(large(), { home: null, onProgress: (...said) => (last = said) });
    for (const f of files) expect(f.digest).toBe(sha256(f.path));
    expect(notFinite).toEqual([{ tensor: "model-1", values: 1, first: 3 }]);
    expect(last[0]).toBe(last[1]);
  });

  test("that changes, or is given up, ends in one error", async () => {
    const path = large();
    const touched = () => appendFileSync(join(path, "model-1.safetensors"), "x");
    await expect(intake(path, { home: null, onProgress: touched })).rejects.toThrow(/file at rest/);
    const stop = new AbortController();
    const given = intake(large(), { home: null, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(given).rejects.toThrow(/stopped before the end/);
  });
});
