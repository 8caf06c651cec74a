/**
 * The header of a GGUF file (versions 2 and 3, little-endian), read as hostile input (format: ggml docs/gguf.md; the
 * checks of gguf_init_from_file; stricter here: tensors lie side by side in their order, names are tame).
 *   "GGUF", u32 version, u64 tensors, u64 entries; the entries; the tensors; padding; the data section.
 * It sees where values should lie, never the values.
 */
import { AssayError, quoted } from "../../base/error.js";
import { ByteCursor } from "./byte-cursor.js";
import { type GgufType, ggufType } from "./gguf-types.js";
import { type GgufValue, readEntryValue } from "./gguf-values.js";
import { checkTensorName } from "./safetensors.js";

/** Large vocabularies take some 20 MB; more would be held in memory at a stranger's word (CWE-789). */
export const GGUF_HEADER_BYTES_MAX = 100_000_000;
/** One file; the largest public ones have some 3,000 tensors (CWE-770). */
export const GGUF_TENSORS_MAX = 1 << 16;
/** Public files have some 50 entries (CWE-770). */
const ENTRIES_MAX = 1 << 14;
/** The format's own bound on keys is 65,535 bytes; real ones stay below 100 (CWE-770). */
const KEY_BYTES_MAX = 1024;
/** ggml's GGML_MAX_DIMS (CWE-770). */
const RANK_MAX = 4;
/** ggml's default; and far more than any real file asks for, as padding is skipped unread. */
const ALIGNMENT_DEFAULT = 32;
const ALIGNMENT_MAX = 1 << 16;

interface GgufTensor {
  name: string;
  /** Null for a number that is not known: then `sizeBytes` is null too. */
  type: GgufType | null;
  typeNumber: number;
  /** Slowest dimension first, as safetensors has it; a file lists them the other way round. */
  shape: readonly number[];
  elements: number;
  /** From the start of the file. */
  offsetBytes: number;
  sizeBytes: number | null;
}

export interface GgufHeader {
  version: number;
  entries: ReadonlyMap<string, GgufValue>;
  /** In the order of their offsets. */
  tensors: readonly GgufTensor[];
  dataOffsetBytes: number;
}

/**
 * @param bytes the beginning of the file
 * @param what the file, as named in errors
 * @returns null when the header is longer than `bytes` (never when they are the whole file)
 * @throws AssayError FORMAT or LIMIT, on one line
 */
export function parseGgufHeader(bytes: Uint8Array, fileSizeBytes: number, what: string): GgufHeader | null {
  const at = what;
  const head = bytes.subarray(0, GGUF_HEADER_BYTES_MAX);
  const cursor = new ByteCursor(head, at);
  try {
    return parse(cursor, fileSizeBytes, at);
  } catch (error) {
    if (!cursor.ranOut || bytes.length >= fileSizeBytes) throw error;
    if (bytes.length < GGUF_HEADER_BYTES_MAX) return null;
    throw new AssayError("LIMIT", `${at}: expected a header of at most ${GGUF_HEADER_BYTES_MAX} bytes`);
  }
}

function parse(cursor: ByteCursor, fileSizeBytes: number, at: string): GgufHeader {
  const magic = cursor.u32();
  if (magic !== 0x46554747) throw new AssayError("FORMAT", `${at}: expected a file that begins with GGUF`);
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw new AssayError("FORMAT", `${at}: expected version 2 or 3, little-endian, got ${version}`);
  const tensorCount = cursor.count(GGUF_TENSORS_MAX, "tensors");
  const entryCount = cursor.count(ENTRIES_MAX, "metadata entries");
  const entries = new Map<string, GgufValue>();
  for (let i = 0; i < entryCount; i++) {
    const key = cursor.text(KEY_BYTES_MAX, "a key");
    if (entries.has(key)) throw new AssayError("FORMAT", `${at}: expected unique keys, got ${quoted(key)} twice`);
    entries.set(key, readEntryValue(cursor, key, at));
  }
  const infos = Array.from({ length: tensorCount }, () => tensorInfo(cursor, at));
  const alignment = alignmentOf(entries, at);
  const dataOffsetBytes = Math.ceil(cursor.offset / alignment) * alignment;
  const tensors = infos.map((t) => ({ ...t, offsetBytes: dataOffsetBytes + t.offsetBytes }));
  checkLayout(tensors, dataOffsetBytes, alignment, fileSizeBytes, at);
  return { version, entries, tensors, dataOffsetBytes };
}

function alignmentOf(entries: ReadonlyMap<string, GgufValue>, at: string): number {
  const value = entries.get("general.alignment") ?? ALIGNMENT_DEFAULT;
  const power = typeof value === "number" && Number.isInteger(value) && value >= 1 && (value & (value - 1)) === 0;
  if (!power || value > ALIGNMENT_MAX)
    throw new AssayError("FORMAT", `${at}: expected general.alignment to be a power of two up to ${ALIGNMENT_MAX}`);
  return value;
}

/** `offsetBytes` counts from the data section here. */
function tensorInfo(cursor: ByteCursor, at: string): GgufTensor {
  const name = cursor.text(KEY_BYTES_MAX, "a tensor name");
  checkTensorName(name, at);
  const here = `${at}: tensor ${quoted(name)}`;
  const rank = cursor.u32();
  if (rank > RANK_MAX) throw new AssayError("LIMIT", `${here}: expected rank at most ${RANK_MAX}, got ${rank}`);
  const dimensions = Array.from({ length: rank }, () => cursor.u64(here));
  const typeNumber = cursor.u32();
  const offsetBytes = cursor.u64(here);
  const elements = dimensions.includes(0) ? 0 : dimensions.reduce((n, m) => n * m, 1);
  const type = ggufType(typeNumber);
  const sizeBytes = type ? (elements / type.values) * type.sizeBytes : null;
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(Math.ceil(sizeBytes ?? 0)))
    throw new AssayError("LIMIT", `${here}: expected fewer than 2^53 bytes, got shape ${quoted(dimensions)}`);
  if (type && (dimensions[0] ?? 1) % type.values !== 0)
    throw new AssayError("FORMAT", `${here}: expected rows of whole blocks of ${type.values}, got ${dimensions[0]}`);
  return { name, type, typeNumber, shape: dimensions.reverse(), elements, offsetBytes, sizeBytes };
}

/** Side by side in their order with nothing between but padding: no byte is counted twice (CWE-1284). */
function checkLayout(
  tensors: readonly GgufTensor[],
  start: number,
  alignment: number,
  fileSizeBytes: number,
  at: string,
): void {
  const names = new Set<string>();
  const padded = (end: number) => Math.ceil(end / alignment) * alignment;
  let end = start;
  let known = true;
  for (const { name, offsetBytes, sizeBytes } of tensors) {
    if (names.has(name)) throw new AssayError("FORMAT", `${at}: expected unique names, got ${quoted(name)} twice`);
    names.add(name);
    // Behind a tensor of unknown size the next may lie anywhere further on.
    const fits = known ? offsetBytes === padded(end) : offsetBytes >= end && offsetBytes % alignment === 0;
    if (!fits || !Number.isSafeInteger(offsetBytes))
      throw new AssayError(
        "FORMAT",
        `${at}: expected ${quoted(name)} at ${padded(end) - start} of the data, side by side, got ${offsetBytes - start}`,
      );
    known = sizeBytes !== null;
    end = offsetBytes + (sizeBytes ?? 0);
  }
  if (fileSizeBytes < end)
    throw new AssayError("FORMAT", `${at}: expected ${end} bytes, got ${fileSizeBytes}: the file is truncated`);
  if (known && tensors.length > 0 && fileSizeBytes > padded(end))
    throw new AssayError(
      "FORMAT",
      `${at}: expected ${padded(end)} bytes, got ${fileSizeBytes}: bytes after the last tensor`,
    );
}
