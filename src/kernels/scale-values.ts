/** Scales and zeros as numbers, and the small tables by which 8-bit and 4-bit codes are read. Exact, no rounding. */
import type { ScaleFormat } from "./coding.js";

const WIDTHS: Readonly<Record<ScaleFormat, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E8M0: 1,
  F8_E4M3: 1,
  I8: 1,
  I32: 4,
  U8: 1,
  U4: 0.5,
};

/** Bytes of one stored scale; half a byte for U4. */
export function scaleWidth(format: ScaleFormat): number {
  return WIDTHS[format];
}

/** Values that lie between the beginnings of two rows: rows of U4 begin at whole bytes. */
export function scaleStride({ format, columns }: { format: ScaleFormat; columns: number }): number {
  return format === "U4" ? 2 * Math.ceil(columns / 2) : columns;
}

/** @param bytes at any alignment */
export function scaleValues(format: ScaleFormat, bytes: Uint8Array): Float64Array {
  const width = WIDTHS[format];
  const out = new Float64Array(bytes.length / width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read: Readonly<Record<ScaleFormat, (i: number) => number>> = {
    F32: (i) => view.getFloat32(4 * i, true),
    F16: (i) => half(view.getUint16(2 * i, true)),
    BF16: (i) => bfloat(view.getUint16(2 * i, true)),
    F8_E8M0: (i) => E8M0[bytes[i]!]!,
    F8_E4M3: (i) => E4M3[bytes[i]!]!,
    I8: (i) => view.getInt8(i),
    I32: (i) => view.getInt32(4 * i, true),
    U8: (i) => bytes[i]!,
    U4: (i) => (i & 1 ? bytes[i >> 1]! >> 4 : bytes[i >> 1]! & 15),
  };
  const one = read[format];
  for (let i = 0; i < out.length; i++) out[i] = one(i);
  return out;
}

function half(x: number): number {
  const sign = x & 0x8000 ? -1 : 1;
  const exponent = (x >> 10) & 31;
  const fraction = x & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const bits = new DataView(new ArrayBuffer(4));
function bfloat(x: number): number {
  bits.setUint16(0, x);
  bits.setUint16(2, 0);
  return bits.getFloat32(0);
}

/** OCP 8-bit float, four bits of exponent (bias 7), no infinities. */
export const E4M3: Float32Array = Float32Array.from({ length: 256 }, (_, x) => {
  const [exponent, fraction, sign] = [(x >> 3) & 15, x & 7, x & 128 ? -1 : 1];
  if ((x & 127) === 127) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
});
export const E5M2: Float32Array = Float32Array.from({ length: 256 }, (_, x) => half(x << 8));
/** Powers of two, bias 127; all bits set is no number (OCP Microscaling 1.0, 5.4.1). */
const E8M0: Float64Array = Float64Array.from({ length: 256 }, (_, x) => (x === 255 ? Number.NaN : 2 ** (x - 127)));
export const I8: Float32Array = Float32Array.from({ length: 256 }, (_, x) => (x << 24) >> 24);
/** OCP 4-bit float (5.3.3): two bits of exponent, one of fraction. */
const E2M1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
export const U8: Readonly<Record<"plain" | "less 128", Float32Array>> = {
  plain: Float32Array.from({ length: 256 }, (_, x) => x),
  "less 128": Float32Array.from({ length: 256 }, (_, x) => x - 128),
};
export const FOUR_BITS: Readonly<Record<"plain" | "less 8" | "e2m1", Float32Array>> = {
  plain: Float32Array.from({ length: 16 }, (_, x) => x),
  "less 8": Float32Array.from({ length: 16 }, (_, x) => x - 8),
  e2m1: Float32Array.from({ length: 16 }, (_, x) => (x < 8 ? E2M1[x]! : -E2M1[x - 8]!)),
};
