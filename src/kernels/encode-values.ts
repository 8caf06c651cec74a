/** f32 values back into stored formats, to the nearest, ties to even (IEEE 754): F32, F16, BF16. */
type EncodableDType = "F32" | "F16" | "BF16";

/** F32, F16 and BF16; quantised formats are read and never written. */
export function isEncodable(dtype: string): dtype is EncodableDType {
  return dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/** Rounded to the nearest, ties to even; F32 is copied as it is. */
export function encodeValues(dtype: EncodableDType, values: Float32Array): Uint8Array {
  if (dtype === "F32")
    return new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = dtype === "BF16" ? brainBits(bits[i]!) : halfBits(bits[i]!);
  return new Uint8Array(out.buffer);
}

function brainBits(x: number): number {
  // NaN keeps a bit that rounding cannot carry away.
  if ((x & 0x7fffffff) > 0x7f800000) return (x >>> 16) | 0x40;
  return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
}

function halfBits(x: number): number {
  const sign = (x >>> 16) & 0x8000;
  const rest = x & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  // 65,520 and above round to infinity.
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest >= 0x38800000) return sign | ((rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13);
  // Below 2^-14: a multiple of 2^-24.
  const shift = 126 - (rest >>> 23);
  if (shift > 24) return sign;
  const mantissa = (rest & 0x7fffff) | 0x800000;
  const whole = mantissa >>> shift;
  const left = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (whole + Number(left > half || (left === half && (whole & 1) === 1)));
}
