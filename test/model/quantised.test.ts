/** Quantised layouts, against values that other people's code and an independent script gave (makers/quantised-vectors.py). */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { NO_CONFIG, parseConfig } from "../../src/model/beside/config.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import type { Model } from "../../src/model/model.js";
import { readModel } from "../../src/model/read-model.js";
import { tensor, tinyLlama } from "./tiny-llama.js";

interface Vector {
  config: unknown;
  tensors: Record<string, { dtype: TensorToWrite["dtype"]; shape: number[]; data: string }>;
  shape: number[];
  first: number[];
  sha256: string;
}
const vectors: Record<string, Vector> = JSON.parse(readFileSync("test/model/quantised-vectors.json", "utf8"));

/** The vector's tensors under another name than W. */
function storedAs({ tensors }: Vector, stem: string): TensorToWrite[] {
  return Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    return { name: name.replace(/^W/, stem), dtype, shape, data: new Uint8Array(Buffer.from(data, "base64")) };
  });
}

function read(tensors: readonly TensorToWrite[], config: unknown) {
  const bytes = writeSafetensors(tensors);
  const header = parseSafetensorsHeader(bytes, bytes.length, "f");
  const parsed = config ? parseConfig(utf8(JSON.stringify({ quantization_config: config }))) : NO_CONFIG;
  const reading = readModel([{ file: "f", tensors: header.tensors }], parsed);
  const compute = new LocalCompute(async (_, offset, into) => {
    if (offset + into.length > bytes.length) throw new Error("read beyond the end");
    into.set(bytes.subarray(offset, offset + into.length));
  });
  return { reading, compute };
}
function model({ reading }: ReturnType<typeof read>): Model {
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}
const digest = (values: Float32Array) => createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex");
const join = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((p) => [...p]));

/** One layer around a fused gate_up, which is what the vector holds. */
function around(fused: TensorToWrite[], [rows, columns]: number[]): TensorToWrite[] {
  const rest = tinyLlama({ layers: 1, hidden: columns!, units: rows! / 2 });
  return [...rest.filter((t) => !/gate_proj|up_proj/.test(t.name)), ...fused];
}

const matrices = Object.entries(vectors).filter(([, v]) => v.shape.length === 2);
describe("a fused gate and up, each read from its own row on", () => {
  test.each(matrices)("%s", async (_, vector) => {
    const r = read(around(storedAs(vector, "model.layers.0.mlp.gate_up_proj"), vector.shape), vector.config);
    const { tensors, others } = model(r);
    expect(others).toEqual([]);
    const parts = await Promise.all(
      ["gate", "up"].map((p) => r.compute.load(tensors.get(`layers.0.mlp.${p}`)!.matrix)),
    );
    expect([...parts[0]!.slice(0, 4)]).toEqual(vector.first);
    expect(digest(join(parts))).toBe(vector.sha256);
  });
  test.each(matrices)("%s: any rows in any order are the same rows", async (_, vector) => {
    const r = read(around(storedAs(vector, "model.layers.0.mlp.gate_up_proj"), vector.shape), vector.config);
    const { matrix } = model(r).tensors.get("layers.0.mlp.up")!;
    const whole = await r.compute.load(matrix);
    const sums = await r.compute.compare({
      a: { matrix, runs: [5, 1, 2, 11].map((start) => ({ start, count: 1 })) },
      b: { matrix, runs: [5, 1, 2, 11].map((start) => ({ start, count: 1 })) },
    });
    expect(sums.equal).toBe(4 * matrix.columns);
    const wanted = [5, 1, 2, 11].flatMap((row) => [...whole.slice(row * matrix.columns, (row + 1) * matrix.columns)]);
    expect(sums.a).toBeCloseTo(
      wanted.reduce((n, x) => n + x, 0),
      6,
    );
  });
});

test("MXFP4 experts of GPT-OSS, whose outputs alternate", async () => {
  const vector = vectors.MXFP4!;
  const [experts, rows, columns] = vector.shape as [number, number, number];
  const rest = tinyLlama({ layers: 1, hidden: columns }).filter((t) => !t.name.includes(".mlp."));
  const at = "model.layers.0.mlp.";
  const r = read(
    [
      ...rest,
      ...storedAs(vector, `${at}experts.gate_up_proj`),
      tensor(`${at}experts.gate_up_proj_bias`, "F32", [experts, rows]),
      tensor(`${at}experts.down_proj_blocks`, "U8", [experts, columns, 1, 16]),
      { ...tensor(`${at}experts.down_proj_scales`, "U8", [experts, columns, 1]) },
    ].map((t) => (t.name.endsWith("down_proj_blocks") ? { ...t, data: new Uint8Array(experts * columns * 16) } : t)),
    null,
  );
  // Down's inputs are 32 here, up's outputs 16: the shapes do not agree, and that is said.
  expect(model(r).leftOut[0]).toMatchObject({
    part: "layers.0.mlp.experts.0.down",
    why: expect.stringMatching(/32 hidden units/),
  });
  const joined = read(
    [
      ...rest,
      ...storedAs(vector, `${at}experts.gate_up_proj`),
      tensor(`${at}experts.gate_up_proj_bias`, "F32", [experts, rows]),
      tensor(`${at}experts.down_proj`, "F32", [experts, columns, rows / 2]),
    ],
    null,
  );
  const { tensors } = model(joined);
  const parts: Float32Array[] = [];
  for (let k = 0; k < experts; k++) {
    const [gate, up] = await Promise.all(
      ["gate", "up"].map((p) => joined.compute.load(tensors.get(`layers.0.mlp.experts.${k}.${p}`)!.matrix)),
    );
    for (let row = 0; row < rows / 2; row++)
      for (const part of [gate!, up!]) parts.push(part.slice(row * columns, (row + 1) * columns));
  }
  expect(digest(join(parts))).toBe(vector.sha256);
});

describe("refused or faulty", () => {
  const stem = "model.layers.0.mlp.gate_up_proj";
  const reason = (name: string, change: (t: TensorToWrite[]) => TensorToWrite[], config?: unknown) => {
    const vector = vectors[name]!;
    const { reading } = read(around(change(storedAs(vector, stem)), vector.shape), config ?? vector.config);
    if (reading.kind === "refused") return reading.reason;
    return ["read", ...reading.model.leftOut.map(({ part, why }) => `${part}: ${why}`)].join("\n");
  };
  const without = (suffix: string) => (tensors: TensorToWrite[]) => tensors.filter((t) => !t.name.endsWith(suffix));
  const instead = (suffix: string, dtype: TensorToWrite["dtype"], shape: number[]) => (tensors: TensorToWrite[]) =>
    tensors.map((t) => (t.name.endsWith(suffix) ? tensor(t.name, dtype, shape) : t));
  test.each<[string, string, (t: TensorToWrite[]) => TensorToWrite[], RegExp]>([
    ["no scales", "gptq, 4 bits, act order", without(".scales"), /no qzeros or scales/],
    ["scales of another width", "gptq, 4 bits, act order", instead(".scales", "F16", [4, 16]), /has scales \[4, 16\]/],
    ["groups of another length", "gptq, 4 bits, act order", instead(".g_idx", "I32", [63]), /has scales/],
    ["words that are floats", "awq", instead(".qweight", "F32", [64, 4]), /expected 32-bit words, got F32/],
    ["integers without a scale", "int8, one scale", without("_scale"), /stored as I8/],
    [
      "scales of integers",
      "int8, one scale",
      instead("_scale", "I64", [1]),
      /stored as I64, which is not read as a scale/,
    ],
    ["scales that fit nothing", "int8, a scale a row", instead("_scale", "F32", [7]), /has scales of shape \[7\]/],
    ["blocks that are not stated", "F8, blocks of 128", instead("_inv", "F32", [3, 2]), /has scales of shape \[3, 2\]/],
    [
      "scales of two stages",
      "int8, one scale",
      (t) => [...t, tensor(`${stem}.weight_scale_2`, "F32", [1])],
      /two stages/,
    ],
    [
      "zeros in packed weights",
      "pack-quantized, 4 bits",
      (t) => [...t, tensor(`${stem}.weight_zero_point`, "I32", [4, 4])],
      /symmetric/,
    ],
  ])("%s", (_, name, change, words) => expect(reason(name, change)).toMatch(words));
  test("packed weights of a number of bits that nothing says", () =>
    expect(reason("pack-quantized, 4 bits", (t) => t, { quant_method: "compressed-tensors" })).toMatch(
      /4 bits.*says so/,
    ));
  test("what a scale that is no number stands for is nought; a group that is none is a fault of the input", async () => {
    const load = async (name: string, suffix: string, value: number) => {
      const vector = vectors[name]!;
      const tensors = storedAs(vector, stem).map((t) => {
        if (!t.name.endsWith(suffix)) return t;
        const data = t.data.slice();
        if (t.dtype === "I32") new Int32Array(data.buffer)[3] = value;
        else if (t.dtype === "F32") new Float32Array(data.buffer)[0] = value;
        else new Float16Array(data.buffer)[0] = value;
        return { ...t, data };
      });
      const r = read(around(tensors, vector.shape), vector.config);
      const values = await r.compute.load(model(r).tensors.get("layers.0.mlp.gate")!.matrix);
      return values.every(Number.isFinite) && values.includes(0);
    };
    await expect(load("gptq, 4 bits, act order", ".g_idx", 9)).rejects.toThrow(/expected groups 0 to 3/);
    await expect(load("gptq, 4 bits, act order", ".g_idx", -1)).rejects.toThrow(/got -1/);
    for (const value of [Number.NaN, Infinity]) expect(await load("awq", ".scales", value)).toBe(true);
    for (const value of [Infinity, 3e38]) expect(await load("int8, one scale", "_scale", value)).toBe(true);
  });
});
