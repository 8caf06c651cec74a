/**
 * Stored number formats that the kernels decode, plain ones and the blocks of GGUF (ggml). Every value comes out as
 * f32: exactly, save F64, which is rounded. Block layouts: assembly/blocks.ts.
 */

interface Format {
  /** The number by which assembly/kernel.ts knows it. */
  code: number;
  /** Values in one block, and its size. */
  values: number;
  sizeBytes: number;
}

export const FORMATS = {
  F32: { code: 0, values: 1, sizeBytes: 4 },
  F16: { code: 1, values: 1, sizeBytes: 2 },
  BF16: { code: 2, values: 1, sizeBytes: 2 },
  F64: { code: 3, values: 1, sizeBytes: 8 },
  F8_E4M3: { code: 4, values: 1, sizeBytes: 1 },
  F8_E5M2: { code: 5, values: 1, sizeBytes: 1 },
  Q4_0: { code: 16, values: 32, sizeBytes: 18 },
  Q4_1: { code: 17, values: 32, sizeBytes: 20 },
  Q5_0: { code: 18, values: 32, sizeBytes: 22 },
  Q5_1: { code: 19, values: 32, sizeBytes: 24 },
  Q8_0: { code: 20, values: 32, sizeBytes: 34 },
  Q2_K: { code: 21, values: 256, sizeBytes: 84 },
  Q3_K: { code: 22, values: 256, sizeBytes: 110 },
  Q4_K: { code: 23, values: 256, sizeBytes: 144 },
  Q5_K: { code: 24, values: 256, sizeBytes: 176 },
  Q6_K: { code: 25, values: 256, sizeBytes: 210 },
  MXFP4: { code: 26, values: 32, sizeBytes: 17 },
  // Codes that mean nothing by themselves: coding.ts says how they are read, and the kernels never see them.
  I8: { code: -1, values: 1, sizeBytes: 1 },
  U8: { code: -1, values: 1, sizeBytes: 1 },
  U4: { code: -1, values: 2, sizeBytes: 1 },
} as const satisfies Record<string, Format>;
export type DType = keyof typeof FORMATS;

/** Whether values of a format, by the name that safetensors or ggml gives it, are read. */
export function isReadDType(name: string): name is DType {
  return Object.hasOwn(FORMATS, name) && FORMATS[name as DType].code >= 0;
}

/** Size of `values` consecutive values, a whole number of blocks. */
export function rowBytes(dtype: DType, values: number): number {
  const format = FORMATS[dtype];
  return (values / format.values) * format.sizeBytes;
}

/** How many values lie in so many bytes; a fraction where blocks are not whole. */
export function valuesIn(dtype: DType, sizeBytes: number): number {
  const format = FORMATS[dtype];
  return (sizeBytes / format.sizeBytes) * format.values;
}
