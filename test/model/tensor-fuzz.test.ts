/**
 * Mutated tensors: one layer in each stored form (plain, GGUF blocks, GPTQ, AWQ, scaled, packed, MXFP4), with bytes of
 * data, scales, zeros and groups changed, shapes, dtypes and names swapped, then sketched as an examination would. Out
 * come numbers, a refusal, or one AssayError; never a crash, a read beyond a file, or much memory or time.
 * 600 mutations by default, 10,000 with SLOW=1; seeded, so a failure can be repeated.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { type Prng, prng } from "../../src/base/prng.js";
import { FiniteCheck } from "../../src/host/model/finite-check.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { Kernel } from "../../src/kernels/kernel.js";
import { parseConfig } from "../../src/model/beside/config.js";
import { parseGgufHeader } from "../../src/model/formats/gguf.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from "../../src/model/formats/safetensors-dtypes.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import type { Reading } from "../../src/model/model.js";
import { readGguf } from "../../src/model/read-gguf.js";
import { readModel } from "../../src/model/read-model.js";
import { asGguf, type GgufTensorToWrite, writeGguf } from "./gguf-writer.js";
import { tensor, tinyLlama } from "./tiny-llama.js";

const COUNT = process.env.SLOW ? 10_000 : 600;
const ONE_MS = 2_000;
const MEMORY_BYTES = 1024 ** 3;
/** Extreme values of every width: NaN, infinities, the largest and smallest, all bits. */
const WORDS = [
  0xffffffff, 0x7fc00000, 0x7f800000, 0xff800000, 0x7f7fffff, 0x7c007c00, 0xfc00fc00, 0x00000001, 0x80000000, 0,
];

interface Vector {
  config: unknown;
  tensors: Record<string, { dtype: TensorToWrite["dtype"]; shape: number[]; data: string }>;
  shape: number[];
}
const vectors: [string, Vector][] = Object.entries(
  JSON.parse(readFileSync("test/model/quantised-vectors.json", "utf8")),
);

/** A layer whose gate and up are the vector, fused; experts where it has three dimensions. */
function layerOf({ tensors, shape }: Vector): TensorToWrite[] {
  const stacked = shape.length === 3;
  const [rows, columns] = shape.slice(-2) as [number, number];
  const at = `model.layers.0.mlp.${stacked ? "experts." : ""}gate_up_proj`;
  const rest = tinyLlama({ layers: 1, hidden: columns, units: rows / 2 });
  const down = tensor("model.layers.0.mlp.experts.down_proj", "F32", [shape[0]!, columns, rows / 2]);
  return [
    ...rest.filter((t) => (stacked ? !t.name.includes(".mlp.") : !/gate_proj|up_proj/.test(t.name))),
    ...(stacked ? [down] : []),
    ...Object.entries(tensors).map(([name, t]) => {
      const data = new Uint8Array(Buffer.from(t.data, "base64"));
      return { name: name.replace(/^W/, at), dtype: t.dtype, shape: t.shape, data };
    }),
  ];
}

function mutateData(data: Uint8Array, p: Prng): Uint8Array {
  const out = data.slice();
  if (out.length === 0) return out;
  for (let n = 1 + p.below(6); n > 0; n--) {
    const at = p.below(out.length);
    if (p.below(2) === 0) out[at] = p.below(256);
    else {
      const word = WORDS[p.below(WORDS.length)]!;
      for (let i = 0; i < 4 && at + i < out.length; i++) out[at + i] = (word >>> (8 * i)) & 255;
    }
  }
  if (p.below(8) === 0) out.fill(p.below(256));
  return out;
}

/** Another shape of as many values, or of other ones, with data of the right length. */
function mutateTensor(t: TensorToWrite, all: readonly TensorToWrite[], p: Prng): TensorToWrite {
  const kind = p.below(8);
  if (kind < 4) return { ...t, data: mutateData(t.data, p) };
  if (kind === 4) return { ...t, shape: [...t.shape].reverse() };
  if (kind === 5) return { ...t, name: all[p.below(all.length)]!.name };
  const dtypes = Object.keys(SAFETENSORS_DTYPE_BITS) as SafetensorsDType[];
  const dtype = kind === 6 ? dtypes[p.below(dtypes.length)]! : t.dtype;
  const shape = t.shape.map((n) => (p.below(3) === 0 ? [0, 1, n + 1, 2 * n, n >> 1, 17][p.below(6)]! : n));
  if (p.below(6) === 0) shape.push(1);
  const bits = shape.reduce((n, m) => n * m, SAFETENSORS_DTYPE_BITS[dtype]);
  if (bits % 8 !== 0 || bits > 8 * 2 ** 22) return t;
  const data = new Uint8Array(bits / 8);
  for (let i = 0; i < data.length; i++) data[i] = t.data[i % Math.max(1, t.data.length)] ?? 0;
  return { ...t, dtype, shape, data };
}

const plain = (dtype: "F32" | "F16" | "BF16") => tinyLlama({ layers: 1, hidden: 32, units: 32, headDim: 8, dtype });
const blocks = (kind: "Q8_0" | "Q4_0") => asGguf(plain("BF16"), (name) => (/ffn|output/.test(name) ? kind : null), 8);
type Seed = { what: string; tensors: TensorToWrite[]; config: unknown } | { what: string; gguf: GgufTensorToWrite[] };
const seeds: Seed[] = [
  ...vectors.map(([what, v]) => ({ what, tensors: layerOf(v), config: v.config })),
  ...(["F32", "F16", "BF16"] as const).map((d) => ({ what: d, tensors: plain(d), config: null })),
  { what: "Q8_0", gguf: blocks("Q8_0") },
  { what: "Q4_0", gguf: blocks("Q4_0") },
];

function fileOf(seed: Seed, p: Prng): { bytes: Uint8Array; read: () => Reading } {
  if ("gguf" in seed) {
    const at = p.below(seed.gguf.length);
    const type = p.below(4) === 0 ? p.below(42) : null;
    const tensors = seed.gguf.map((t, i) =>
      i === at ? { ...t, data: mutateData(t.data, p), ...(type === null ? {} : { type }) } : t,
    );
    const bytes = writeGguf([["general.architecture", "llama"]], tensors);
    return { bytes, read: () => readGguf(parseGgufHeader(bytes, bytes.length, "fuzz")!, "fuzz").reading };
  }
  // Scales and codes rather than the norms around them.
  const interesting = seed.tensors.filter((t) => t.name.includes("gate_up") || !seed.config || p.below(10) === 0);
  const chosen = new Set(Array.from({ length: 1 + p.below(2) }, () => interesting[p.below(interesting.length)]));
  const tensors = seed.tensors.map((t) => (chosen.has(t) ? mutateTensor(t, seed.tensors, p) : t));
  const unique = [...new Map(tensors.map((t) => [t.name, t])).values()];
  const bytes = writeSafetensors(unique);
  const config = parseConfig(utf8(JSON.stringify(seed.config ? { quantization_config: seed.config } : {})));
  const read = () =>
    readModel([{ file: "fuzz", tensors: parseSafetensorsHeader(bytes, bytes.length, "fuzz").tensors }], config);
  return { bytes, read };
}

/** As an intake and an examination go about it. */
async function examine({ bytes, read }: ReturnType<typeof fileOf>, isGguf: boolean): Promise<"refused" | "read"> {
  const reading = read();
  if (reading.kind === "refused") {
    if (!/^[^\n]{1,1900}$/.test(reading.reason)) throw new Error(`bad reason: ${reading.reason}`);
    return "refused";
  }
  if (!isGguf) new FiniteCheck(parseSafetensorsHeader(bytes, bytes.length, "fuzz").tensors, new Kernel()).push(bytes);
  const compute = new LocalCompute(async (_, offset, into) => {
    if (offset < 0 || offset + into.length > bytes.length)
      throw new Error(`read of ${into.length} at ${offset}, beyond ${bytes.length}`);
    into.set(bytes.subarray(offset, offset + into.length));
  });
  for (const { matrix, role } of reading.model.tensors.values()) {
    const runs = [{ start: 0, count: matrix.rows }];
    const sums = await compute.compare({ a: { matrix, runs }, b: { matrix, runs } });
    if (sums.n !== matrix.rows * matrix.columns) throw new Error(`${sums.n} values of ${role}`);
    // A GGUF file's scales are looked at by the intake's check, which is left out here.
    if (!isGguf && !(Number.isFinite(sums.a) && sums.equal === sums.n)) throw new Error(`${role} is not finite`);
  }
  return "read";
}

test(`${COUNT} mutated tensors give numbers, a refusal or an AssayError`, { timeout: 1_800_000 }, async () => {
  const p = prng("assay/test/tensor-fuzz", "1");
  const outcomes = new Map<string, number>();
  let slowest = 0;
  const before = process.memoryUsage().rss;
  for (let i = 0; i < COUNT; i++) {
    const seed = seeds[i % seeds.length]!;
    const file = fileOf(seed, p);
    const start = process.cpuUsage();
    let outcome: string;
    try {
      outcome = await examine(file, "gguf" in seed);
    } catch (error) {
      if (!(error instanceof AssayError)) throw new Error(`mutation ${i} of ${seed.what}: ${(error as Error).stack}`);
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const { user, system } = process.cpuUsage(start);
    slowest = Math.max(slowest, (user + system) / 1000);
  }
  const grown = process.memoryUsage().rss - before;
  console.log(
    `tensor fuzz: ${COUNT} mutations of ${seeds.length} files, ${JSON.stringify(Object.fromEntries(outcomes))}, slowest ${slowest.toFixed(1)} ms of processor time, ${(grown / 2 ** 20).toFixed(0)} MiB more`,
  );
  expect(slowest).toBeLessThan(ONE_MS);
  expect(grown).toBeLessThan(MEMORY_BYTES);
  for (const outcome of ["read", "refused", "FORMAT"]) expect(outcomes.get(outcome)).toBeGreaterThan(0);
});
