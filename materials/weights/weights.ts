/** Weights of a Llama-layout folder as numbers that can be changed, and back into a folder that the laboratory reads. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prng } from "../../dist/base/prng.js";
import { openModel } from "../../dist/host/model/open-model.js";
import type { DType } from "../../dist/kernels/dtypes.js";
import { Kernel } from "../../dist/kernels/kernel.js";
import { parseSafetensorsHeader } from "../../dist/model/formats/safetensors.js";
import { writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";
import type { Loaded } from "./models.ts";

export interface Values {
  shape: number[];
  data: Float32Array;
}

/** config.json, of which these are read or changed. */
export interface Config extends Record<string, unknown> {
  num_hidden_layers: number;
  hidden_size: number;
  intermediate_size: number;
  tie_word_embeddings: boolean;
}

export interface Weights {
  config: Config;
  tensors: Map<string, Values>;
}

const kernel = new Kernel();

export function readWeights(folder: string): Weights {
  const bytes = readFileSync(join(folder, "model.safetensors"));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, folder);
  return {
    config: JSON.parse(readFileSync(join(folder, "config.json"), "utf8")),
    tensors: new Map(
      tensors.map((t) => {
        const stored = bytes.subarray(t.offsetBytes, t.offsetBytes + t.sizeBytes);
        return [t.name, { shape: [...t.shape], data: kernel.decode(t.dtype as DType, stored) }];
      }),
    ),
  };
}

let scratch: string | null = null;
let written = 0;

/** Written in F32 and opened as any model is. Call `forget` when done with it. */
export async function asModel(weights: Weights, like: Loaded, name: string): Promise<Loaded> {
  if (scratch === null) {
    const made = mkdtempSync(join(tmpdir(), "assay-study-"));
    scratch = made;
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  }
  const path = join(scratch, String(written++));
  mkdirSync(path);
  storeWeights(weights, path);
  const { reading } = await openModel(path);
  if (reading.kind === "refused") throw new Error(`${name}: ${reading.reason}`);
  return { ...like, name, path, model: reading.model, vocabulary: like.vocabulary };
}

/** Written in F32 into a folder that is there. */
export function storeWeights(weights: Weights, path: string): void {
  const tensors = [...weights.tensors].map(([tensor, { shape, data }]) => ({
    name: tensor,
    dtype: "F32" as const,
    shape,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }));
  writeFileSync(join(path, "model.safetensors"), writeSafetensors(tensors));
  writeFileSync(join(path, "config.json"), JSON.stringify(weights.config));
}

export function forget(model: Loaded): void {
  if (scratch !== null && model.path.startsWith(scratch)) rmSync(model.path, { recursive: true, force: true });
}

export function clone({ config, tensors }: Weights): Weights {
  return {
    config: { ...config },
    tensors: new Map([...tensors].map(([n, v]) => [n, { shape: [...v.shape], data: v.data.slice() }])),
  };
}

/** Uniform in [0, 1), and normal by Box and Muller, from a seed. */
export function random(seed: string) {
  const source = prng("assay/study/derive", seed);
  const uniform = () => source.uint32() / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, source };
}

export function pickRows({ shape, data }: Values, rows: ArrayLike<number>): Values {
  const columns = data.length / shape[0]!;
  const out = new Float32Array(rows.length * columns);
  for (let r = 0; r < rows.length; r++)
    out.set(data.subarray(rows[r]! * columns, (rows[r]! + 1) * columns), r * columns);
  return { shape: [rows.length, ...shape.slice(1)], data: out };
}

export function pickColumns({ shape, data }: Values, columns: ArrayLike<number>): Values {
  const [rows, old] = [shape[0]!, shape[1]!];
  const out = new Float32Array(rows * columns.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns.length; c++) out[r * columns.length + c] = data[r * old + columns[c]!]!;
  return { shape: [rows, columns.length], data: out };
}

export function deviation(data: Float32Array): number {
  let [sum, square] = [0, 0];
  for (const x of data) {
    sum += x;
    square += x * x;
  }
  return Math.sqrt(square / data.length - (sum / data.length) ** 2);
}
