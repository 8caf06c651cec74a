/** One half-precision code as f32, exactly. */
// @ts-ignore: decorator
@inline
export function half(h: u32): f32 {
  const sign = (h & 0x8000) << 16;
  const rest = h & 0x7fff;
  if (rest >= 0x7c00) return reinterpret<f32>(sign | 0x7f800000 | ((rest & 0x3ff) << 13));
  // Exact for normal and subnormal codes: the exponent is shifted into place and rescaled by 2^112.
  return reinterpret<f32>(sign | reinterpret<u32>(reinterpret<f32>(rest << 13) * reinterpret<f32>(0x77800000 as u32)));
}
