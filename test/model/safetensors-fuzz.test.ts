/**
 * Mutated headers: whatever comes in, out comes a header that keeps its promises or one AssayError, soon and without
 * much memory; and a model or a refusal out of the header.
 * 20,000 mutations by default, 250,000 a part with SLOW=1 FUZZ_PART=1 (to 4); seeded, so a failure can be repeated.
 */
import { expect, test } from "vitest";
import { concatBytes } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { type Prng, prng } from "../../src/base/prng.js";
import { NO_CONFIG } from "../../src/model/beside/config.js";
import { parseSafetensorsHeader, RANK_MAX } from "../../src/model/formats/safetensors.js";
import { SAFETENSORS_DTYPE_BITS } from "../../src/model/formats/safetensors-dtypes.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { readModel } from "../../src/model/read-model.js";
import { tensor, tinyLlama } from "./tiny-llama.js";

/** Of the slow study, which of four parts; each has a seed of its own. */
const PART = process.env.FUZZ_PART ?? "1";
const COUNT = process.env.SLOW ? 250_000 : 20_000;
/** One parse of a header of some kilobytes takes far less; a second means a blow-up. */
const ONE_MS = 1_000;
/** What all of them may leave behind, garbage included. */
const MEMORY_BYTES = 1024 ** 3;

const TOKENS = [
  "0",
  "-1",
  "1e3",
  "9007199254740993",
  "18446744073709551615",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  '"',
  "\\",
  "\\u0000",
]
  .concat([
    '"F32"',
    '"BF16"',
    '"shape"',
    '"data_offsets"',
    '"__metadata__"',
    "../",
    "null",
    "true",
    "\n",
    "\ufeff",
    "0.5",
    "[0,0]",
  ])
  .map((t) => new TextEncoder().encode(t));

const seeds = [
  writeSafetensors(tinyLlama({ layers: 1 }), { format: "pt" }),
  writeSafetensors([
    tensor("a", "F16", [2, 3]),
    tensor("b", "U8", [5]),
    tensor("z", "F32", [0]),
    tensor("s", "I64", []),
  ]),
  writeSafetensors([], { made: 'by "hand"\n' }),
];

function mutate(seed: Uint8Array, p: Prng): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  const headerEnd = 8 + Number(new DataView(seed.buffer, seed.byteOffset).getBigUint64(0, true));
  for (let n = 1 + p.below(4); n > 0; n--) {
    const at = p.below(Math.min(bytes.length, headerEnd) + 1);
    const cut = p.below(12);
    const token = TOKENS[p.below(TOKENS.length)]!;
    const kind = p.below(8);
    if (kind === 0) bytes[Math.min(at, bytes.length - 1)]! ^= 1 << p.below(8);
    else if (kind === 1) bytes = concatBytes([bytes.subarray(0, at), token, bytes.subarray(at)]);
    else if (kind === 2) bytes = concatBytes([bytes.subarray(0, at), token, bytes.subarray(at + token.length)]);
    else if (kind === 3) bytes = concatBytes([bytes.subarray(0, at), bytes.subarray(at + cut)]);
    else if (kind === 4) bytes = bytes.slice(0, p.below(bytes.length + 1));
    else if (kind === 5) bytes = concatBytes([bytes, new Uint8Array(cut)]);
    else if (kind === 6) bytes = swapDigits(bytes, at, p);
    else
      bytes = concatBytes([bytes.subarray(0, at), bytes.subarray(p.below(headerEnd), headerEnd), bytes.subarray(at)]);
    if (bytes.length === 0) return bytes;
  }
  // Half of the time the length is set right again, so that mutations reach the JSON.
  if (p.below(2) === 0 && bytes.length >= 8)
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(
      0,
      BigInt(Math.max(0, bytes.length - (seed.length - headerEnd) - 8)),
      true,
    );
  return bytes;
}

/** The next digit becomes another one: headers that stay JSON but lie. */
function swapDigits(bytes: Uint8Array, from: number, p: Prng): Uint8Array {
  const i = bytes.findIndex((b, j) => j >= Math.max(8, from) && b >= 0x30 && b <= 0x39);
  if (i >= 0) bytes[i] = 0x30 + p.below(10);
  return bytes;
}

function checkInvariants(bytes: Uint8Array): number {
  const header = parseSafetensorsHeader(bytes, bytes.length, "fuzz");
  let end = header.dataOffsetBytes;
  const names = new Set<string>();
  for (const t of header.tensors) {
    names.add(t.name);
    if (t.offsetBytes !== end) throw new Error(`tensors do not tile at ${t.name}`);
    if (t.shape.length > RANK_MAX || t.shape.some((n) => !Number.isSafeInteger(n) || n < 0))
      throw new Error("bad shape");
    if (t.shape.reduce((n, m) => n * m, 1) !== t.elements) throw new Error("bad product");
    if (t.elements * SAFETENSORS_DTYPE_BITS[t.dtype] !== t.sizeBytes * 8) throw new Error("bad size");
    end += t.sizeBytes;
  }
  if (end !== bytes.length || names.size !== header.tensors.length) throw new Error("bad total");
  for (const text of Object.values(header.metadata)) if (typeof text !== "string") throw new Error("bad metadata");
  const reading = readModel([{ file: "fuzz", tensors: header.tensors }], NO_CONFIG);
  if (reading.kind === "refused" && !/^[^\n]+$/.test(reading.reason)) throw new Error("bad reason");
  return header.tensors.length;
}

test(`${COUNT} mutated headers are parsed soundly or refused with an AssayError`, { timeout: 1_800_000 }, () => {
  const p = prng("assay/test/safetensors-fuzz", PART);
  let parsed = 0;
  const codes = new Map<string, number>();
  let slowest = 0;
  const before = process.memoryUsage().rss;
  const begin = performance.now();
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
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(
    `safetensors fuzz: ${COUNT} mutations, ${parsed} parsed, ${JSON.stringify(Object.fromEntries(codes))}, slowest ${slowest.toFixed(1)} ms of processor time, ${seconds} s`,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY_BYTES);
  expect(slowest).toBeLessThan(ONE_MS);
  expect(parsed).toBeGreaterThan(0);
  expect([...codes.keys()].sort()).toEqual(["FORMAT", "LIMIT"]);
});

/** Of the processor, since a busy machine makes anything slow by the clock. */
function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
