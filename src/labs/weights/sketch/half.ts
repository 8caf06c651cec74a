/** Numbers as IEEE 754 half precision, rounded to nearest, ties to even: what a sketch stores. */

/** Largest relative error of a normal number; entries of unit rows below 2⁻¹⁴ err by at most 2⁻²⁵. */
export const HALF_ERROR = 2 ** -11;

const bits = new DataView(new ArrayBuffer(4));

/** Of |x| ≤ 1. */
function toHalf(x: number): number {
  bits.setFloat32(0, x);
  const code = bits.getUint32(0);
  const sign = (code >>> 16) & 0x8000;
  const magnitude = code & 0x7fffffff;
  const exponent = (magnitude >>> 23) - 112;
  // Subnormal: a whole number of 2^-24.
  if (exponent <= 0) return sign | roundEven(Math.abs(Math.fround(x)) * 2 ** 24);
  const kept = (exponent << 10) | ((magnitude >>> 13) & 0x3ff);
  const rest = magnitude & 0x1fff;
  return sign | (kept + (rest > 0x1000 || (rest === 0x1000 && (kept & 1) === 1) ? 1 : 0));
}

function roundEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** Little endian, row by row as given. */
export function halfBytes(values: Float32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * 2));
  for (let i = 0; i < values.length; i++) out.setUint16(2 * i, toHalf(values[i]!), true);
  return new Uint8Array(out.buffer);
}
