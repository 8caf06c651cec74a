/** Every code of the 8-bit formats, F64's rounding, and the blocks of GGUF against the reference implementation. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type DType, FORMATS, rowBytes, valuesIn } from "../../src/kernels/dtypes.js";
import { Kernel } from "../../src/kernels/kernel.js";

const kernel = new Kernel();
const codes = Uint8Array.from({ length: 256 }, (_, i) => i);

/** sign · (1 + mantissa) · 2^(exponent − bias), by the definition of OCP 8-bit Floating Point (2023). */
function eightBit(code: number, mantissaBits: number, bias: number): number {
  const sign = code >> 7 ? -1 : 1;
  const exponent = (code & 0x7f) >> mantissaBits;
  const mantissa = (code & ((1 << mantissaBits) - 1)) / (1 << mantissaBits);
  return sign * (exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias));
}

describe("8-bit floats", () => {
  test("every F8_E4M3 code: no infinities, NaN where all but the sign is set", () => {
    const got = kernel.decode("F8_E4M3", codes);
    for (let i = 0; i < 256; i++) expect(got[i]).toBe((i & 0x7f) === 0x7f ? Number.NaN : eightBit(i, 3, 7));
    expect(got[0x7e]).toBe(448);
    for (let i = 0; i < 256; i++)
      expect(kernel.countNonFinite("F8_E4M3", codes.subarray(i, i + 1))).toBe((i & 0x7f) === 0x7f ? 1 : 0);
  });
  test("every F8_E5M2 code: infinities and NaN as in half precision", () => {
    const got = kernel.decode("F8_E5M2", codes);
    for (let i = 0; i < 256; i++) {
      const special = (i & 3) === 0 ? (i >> 7 ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
      expect(got[i]).toBe((i & 0x7c) === 0x7c ? special : eightBit(i, 2, 15));
      expect(kernel.countNonFinite("F8_E5M2", codes.subarray(i, i + 1))).toBe((i & 0x7c) === 0x7c ? 1 : 0);
    }
  });
});

test("F64 is rounded to the nearest f32; what does not fit counts as not finite", () => {
  const values = [0.1, -1 / 3, 1e-46, 3.4e38, 2 ** 24 + 1, -0, 1e39, -1e300, Number.NaN, Number.NEGATIVE_INFINITY];
  const bytes = new Uint8Array(Float64Array.from(values).buffer);
  expect([...kernel.decode("F64", bytes)]).toEqual(values.map(Math.fround));
  expect(kernel.countNonFinite("F64", bytes)).toBe(4);
});

describe("blocks of GGUF", () => {
  const vectors: Record<string, { blocks: string; values: string }> = JSON.parse(
    readFileSync("test/model/gguf-vectors.json", "utf8"),
  ).blocks;
  const types = Object.keys(vectors) as DType[];
  const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

  test("all are there", () => {
    expect(types.sort()).toEqual(
      Object.entries(FORMATS)
        .filter(([, f]) => f.values > 1 && f.code >= 0)
        .map(([name]) => name)
        .sort(),
    );
  });
  test.each(types)("%s: every value is the reference's, bit for bit", (type) => {
    const blocks = bytesOf(vectors[type]!.blocks);
    const want = bytesOf(vectors[type]!.values);
    const got = kernel.decode(type, blocks);
    expect(got.length).toBe(valuesIn(type, blocks.length));
    expect(rowBytes(type, got.length)).toBe(blocks.length);
    // Compared as numbers: the sign of a zero is no part of a value.
    expect(got.map((x) => x + 0)).toEqual(new Float32Array(want.buffer).map((x) => x + 0));
  });
  test.each(types)("%s: a scale that is not finite is found, and nothing else is taken for one", (type) => {
    const size = FORMATS[type].sizeBytes;
    const blocks = bytesOf(vectors[type]!.blocks);
    expect(kernel.countNonFinite(type, blocks)).toBe(0);
    let scales = 0;
    for (let at = 0; at + 1 < size; at++) {
      const block = blocks.slice(0, size);
      block.set(type === "MXFP4" ? [0xff] : [0x00, 0x7c], at);
      const found = kernel.countNonFinite(type, block);
      scales += found;
      expect(found).toBe([...kernel.decode(type, block)].every(Number.isFinite) ? 0 : 1);
    }
    expect(scales).toBeGreaterThan(0);
  });
});
