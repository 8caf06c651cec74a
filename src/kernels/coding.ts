/**
 * Codes that need more than their own bytes to become values: integers, 8-bit and 4-bit floats with scales beside them.
 * Sources: compressed-tensors (int8, pack-quantized), bitsandbytes LLM.int8 (SCB), DeepSeek V3's block scales, AutoGPTQ,
 * AutoAWQ, OCP Microscaling (MXFP4) as GPT-OSS stores it, ONNX (codes without a sign, blocks of `MatMulNBits` and `DequantizeLinear`). A value is (code − zero) · scale, rounded to f32 once.
 */

/** Where the bytes of one tensor lie, plain and row-major. */
export interface Placed {
  file: string;
  offsetBytes: number;
  rows: number;
  columns: number;
}

export const SCALE_FORMATS = ["F32", "F16", "BF16", "F8_E8M0", "F8_E4M3", "I8", "I32"] as const;
/** What holds zeros alone: codes without a sign, of 4 bits two a byte, the first low, each row from a byte of its own on. */
const ZERO_FORMATS = ["U8", "U4"] as const;
export type ScaleFormat = (typeof SCALE_FORMATS)[number] | (typeof ZERO_FORMATS)[number];
export interface Scales extends Placed {
  format: ScaleFormat;
  /** Where the file lists them in another form than plain bytes: a few numbers, row after row. */
  values?: readonly number[];
}

export type Coding =
  | {
      /** One code a value (I8, U8, F8) or two a byte, the first low (U4), rows as in the matrix. */
      kind: "scaled";
      /** I8, F8 and two's complement need none; offset binary is half its range too high; e2m1 is the 4-bit float. */
      reading: "plain" | "less 8" | "less 128" | "e2m1";
      scales: Scales;
      /** Scale (r, c) holds for this many rows and columns from (r · blockRows, c · blockColumns) on. */
      blockRows: number;
      blockColumns: number;
      /** Multiplies every scale. */
      factor: number;
      zeros: Scales | null;
    }
  | {
      /** 32-bit words of `32 / bits` codes along the inputs; word row w, column o: inputs w·(32/bits) … of output o. */
      kind: "gptq";
      bits: 2 | 4 | 8;
      words: Placed;
      /** groups × outputs. */
      scales: Scales;
      /** groups × (outputs · bits / 32), packed along the outputs. */
      zeros: Placed;
      /** Group of each input; null: consecutive groups of equal length. */
      groups: Placed | null;
      /** AutoGPTQ's first format stores each zero less one; its second does not. */
      zeroLess: 0 | 1;
    }
  | {
      /** Words of 8 codes along the outputs, in the order 0 2 4 6 1 3 5 7; word row i: input i. */
      kind: "awq";
      words: Placed;
      scales: Scales;
      zeros: Placed;
    }
  | {
      /** Rows of codes, one an input, of all outputs: bytes, or two a byte, the first low. */
      kind: "by inputs";
      bits: 4 | 8;
      /** Two's complement. */
      signed: boolean;
      /** Its columns are counted in bytes. */
      codes: Placed;
      /** Groups of consecutive inputs × outputs; so are zeros. */
      scales: Scales;
      zeros: Scales | null;
    };

/** GPTQ, AWQ and ONNX's blocks lie by inputs: a row is gathered from the whole tensor. */
export function isGathered(coding: Coding | undefined): boolean {
  return coding !== undefined && coding.kind !== "scaled";
}
