/**
 * Number formats a safetensors header may name, with their widths (huggingface/safetensors, `Dtype` in
 * safetensors/src/tensor.rs; the 4-, 6- and 8-bit names are its later additions). Only some of them
 * are read (kernels/dtypes.ts).
 */
export const SAFETENSORS_DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;
export type SafetensorsDType = keyof typeof SAFETENSORS_DTYPE_BITS;

/** Named by the format; not each is read. */
export function isSafetensorsDType(name: unknown): name is SafetensorsDType {
  return typeof name === "string" && Object.hasOwn(SAFETENSORS_DTYPE_BITS, name);
}
