/**
 * Weights whose values need other tensors: scales, zeros, groups beside them, joined into one entry under the weight's
 * name. Layouts: compressed-tensors (int8, float8, pack-quantized of 4 bits), Hugging Face fine-grained FP8 and DeepSeek
 * V3 (`weight_scale_inv`, which multiplies), fbgemm, ComfyUI (`scale_weight`), LLM.int8 (`SCB`, over 127), AutoGPTQ,
 * AutoAWQ (GEMM), GPT-OSS (MXFP4), ONNX (`MatMulNBits`, `GatherBlockQuantized`, `DequantizeLinear` in blocks, under names that formats/onnx-weights.ts gives). Where names or shapes settle no layout the weight is left out; nothing is guessed.
 */
import { quoted } from "../../base/error.js";
import { SCALE_BYTES_MAX } from "../../kernels/coded-rows.js";
import { type Coding, type Placed, SCALE_FORMATS, type ScaleFormat, type Scales } from "../../kernels/coding.js";
import { isReadDType } from "../../kernels/dtypes.js";
import { scaleStride, scaleWidth } from "../../kernels/scale-values.js";
import type { Entry } from "../entries.js";
import type { ModelConfig } from "../model.js";

/** Block sizes of fine-grained FP8 where the configuration does not say. */
const FP8_BLOCK = 128;

/** A refusal's reason, thrown here and caught at the door of this file. */
class Unreadable extends Error {}
const refuse = (text: string): never => {
  throw new Unreadable(text);
};

interface Joined {
  /** Without the companions that were joined to others. */
  entries: Entry[];
  /** Weights that cannot be read, and why. */
  unread: { entry: Entry; why: string }[];
}

/**
 * Entries with their companions taken in; what has a companion that does not fit is listed as unread with the reason,
 * and the rest stays readable.
 */
export function joinQuantised(entries: readonly Entry[], config: ModelConfig): Joined {
  const by = new Map(entries.map((e) => [e.name, e]));
  const taken = new Set<string>();
  const companion = (name: string) => {
    const found = by.get(name);
    if (found) taken.add(name);
    return found;
  };
  const unread: Joined["unread"] = [];
  const joined = entries.flatMap((entry) => {
    try {
      return [join(entry, companion, config) ?? entry];
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unread.push({ entry, why: error.message });
      return [];
    }
  });
  return { entries: joined.filter((e) => !taken.has(e.name)), unread };
}

type Companion = (name: string) => Entry | undefined;

function join(entry: Entry, companion: Companion, config: ModelConfig): Entry | null {
  const { name, dtype } = entry;
  const stem = (suffix: string) => (name.endsWith(suffix) ? name.slice(0, -suffix.length) : null);
  const words = stem(".qweight");
  if (words !== null) return ofWords(entry, words, companion, config);
  const blocks = stem("_blocks");
  if (blocks !== null && dtype === "U8") {
    const scales = companion(`${blocks}_scales`);
    return scales ? ofMicroscaled(entry, blocks, scales) : null;
  }
  const packed = stem(".weight_packed");
  if (packed !== null) return ofPacked(entry, packed, companion, config);
  const bits = /\.nbits([48])$/.exec(name)?.[1];
  if (bits !== undefined) return ofBlocks(entry, bits === "4" ? 4 : 8, companion);
  const lying = /\.byinputs([48])$/.exec(name)?.[1];
  if (lying !== undefined) return ofInputs(entry, lying === "4" ? 4 : 8, companion);
  // Bytes are codes where a zero stands beside their scale; elsewhere they are packed in ways of their own.
  if (dtype === "U8")
    return companion(`${name}_zero_point`)?.dtype === "U8" ? ofScaled(entry, companion, config) : null;
  if (dtype !== "I8" && dtype !== "F8_E4M3" && dtype !== "F8_E5M2") return null;
  return ofScaled(entry, companion, config);
}

/** I8 and F8 with scales under one of several names; without, an entry stays what it is. */
function ofScaled(entry: Entry, companion: Companion, config: ModelConfig): Entry | null {
  const { name, dtype, shape } = entry;
  const stem = name.replace(/\.weight$/, "");
  const global = companion(`${name}_scale_2`);
  if (global) return refuse(`${quoted(name)} is ${dtype} with scales of two stages`);
  const codes = companion(`${stem}.SCB`);
  const scale = codes ?? [`${name}_scale_inv`, `${name}_scale`, `${stem}.scale_weight`].map(companion).find((e) => e);
  if (!scale) return null;
  if (shape.length < 2) return refuse(`${quoted(name)} is ${dtype} with scales, and no matrix`);
  const rows = shape.slice(0, -1).reduce((n, m) => n * m, 1);
  const columns = shape.at(-1)!;
  const layout = blocksOf(entry, scale, config);
  const scales = scalesOf(scale, layout.scaleRows, layout.scaleColumns);
  const zero = companion(`${name}_zero_point`);
  const coding: Coding = {
    kind: "scaled",
    reading: "plain",
    scales,
    blockRows: layout.blockRows,
    blockColumns: layout.blockColumns,
    // LLM.int8 keeps the largest size of each row.
    factor: codes ? 1 / 127 : 1,
    zeros: zero ? zerosOf(zero, layout.scaleRows, layout.scaleColumns) : null,
  };
  return { ...entry, elements: rows * columns, coding };
}

interface Blocks {
  blockRows: number;
  blockColumns: number;
  scaleRows: number;
  scaleColumns: number;
}

/** What each scale holds for, from shapes: everything, a row, a group of a row, a block. Experts first count as rows. */
function blocksOf({ name, shape }: Entry, scale: Entry, config: ModelConfig): Blocks {
  const [each, columns] = [shape.at(-2)!, shape.at(-1)!];
  const experts = shape.slice(0, -2).reduce((n, m) => n * m, 1);
  const rows = experts * each;
  const got = scale.shape.filter((n, i) => !(n === 1 && i === scale.shape.length - 1 && scale.shape.length > 1));
  const unfit = (): never =>
    refuse(`${quoted(name)} [${shape.join(", ")}] has scales of shape [${scale.shape.join(", ")}]`);
  if (scale.elements === 1) return { blockRows: rows, blockColumns: columns, scaleRows: 1, scaleColumns: 1 };
  if (scale.elements === experts)
    return { blockRows: each, blockColumns: columns, scaleRows: experts, scaleColumns: 1 };
  if (scale.elements === rows && (got.length < 2 || experts > 1))
    return { blockRows: 1, blockColumns: columns, scaleRows: rows, scaleColumns: 1 };
  if (scale.shape.length !== shape.length) return unfit();
  const [a, b] = [scale.shape.at(-2)!, scale.shape.at(-1)!];
  if (scale.elements !== experts * a * b) return unfit();
  const [blockRows, blockColumns] = blockSizes(each, columns, a, b, config) ?? unfit();
  // Blocks of one expert must not reach into the next.
  if (experts > 1 && each % blockRows !== 0) return unfit();
  return { blockRows, blockColumns, scaleRows: experts * a, scaleColumns: b };
}

function blockSizes(rows: number, columns: number, a: number, b: number, config: ModelConfig): [number, number] | null {
  const fits = (r: number, c: number) => Math.ceil(rows / r) === a && Math.ceil(columns / c) === b;
  if (a === rows) return columns % b === 0 ? [1, columns / b] : null;
  const stated = config.quantization?.blockSize;
  if (stated) return fits(...stated) ? stated : null;
  if (fits(FP8_BLOCK, FP8_BLOCK)) return [FP8_BLOCK, FP8_BLOCK];
  return rows % a === 0 && columns % b === 0 ? [rows / a, columns / b] : null;
}

/** Codes in the inputs' direction: AutoGPTQ's words lie along the inputs, AutoAWQ's along the outputs. */
function ofWords(entry: Entry, stem: string, companion: Companion, config: ModelConfig): Entry {
  const name = `${stem}.weight`;
  const [zeros, scale, groups] = [".qzeros", ".scales", ".g_idx"].map((s) => companion(stem + s));
  if (!zeros || !scale) return refuse(`${quoted(entry.name)} has no qzeros or scales beside it`);
  for (const e of [entry, zeros, scale])
    if (e.shape.length !== 2) return refuse(`${quoted(e.name)}: expected a matrix, got shape [${e.shape.join(", ")}]`);
  for (const e of [entry, zeros, ...(groups ? [groups] : [])])
    if (e.dtype !== "I32" && e.dtype !== "U32")
      return refuse(`${quoted(e.name)}: expected 32-bit words, got ${e.dtype}`);
  const [wordRows, wordColumns] = [entry.shape[0]!, entry.shape[1]!];
  const [count, outputs] = [scale.shape[0]!, scale.shape[1]!];
  const scales = scalesOf(scale, count, outputs);
  const words = placed(entry);
  const unfit = (): never =>
    refuse(`${quoted(entry.name)} [${entry.shape.join(", ")}] has scales [${scale.shape.join(", ")}]`);
  if (zeros.shape[0] !== count) return unfit();
  if (zeros.elements * 4 > SCALE_BYTES_MAX) return refuse(`${quoted(zeros.name)} is larger than ${SCALE_BYTES_MAX}`);
  if (wordColumns * 8 === outputs && config.quantization?.method !== "gptq") {
    if (zeros.shape[1] !== wordColumns || wordRows % count !== 0 || groups) return unfit();
    const coding: Coding = { kind: "awq", words, scales, zeros: placed(zeros) };
    return virtual(entry, name, "U4", [outputs, wordRows], coding);
  }
  const bits = (32 * zeros.shape[1]!) / outputs;
  if (wordColumns !== outputs || (bits !== 2 && bits !== 4 && bits !== 8)) return unfit();
  const inputs = (wordRows * 32) / bits;
  if (groups ? groups.elements !== inputs || groups.shape.length !== 1 : inputs % count !== 0) return unfit();
  const coding: Coding = {
    kind: "gptq",
    bits,
    words,
    scales,
    zeros: placed(zeros),
    groups: groups ? { ...placed(groups), rows: 1, columns: inputs } : null,
    zeroLess: config.quantization?.format === "gptq_v2" ? 0 : 1,
  };
  return virtual(entry, name, bits === 8 ? "I8" : "U4", [outputs, inputs], coding);
}

/** [experts,] rows, blocks a row, 16 bytes. */
function ofMicroscaled(entry: Entry, name: string, scale: Entry): Entry {
  const { shape } = entry;
  if (shape.length < 3 || shape.at(-1) !== 16 || scale.dtype !== "U8" || `${scale.shape}` !== `${shape.slice(0, -1)}`)
    return refuse(`${quoted(entry.name)} [${shape.join(", ")}] has scales [${scale.shape.join(", ")}]`);
  const blocks = shape.at(-2)!;
  const rows = shape.slice(0, -2).reduce((n, m) => n * m, 1);
  const scales: Scales = { ...placed(scale), rows, columns: blocks, format: "F8_E8M0" };
  const sizes = { blockRows: 1, blockColumns: 32, factor: 1, zeros: null };
  const coding: Coding = { kind: "scaled", reading: "e2m1", scales, ...sizes };
  return virtual(entry, name, "U4", [...shape.slice(0, -2), 32 * blocks], coding);
}

/** Signed integers of 4 bits in offset binary, along the inputs, low bits first. */
function ofPacked(entry: Entry, stem: string, companion: Companion, config: ModelConfig): Entry {
  const scale = companion(`${stem}.weight_scale`);
  companion(`${stem}.weight_shape`);
  const [rows, words] = [entry.shape[0] ?? 0, entry.shape[1] ?? 0];
  if (config.quantization?.bits !== 4 || entry.dtype !== "I32" || entry.shape.length !== 2 || !scale)
    return refuse(
      `${quoted(entry.name)}: packed weights are read as 4 bits in 32-bit words, where config.json says so`,
    );
  if (companion(`${stem}.weight_zero_point`) || companion(`${stem}.weight_global_scale`))
    return refuse(`${quoted(entry.name)}: packed weights are read where they are symmetric and scaled once`);
  if (companion(`${stem}.weight_g_idx`)) return refuse(`${quoted(entry.name)}: packed weights in another order`);
  const columns = 8 * words;
  const groups = scale.elements / rows;
  if (scale.shape[0] !== rows || scale.shape.length > 2 || !Number.isInteger(groups) || columns % groups !== 0)
    return refuse(`${quoted(entry.name)} [${entry.shape.join(", ")}] has scales [${scale.shape.join(", ")}]`);
  const scales = scalesOf(scale, rows, groups);
  const sizes = { blockRows: 1, blockColumns: columns / groups, factor: 1, zeros: null };
  return virtual(entry, `${stem}.weight`, "U4", [rows, columns], {
    kind: "scaled",
    reading: "less 8",
    scales,
    ...sizes,
  });
}

function virtual(
  entry: Entry,
  name: string,
  dtype: "U4" | "U8" | "I8",
  shape: readonly number[],
  coding: Coding,
): Entry {
  const elements = shape.reduce((n, m) => n * m, 1);
  if (!Number.isSafeInteger(elements)) return refuse(`${quoted(entry.name)}: more than 2^53 values`);
  return { ...entry, name, dtype, shape, elements, coding };
}

function placed({ file, offsetBytes, shape }: Entry): Placed {
  return { file, offsetBytes, rows: shape[0] ?? 1, columns: shape[1] ?? 1 };
}

/** `MatMulNBits`: outputs, blocks of inputs, bytes of a block; zeros are half the range where none stand beside. */
function ofBlocks(entry: Entry, bits: 4 | 8, companion: Companion): Entry {
  const [rows, blocks, bytes] = [entry.shape[0] ?? 0, entry.shape[1] ?? 0, entry.shape[2] ?? 0];
  const [scale, zero] = [companion(`${entry.name}_scale`), companion(`${entry.name}_zero_point`)];
  const blockColumns = (8 / bits) * bytes;
  const name = entry.name.slice(0, -".nbits4".length);
  if (!scale || entry.shape.length !== 3 || blockColumns === 0)
    return refuse(`${quoted(name)} [${entry.shape.join(", ")}] has no scales of its blocks`);
  const packed = zero?.dtype === "U8" && bits === 4;
  const reading = zero ? "plain" : bits === 4 ? "less 8" : "less 128";
  const zeros = zero && (packed ? packedZeros(zero, rows, blocks) : zerosOf(zero, rows, blocks));
  const sizes = { blockRows: 1, blockColumns, factor: 1, zeros: zeros ?? null };
  const scales = scalesOf(scale, rows, blocks);
  return virtual(entry, name, bits === 4 ? "U4" : "U8", [rows, blocks * blockColumns], {
    kind: "scaled",
    reading,
    scales,
    ...sizes,
  });
}

/** ONNX's `DequantizeLinear` over inputs × outputs: scales, and zeros where they stand, groups × outputs. */
function ofInputs(entry: Entry, bits: 4 | 8, companion: Companion): Entry {
  const [inputs, bytes] = [entry.shape[0] ?? 0, entry.shape[1] ?? 0];
  const [scale, zero] = [companion(`${entry.name}_scale`), companion(`${entry.name}_zero_point`)];
  const name = entry.name.slice(0, -".byinputs4".length);
  const outputs = (bytes * 8) / bits;
  const groups = scale?.shape[0] ?? 0;
  if (!scale || groups === 0 || inputs % groups !== 0 || scale.shape[1] !== outputs)
    return refuse(`${quoted(name)} [${entry.shape.join(", ")}] has no scales of its blocks`);
  const zeros = zero && (bits === 4 ? packedZeros(zero, groups, outputs) : zerosOf(zero, groups, outputs));
  return virtual(entry, name, bits === 4 ? "U4" : "U8", [outputs, inputs], {
    kind: "by inputs",
    bits,
    signed: entry.dtype === "I8",
    codes: placed(entry),
    scales: scalesOf(scale, groups, outputs),
    zeros: zeros ?? null,
  });
}

function packedZeros({ name, file, offsetBytes, elements }: Entry, rows: number, columns: number): Scales {
  const stored = (rows * scaleStride({ format: "U4", columns })) / 2;
  if (elements !== stored) return refuse(`${quoted(name)}: expected ${stored} bytes of zeros, got ${elements}`);
  if (stored > SCALE_BYTES_MAX) return refuse(`${quoted(name)}: expected at most ${SCALE_BYTES_MAX} bytes of zeros`);
  return { file, offsetBytes, rows, columns, format: "U4" };
}

/** Zeros may be codes of a byte, which scales are not. */
function zerosOf(entry: Entry, rows: number, columns: number): Scales {
  if (entry.listed) return { ...scalesOf({ ...entry, dtype: "I8" }, rows, columns), values: entry.listed };
  if (entry.dtype !== "U8") return scalesOf(entry, rows, columns);
  return { ...scalesOf({ ...entry, dtype: "I8" }, rows, columns), format: "U8" };
}

function scalesOf(entry: Entry, rows: number, columns: number): Scales {
  const { name, dtype, file, offsetBytes, elements } = entry;
  if (!isScaleFormat(dtype)) return refuse(`${quoted(name)} is stored as ${dtype}, which is not read as a scale`);
  if (elements !== rows * columns) return refuse(`${quoted(name)}: expected ${rows} × ${columns}, got ${elements}`);
  if (elements * scaleWidth(dtype) > SCALE_BYTES_MAX)
    return refuse(`${quoted(name)}: expected at most ${SCALE_BYTES_MAX} bytes of scales`);
  return { file, offsetBytes, rows, columns, format: dtype };
}

function isScaleFormat(dtype: string): dtype is ScaleFormat {
  return (SCALE_FORMATS as readonly string[]).includes(dtype);
}

/** Whether values of an entry are read: they stand for themselves, or something says what they mean. */
export function isRead({ dtype, coding }: Entry): boolean {
  return coding !== undefined || isReadDType(dtype);
}
