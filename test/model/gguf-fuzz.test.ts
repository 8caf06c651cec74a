/**
 * Mutated GGUF headers: whatever comes in, out comes a header that keeps its promises or one AssayError, soon and
 * without much memory. 20,000 mutations by default, 250,000 a part with SLOW=1 FUZZ_PART=1 (to 4); seeded, so a failure can be repeated.
 */
import { expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { type Prng, prng } from "../../src/base/prng.js";
import { parseGgufHeader } from "../../src/model/formats/gguf.js";
import { readGguf } from "../../src/model/read-gguf.js";
import { asGguf, u32, u64, writeGguf } from "./gguf-writer.js";
import { tinyLlama } from "./tiny-llama.js";

/** Of the slow study, which of four parts; each has a seed of its own. */
const PART = process.env.FUZZ_PART ?? "1";
const COUNT = process.env.SLOW ? 250_000 : 20_000;
/** One parse of a header of some kilobytes takes far less; a second means a blow-up. */
const ONE_MS = 1_000;
/** What all of them may leave behind, garbage included. */
const MEMORY_BYTES = 1024 ** 3;

const seeds = [
  writeGguf(
    [
      ["general.architecture", "llama"],
      ["llama.attention.head_count", 4],
      ["llama.attention.head_count_kv", 2],
      ["general.alignment", 32],
      ["tokenizer.ggml.tokens", ["a", "b", "c"]],
    ],
    asGguf(tinyLlama({ layers: 1, dtype: "BF16" }), () => null, 4),
  ),
  writeGguf([["k", "v"]], [{ name: "t", type: 8, shape: [2, 32], data: new Uint8Array(68) }], 2),
  writeGguf([], []),
];
const TOKENS = [
  u32(0),
  u32(8),
  u32(9),
  u32(12),
  u32(0xffffffff),
  u64(0),
  u64(1),
  u64(2 ** 20),
  u64(2 ** 31),
  u64(2 ** 53),
];

function mutate(seed: Uint8Array, p: Prng): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  for (let n = 1 + p.below(3); n > 0 && bytes.length > 0; n--) {
    // Mostly in the header.
    const at = p.below(Math.min(bytes.length, p.below(4) === 0 ? bytes.length : 700));
    const token = TOKENS[p.below(TOKENS.length)]!;
    const kind = p.below(7);
    if (kind === 0) bytes[at]! ^= 1 << p.below(8);
    else if (kind === 1) bytes[at] = p.below(256);
    else if (kind === 2) bytes = concatBytes([bytes.subarray(0, at), token, bytes.subarray(at + token.length)]);
    else if (kind === 3) bytes = concatBytes([bytes.subarray(0, at), bytes.subarray(at + p.below(12))]);
    else if (kind === 4) bytes = concatBytes([bytes.subarray(0, at), token, bytes.subarray(at)]);
    else if (kind === 5) bytes = bytes.slice(0, p.below(bytes.length + 1));
    else bytes[at] = p.below(4);
  }
  return bytes;
}

/** What the rest of the house relies on. */
function checkInvariants(bytes: Uint8Array): void {
  const header = parseGgufHeader(bytes, bytes.length, "fuzz");
  if (!header) throw new Error("a whole file asked for more");
  let end = header.dataOffsetBytes;
  for (const t of header.tensors) {
    if (t.offsetBytes < end) throw new Error(`overlap at ${t.name}`);
    if (t.shape.reduce((n, m) => n * m, 1) !== t.elements) throw new Error("bad product");
    if (t.type && t.sizeBytes !== (t.elements / t.type.values) * t.type.sizeBytes) throw new Error("bad size");
    if (!Number.isSafeInteger(t.offsetBytes) || !Number.isSafeInteger(t.sizeBytes ?? 0)) throw new Error("bad number");
    end = t.offsetBytes + (t.sizeBytes ?? 0);
  }
  if (end > bytes.length) throw new Error("beyond the file");
  const { reading } = readGguf(header, "fuzz");
  if (reading.kind === "refused" && !/^[^\n]+$/.test(reason(reading))) throw new Error("bad reason");
}
const reason = (r: { reason: string }) => r.reason;

test(`${COUNT} mutated GGUF headers are parsed soundly or refused with an AssayError`, { timeout: 1_800_000 }, () => {
  const p = prng("assay/test/gguf-fuzz", PART);
  let parsed = 0;
  const codes = new Map<string, number>();
  let slowest = 0;
  const before = process.memoryUsage().rss;
  for (let i = 0; i < COUNT; i++) {
    const bytes = mutate(seeds[i % seeds.length]!, p);
    const start = process.cpuUsage();
    try {
      checkInvariants(bytes);
      parsed++;
    } catch (error) {
      if (!(error instanceof AssayError)) throw new Error(`mutation ${i}: ${(error as Error).stack}`);
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
    }
    slowest = Math.max(slowest, milliseconds(process.cpuUsage(start)));
  }
  const grown = process.memoryUsage().rss - before;
  console.log(
    `GGUF fuzz: ${COUNT} mutations, ${parsed} parsed, ${JSON.stringify(Object.fromEntries(codes))}, slowest ${slowest.toFixed(1)} ms of processor time`,
  );
  expect(slowest).toBeLessThan(ONE_MS);
  expect(grown).toBeLessThan(MEMORY_BYTES);
  expect(parsed).toBeGreaterThan(0);
  expect([...codes.keys()].sort()).toEqual(["FORMAT", "LIMIT"]);
});

/** Of the processor, since a busy machine makes anything slow by the clock. */
function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
