/**
 * Rows of coded matrices (coding.ts) as f32. Scaled codes are read row by row; GPTQ and AWQ lie by inputs, so that some
 * rows take one pass over the whole tensor. A scale that is no number, or a group that is none, is an error here: these
 * tensors are looked at nowhere else.
 */
import { AssayError, assert } from "../base/error.js";
import type { Coding, Placed, Scales } from "./coding.js";
import { E4M3, E5M2, FOUR_BITS, I8, scaleStride, scaleValues, scaleWidth, U8 } from "./scale-values.js";
import type { ReadInto, StoredMatrix } from "./stored-matrix.js";

/** Scales, zeros and groups of one matrix are held whole; those of public models stay below 20 MB (CWE-789). */
export const SCALE_BYTES_MAX = 64 * 1024 * 1024;
/** Words of one read. */
const WORDS_BYTES = 4 * 1024 * 1024;
/** Position of output j among the 8 codes of a word. */
const AWQ_SHIFT = [0, 4, 1, 5, 2, 6, 3, 7].map((position) => 4 * position);

/**
 * Decodes rows read one behind the other into `out`.
 * @param rows their numbers in the whole tensor
 */
export async function decodeScaled(
  read: ReadInto,
  matrix: StoredMatrix,
  rows: readonly number[],
  codes: Uint8Array,
  out: Float32Array,
): Promise<void> {
  const coding = matrix.coding!;
  assert(coding.kind === "scaled", "coded-rows.decodeScaled: expected scaled codes");
  const { columns } = matrix;
  const { blockRows, blockColumns, factor } = coding;
  const scaleRow = (row: number) => Math.floor(row / blockRows);
  const scaleOf = await rowsOf(read, coding.scales, rows.map(scaleRow));
  const zeroOf = coding.zeros ? await rowsOf(read, coding.zeros, rows.map(scaleRow)) : null;
  const table = tableOf(matrix, coding.reading);
  let at = 0;
  let from = 0;
  for (const row of rows) {
    const scales = scaleOf(scaleRow(row));
    const zeros = zeroOf?.(scaleRow(row));
    for (let block = 0, c = 0; c < columns; block++) {
      const scale = finite(scales[block]! * factor);
      const zero = zeros ? zeros[block]! : 0;
      const end = Math.min(columns, c + blockColumns);
      if (matrix.dtype === "U4")
        for (; c < end; c++, at++) {
          const byte = codes[from + (c >> 1)]!;
          out[at] = (table[c & 1 ? byte >> 4 : byte & 15]! - zero) * scale;
        }
      else for (; c < end; c++, at++) out[at] = (table[codes[from + c]!]! - zero) * scale;
    }
    from += matrix.dtype === "U4" ? columns / 2 : columns;
  }
}

function tableOf({ dtype }: StoredMatrix, reading: "plain" | "less 8" | "less 128" | "e2m1"): Float32Array {
  if (dtype === "U4") {
    assert(reading !== "less 128", "coded-rows: expected a reading of four bits");
    return FOUR_BITS[reading];
  }
  if (dtype === "U8") {
    assert(reading === "plain" || reading === "less 128", "coded-rows: expected a reading of a byte");
    return U8[reading];
  }
  return dtype === "I8" ? I8 : dtype === "F8_E4M3" ? E4M3 : E5M2;
}

/** The given rows of a small tensor: in one read where they lie close together, else row by row. */
async function rowsOf(read: ReadInto, scales: Scales, rows: readonly number[]): Promise<(row: number) => Float64Array> {
  const { values: listed, columns } = scales;
  if (listed) return (row) => Float64Array.from(listed.slice(row * columns, (row + 1) * columns));
  const stride = scaleStride(scales);
  const size = stride * scaleWidth(scales.format);
  // Not Math.min(...rows): a chunk of narrow rows has more of them than a call may have arguments.
  const low = rows.reduce((m, r) => Math.min(m, r), rows[0]!);
  const high = rows.reduce((m, r) => Math.max(m, r), 0);
  assert(high < scales.rows, "coded-rows: expected a scale for every row");
  if ((high - low + 1) * size <= WORDS_BYTES) {
    const values = scaleValues(scales.format, await bytesOf(read, scales, low * size, (high - low + 1) * size));
    return (row) => values.subarray((row - low) * stride, (row - low + 1) * stride);
  }
  const held = new Map<number, Float64Array>();
  const one = async (row: number) => {
    held.set(row, scaleValues(scales.format, await bytesOf(read, scales, row * size, size)));
  };
  await Promise.all([...new Set(rows)].map(one));
  return (row) => held.get(row)!;
}

/** Gathers rows (outputs of the whole tensor) of a GPTQ or AWQ matrix: all of it passes by once. */
export async function gatherCoded(
  read: ReadInto,
  matrix: StoredMatrix,
  outputs: readonly number[],
  out: Float32Array,
): Promise<void> {
  const coding = matrix.coding!;
  assert(coding.kind !== "scaled", "coded-rows.gatherCoded: expected codes that lie by inputs");
  if (coding.kind === "by inputs") return gatherByInputs(read, coding, matrix.columns, outputs, out);
  const { scale, zero, groupOf } = await groupsOf(read, coding, outputs, matrix.columns);
  const { words } = coding;
  const each = coding.kind === "gptq" ? 32 / coding.bits : 1;
  const mask = coding.kind === "gptq" ? 2 ** coding.bits - 1 : 15;
  const most = Math.max(1, Math.floor(WORDS_BYTES / (4 * words.columns)));
  for (let first = 0; first < words.rows; first += most) {
    const count = Math.min(most, words.rows - first);
    const bytes = await bytesOf(read, words, first * words.columns * 4, count * words.columns * 4);
    const values = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    for (const [n, output] of outputs.entries()) {
      const column = coding.kind === "gptq" ? output : output >> 3;
      const shift = coding.kind === "gptq" ? 0 : AWQ_SHIFT[output & 7]!;
      const base = n * matrix.columns;
      for (let w = 0; w < count; w++) {
        let word = values[w * words.columns + column]! >>> shift;
        for (let k = 0, input = (first + w) * each; k < each; k++, input++) {
          const g = groupOf[input]! * outputs.length + n;
          out[base + input] = ((word & mask) - zero[g]!) * scale[g]!;
          word = each === 1 ? word : word >>> (32 / each);
        }
      }
    }
  }
}

type ByInputs = Extract<Coding, { kind: "by inputs" }>;

/** A pass over codes that lie input after input. */
async function gatherByInputs(
  read: ReadInto,
  { bits, signed, codes, scales, zeros }: ByInputs,
  inputs: number,
  outputs: readonly number[],
  out: Float32Array,
): Promise<void> {
  const length = inputs / scales.rows;
  const held = async (of: Scales) => scaleValues(of.format, await bytesOf(read, of, 0, of.rows * strideBytes(of)));
  const [scale, zero] = [await held(scales), zeros ? await held(zeros) : null];
  const stride = zeros ? scaleStride(zeros) : 0;
  const [half, whole] = [2 ** (bits - 1), 2 ** bits];
  const most = Math.max(1, Math.floor(WORDS_BYTES / codes.columns));
  for (let first = 0; first < inputs; first += most) {
    const count = Math.min(most, inputs - first);
    const bytes = await bytesOf(read, codes, first * codes.columns, count * codes.columns);
    for (const [n, output] of outputs.entries()) {
      const at = bits === 4 ? output >> 1 : output;
      const shift = bits === 4 && output & 1 ? 4 : 0;
      for (let i = 0; i < count; i++) {
        const group = Math.floor((first + i) / length);
        const stored = (bytes[i * codes.columns + at]! >> shift) & (whole - 1);
        const code = signed && stored >= half ? stored - whole : stored;
        const from = zero ? zero[group * stride + output]! : 0;
        out[n * inputs + first + i] = (code - from) * finite(scale[group * scales.columns + output]!);
      }
    }
  }
}

function strideBytes(scales: Scales): number {
  return scaleStride(scales) * scaleWidth(scales.format);
}

type Gathered = Exclude<Coding, { kind: "scaled" | "by inputs" }>;

/** Scales and zeros of the wanted outputs, group after group, and the group of each input. */
async function groupsOf(read: ReadInto, coding: Gathered, outputs: readonly number[], inputs: number) {
  const { scales, zeros } = coding;
  const groups = scales.rows;
  const all = scaleValues(scales.format, await bytesOf(read, scales, 0, sizeOf(scales)));
  const packed = await bytesOf(read, zeros, 0, zeros.rows * zeros.columns * 4);
  const words = new Uint32Array(packed.buffer, packed.byteOffset, packed.length / 4);
  const scale = new Float64Array(groups * outputs.length);
  const zero = new Float64Array(groups * outputs.length);
  const bits = coding.kind === "gptq" ? coding.bits : 4;
  const [each, mask] = [32 / bits, 2 ** bits - 1];
  for (let g = 0; g < groups; g++)
    for (const [n, output] of outputs.entries()) {
      const at = g * outputs.length + n;
      scale[at] = finite(all[g * scales.columns + output]!);
      const word = words[g * zeros.columns + Math.floor(output / each)]!;
      if (coding.kind === "gptq") zero[at] = ((word >>> ((output % each) * bits)) + coding.zeroLess) & mask;
      else zero[at] = (word >>> AWQ_SHIFT[output & 7]!) & 15;
    }
  return { scale, zero, groupOf: await groupNumbers(read, coding, groups, inputs) };
}

async function groupNumbers(read: ReadInto, coding: Gathered, groups: number, inputs: number): Promise<Int32Array> {
  if (coding.kind === "awq" || !coding.groups) {
    const length = inputs / groups;
    return Int32Array.from({ length: inputs }, (_, i) => Math.floor(i / length));
  }
  const bytes = await bytesOf(read, coding.groups, 0, inputs * 4);
  const numbers = new Int32Array(bytes.buffer, bytes.byteOffset, inputs);
  for (const g of numbers)
    if (g < 0 || g >= groups)
      throw new AssayError("FORMAT", `weights: expected groups 0 to ${groups - 1} in g_idx, got ${g}`);
  return numbers;
}

/** Codes reach 57,344 (E5M2): with larger scales values leave f32. */
const SCALE_MAX = 2 ** 111;

/** What a scale beyond it, or none, stands for is nought, as a value that is not finite is. */
function finite(scale: number): number {
  return Math.abs(scale) <= SCALE_MAX ? scale : 0;
}

function sizeOf(scales: Scales): number {
  return scales.rows * scales.columns * scaleWidth(scales.format);
}

async function bytesOf(read: ReadInto, { file, offsetBytes }: Placed, start: number, length: number) {
  const bytes = new Uint8Array(length);
  await read(file, offsetBytes + start, bytes);
  return bytes;
}
