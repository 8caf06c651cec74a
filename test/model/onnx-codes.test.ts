/**
 * ONNX files whose matrices are codes, as onnxruntime 1.32's own quantisers write them, and files of two branches
 * (materials/makers/onnx_exports.py): each value is what onnxruntime multiplies by, which stands beside each file.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";

const FOLDER = "test/model/onnx-codes";
const PARTS: Record<string, string> = {
  "self_attn.q_proj": "attention.q",
  "self_attn.k_proj": "attention.k",
  "self_attn.v_proj": "attention.v",
  "self_attn.o_proj": "attention.o",
  "mlp.gate_proj": "mlp.gate",
  "mlp.up_proj": "mlp.up",
  "mlp.down_proj": "mlp.down",
};

/** Canonical names to what onnxruntime multiplies by. */
function expected(name: string): Map<string, Float32Array> {
  const bytes = readFileSync(join(FOLDER, `${name}.f32`));
  const shapes: Record<string, [number, number]> = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const values = new Map<string, Float32Array>();
  let at = 0;
  for (const [path, [rows, columns]] of Object.entries(shapes)) {
    const [, layer, part] = /^model\.layers\.(\d+)\.(.+)$/.exec(path)!;
    values.set(`layers.${layer}.${PARTS[part!]}`, all.subarray(at, at + rows * columns));
    at += rows * columns;
  }
  return values;
}

async function compared(file: string, name: string) {
  const { reading, ...rest } = await openModel(join(FOLDER, `${file}.onnx`));
  if (reading.kind !== "model") throw new Error(reading.reason);
  const reader = new FileReader();
  const compute = new LocalCompute((path, offset, into) => reader.readInto(path, offset, into));
  const off: Record<string, number> = {};
  for (const [tensor, wanted] of expected(name)) {
    const held = reading.model.tensors.get(tensor);
    if (!held) throw new Error(`${tensor} is not read`);
    const got = await compute.load(held.matrix);
    expect(got.length, tensor).toBe(wanted.length);
    off[tensor] = got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  }
  await reader.close();
  return { off, reading, rest };
}

test.each([
  "plain",
  "nbits4",
  "nbits4-zeros",
  "nbits8",
  "nbits8-zeros",
  "uint8",
  "uint8-channels",
  "int8-channels",
  "by-inputs",
  "int4-blocks",
  "uint4-blocks",
])("%s: what onnxruntime multiplies by", async (name) => {
  const { off } = await compared(name, name);
  expect(Object.keys(off).length).toBe(14);
  for (const [tensor, most] of Object.entries(off)) expect(most, tensor).toBeLessThan(1e-6);
});

test("a table of tokens in blocks of 4 bits: the rows that onnxruntime gathers", async () => {
  const { reading } = await openModel(join(FOLDER, "gathered.onnx"));
  if (reading.kind !== "model") throw new Error(reading.reason);
  const reader = new FileReader();
  const compute = new LocalCompute((path, offset, into) => reader.readInto(path, offset, into));
  const got = await compute.load(reading.model.tensors.get("embed")!.matrix);
  await reader.close();
  const bytes = readFileSync(join(FOLDER, "gathered.f32"));
  const wanted = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  expect(got.length).toBe(wanted.length);
  expect(got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0)).toBeLessThan(1e-6);
});

test("two branches of one model: read once; a branch's own second copy is left out by name", async () => {
  const { off, reading } = await compared("merged", "plain");
  for (const [tensor, most] of Object.entries(off)) expect(most, tensor).toBe(0);
  expect(JSON.stringify(reading.kind === "model" ? reading.model.leftOut : "")).toMatch(/onnx::MatMul_1/);
});
