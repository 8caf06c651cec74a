/**
 * ONNX files (onnx 1.20's own helpers wrote them) of one small model, exported in the ways that people export: turned and
 * called by numbers, left as they were, constants, codes with scales, values in a file beside. All read as one model.
 * Altered files bring weights within their files or one AssayError: 6,000 by default, 250,000 a part with SLOW=1
 * FUZZ_PART=1 (to 4); seeded.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AssayError } from "../../src/base/error.js";
import { prng } from "../../src/base/prng.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { readOnnx } from "../../src/model/formats/onnx.js";
import { weightsOf } from "../../src/model/formats/onnx-weights.js";
import { processorMs } from "../processor-time.js";

const FOLDER = "test/model/onnx";
const PART = process.env.FUZZ_PART ?? "1";
const COUNT = process.env.SLOW ? 250_000 : 6_000;
const home = mkdtempSync(join(tmpdir(), "assay-onnx-weights-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function valuesOf(path: string): Promise<Map<string, number[]>> {
  const { reading } = await openModel(path);
  if (reading.kind !== "model") throw new Error(reading.reason);
  const reader = new FileReader();
  const compute = new LocalCompute((file, offset, into) => reader.readInto(file, offset, into));
  const values = new Map<string, number[]>();
  for (const [name, { matrix }] of reading.model.tensors) values.set(name, [...(await compute.load(matrix))]);
  await reader.close();
  return values;
}

/** The maker's values: they count up through the tensors, in the order in which it made them. */
function made(): Map<string, number[]> {
  let at = 0;
  const next = (count: number) => Array.from({ length: count }, () => ((at++ % 97) - 48) / 64);
  const out = new Map([["embed", next(128)]]);
  for (const l of [0, 1]) {
    for (const part of ["q", "k", "v", "o"]) out.set(`layers.${l}.attention.${part}`, next(64));
    for (const part of ["gate", "up", "down"]) out.set(`layers.${l}.mlp.${part}`, next(96));
    for (const part of ["norm.attention", "norm.mlp"]) out.set(`layers.${l}.${part}`, next(8));
  }
  return out.set("norm", next(8));
}

test.each(["folded.onnx", "turned.onnx", "gemm.onnx", "beside"])(
  "%s: the values that the maker wrote",
  async (name) => {
    const values = await valuesOf(join(FOLDER, name));
    for (const [tensor, expected] of made()) expect(values.get(tensor), tensor).toEqual(expected);
    expect(values.get("output")).toEqual(values.get("embed"));
  },
);

test.each(["qdq.onnx", "integer.onnx"])("%s: codes times scales, within half a step", async (name) => {
  const values = await valuesOf(join(FOLDER, name));
  for (const [tensor, expected] of made()) {
    const got = values.get(tensor)!;
    const off = Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));
    expect(off, tensor).toBeLessThan(0.75 / 127 / 2 + 1e-6);
  }
});

test("values in a file that is not there, and a path for one", async () => {
  const lone = join(home, "model.onnx");
  copyFileSync(join(FOLDER, "beside/model.onnx"), lone);
  await expect(openModel(home)).rejects.toThrow(/expected "model.onnx_data" beside it/);
  const bytes = readFileSync(lone);
  const at = bytes.indexOf("model.onnx_data");
  bytes.write("../../../passwd", at);
  const read = async (from: number, length: number) => new Uint8Array(bytes.subarray(from, from + length));
  await expect(readOnnx(read, bytes.length, "m.onnx")).rejects.toThrow(/a file beside it/);
});

test("a graph whose nodes all read one value costs what its nodes cost", async () => {
  const node = (i: number) => ({
    op: "MatMul",
    name: "",
    inputs: ["x", "w"],
    outputs: [`y${i}`],
    attributes: new Map(),
  });
  const nodes = Array.from({ length: 100_000 }, (_, i) => node(i));
  expect(await processorMs(() => weightsOf({ tensors: new Map(), nodes, own: nodes.length, again: [] }))).toBeLessThan(
    4_000,
  );
});

test("altered files bring weights within their files, or one AssayError", async () => {
  const names = ["folded.onnx", "turned.onnx", "gemm.onnx", "qdq.onnx", "integer.onnx", "beside/model.onnx"];
  names.push(
    ...["nbits4-zeros", "nbits8", "uint8-channels", "by-inputs", "merged"].map((n) => `../onnx-codes/${n}.onnx`),
    ...["int4-blocks", "uint4-blocks", "gathered"].map((n) => `../onnx-codes/${n}.onnx`),
  );
  const seeds = names.map((name) => new Uint8Array(readFileSync(join(FOLDER, name))));
  const source = prng("test/onnx", PART);
  const counts = { read: 0, refused: 0 };
  let slowest = 0;
  for (let n = 0; n < COUNT; n++) {
    const whole = seeds[n % seeds.length]!;
    const bytes = whole.slice(0, source.below(20) === 0 ? source.below(whole.length) : whole.length);
    for (let edits = 1 + source.below(4); edits > 0 && bytes.length > 0; edits--) {
      const at = source.below(bytes.length);
      if (source.below(4) === 0) bytes.copyWithin(at, source.below(bytes.length), source.below(bytes.length));
      else bytes[at] = source.below(3) === 0 ? [0, 0xff, 0x0a, 0x12, 0x80, 0x7f][source.below(6)]! : source.below(256);
    }
    const read = async (at: number, length: number) => bytes.subarray(at, at + length);
    const spent = await processorMs(async () => {
      try {
        const { weights } = weightsOf(await readOnnx(read, bytes.length, "m.onnx"));
        for (const { file, offsetBytes, sizeBytes, elements } of weights)
          if (!Number.isSafeInteger(elements) || (file === null && offsetBytes + sizeBytes > bytes.length))
            throw new Error(`${n}: a weight outside of the file`);
        counts.read++;
      } catch (error) {
        if (!(error instanceof AssayError)) throw new Error(`${n}: ${(error as Error).stack}`);
        expect(error.message).not.toMatch(/\n/);
        counts.refused++;
      }
    });
    slowest = Math.max(slowest, spent);
  }
  if (process.env.SLOW) console.log(`onnx: part ${PART}, ${JSON.stringify(counts)}, slowest ${slowest} ms`);
  expect(slowest).toBeLessThan(1_000);
  expect(counts.read).toBeGreaterThan(COUNT / 100);
});
