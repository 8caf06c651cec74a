/**
 * The header of a safetensors file, read as hostile input (format: huggingface/safetensors README, "Format", and the
 * checks of `Metadata::validate`; stricter here: the tensors must tile the data section, keys are unique, names are tame).
 *   u64 little-endian N, then N bytes of JSON that begin with `{`, then the data section up to the file's end.
 * It sees where values should lie, never the values.
 */
import { AssayError, assert, quoted } from "../../base/error.js";
import { isJsonObject, parseBoundedJson } from "./json-bounds.js";
import { isSafetensorsDType, SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from "./safetensors-dtypes.js";

/** The format's own bound on N; more would be held in memory at a stranger's word (CWE-789). */
const HEADER_BYTES_MAX = 100_000_000;
/** One file. The largest public mixtures of experts have some 100,000 tensors in 100 and more shards (CWE-770). */
const TENSORS_MAX = 1 << 16;
/** A matrix takes 8 by the count of json-bounds.ts; the rest is for higher ranks and for metadata (CWE-770). */
const VALUES_MAX = TENSORS_MAX * 10;
/** The header, its metadata, and an object with two lists a tensor. */
const CONTAINERS_MAX = 2 + TENSORS_MAX * 3;
/** Names of weights stay below 200 characters; longer ones only bloat messages and tables (CWE-770). */
const NAME_LENGTH_MAX = 512;
/** Weights have rank 1 to 5; a higher rank is an attack on whoever multiplies (CWE-770). */
export const RANK_MAX = 8;
/** Entries of `__metadata__`; real files carry a handful (CWE-770). */
const METADATA_ENTRIES_MAX = 10_000;

const HEADER_BOUNDS = { sizeBytesMax: HEADER_BYTES_MAX, valuesMax: VALUES_MAX, containersMax: CONTAINERS_MAX };

export interface SafetensorsTensor {
  name: string;
  dtype: SafetensorsDType;
  shape: readonly number[];
  /** Product of the shape. */
  elements: number;
  /** From the start of the file. */
  offsetBytes: number;
  sizeBytes: number;
}

export interface SafetensorsHeader {
  /** In the order of their offsets; they tile the data section exactly. */
  tensors: readonly SafetensorsTensor[];
  metadata: Readonly<Record<string, string>>;
  /** Where the data section begins: 8 + N. */
  dataOffsetBytes: number;
}

/**
 * N, from the first 8 bytes of a file.
 * @param what the file, as named in errors
 * @throws AssayError FORMAT when the file cannot hold such a header, LIMIT above 100 MB
 */
export function safetensorsHeaderLength(first8: Uint8Array, fileSizeBytes: number, what: string): number {
  const at = what;
  assert(Number.isSafeInteger(fileSizeBytes) && fileSizeBytes >= 0, "safetensorsHeaderLength: expected a file size");
  if (fileSizeBytes < 8 || first8.length < 8)
    throw new AssayError("FORMAT", `${at}: expected at least 8 bytes, got ${Math.min(fileSizeBytes, first8.length)}`);
  const length = new DataView(first8.buffer, first8.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(HEADER_BYTES_MAX))
    throw new AssayError("LIMIT", `${at}: expected a header of at most ${HEADER_BYTES_MAX} bytes, got ${length}`);
  if (length > BigInt(fileSizeBytes - 8))
    throw new AssayError("FORMAT", `${at}: expected a header within ${fileSizeBytes} bytes, got a length of ${length}`);
  if (length < 2n) throw new AssayError("FORMAT", `${at}: expected a JSON header, got ${length} bytes`);
  return Number(length);
}

/**
 * @param bytes the first 8 + N bytes of the file (more is ignored)
 * @param what the file, as named in errors
 * @throws AssayError FORMAT or LIMIT, on one line
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileSizeBytes: number, what: string): SafetensorsHeader {
  const length = safetensorsHeaderLength(bytes, fileSizeBytes, what);
  const at = what;
  if (bytes.length < 8 + length)
    throw new AssayError("FORMAT", `${at}: expected ${8 + length} bytes, got ${bytes.length}: the file is truncated`);
  const text = bytes.subarray(8, 8 + length);
  if (text[0] !== 0x7b) throw new AssayError("FORMAT", `${at}: expected a header that begins with {`);
  const json = parseBoundedJson(text, HEADER_BOUNDS, at);
  if (!isJsonObject(json)) throw new AssayError("FORMAT", `${at}: expected a JSON object`);

  const dataOffsetBytes = 8 + length;
  const dataBytes = fileSizeBytes - dataOffsetBytes;
  const tensors: SafetensorsTensor[] = [];
  let metadata: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") metadata = checkMetadata(value, at);
    else tensors.push(checkTensor(name, value, dataOffsetBytes, dataBytes, at));
    if (tensors.length > TENSORS_MAX) throw new AssayError("LIMIT", `${at}: expected at most ${TENSORS_MAX} tensors`);
  }
  tensors.sort((a, b) => a.offsetBytes - b.offsetBytes || a.sizeBytes - b.sizeBytes || (a.name < b.name ? -1 : 1));
  checkTiling(tensors, dataOffsetBytes, fileSizeBytes, at);
  return { tensors, metadata, dataOffsetBytes };
}

function checkTensor(name: string, value: unknown, start: number, dataBytes: number, at: string): SafetensorsTensor {
  checkTensorName(name, at);
  const here = `${at}: tensor ${quoted(name)}`;
  const fail = (text: string): never => {
    throw new AssayError("FORMAT", `${here}: ${text}`);
  };
  if (!isJsonObject(value) || Object.keys(value).sort().join() !== "data_offsets,dtype,shape")
    return fail("expected exactly dtype, shape and data_offsets");
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSafetensorsDType(dtype)) return fail(`expected a known dtype, got ${quoted(dtype)}`);
  if (!Array.isArray(shape)) return fail(`expected a shape, got ${quoted(shape)}`);
  if (shape.length > RANK_MAX)
    throw new AssayError("LIMIT", `${here}: expected rank at most ${RANK_MAX}, got ${shape.length}`);
  if (!shape.every(isCount)) return fail(`expected a shape of non-negative integers, got ${quoted(shape)}`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!isCount(begin) || !isCount(end) || begin > end)
    return fail(`expected data_offsets [begin, end], got ${quoted(offsets)}`);
  const elements = product(shape, here);
  const bits = elements * SAFETENSORS_DTYPE_BITS[dtype];
  if (!Number.isSafeInteger(bits)) throw new AssayError("LIMIT", `${here}: expected a size below 2^53 bits`);
  const sizeBytes = end - begin;
  if (bits !== sizeBytes * 8) return fail(`expected ${bits / 8} bytes for its shape and dtype, got ${sizeBytes}`);
  if (end > dataBytes)
    return fail(`expected data within the file's ${dataBytes} data bytes, got an end at ${end}: truncated`);
  return { name, dtype, shape, elements, offsetBytes: start + begin, sizeBytes };
}

/** Control characters, lone surrogates and path parts have no place in a name that tables and paths will carry (CWE-22, CWE-117). */
export function checkTensorName(name: string, at: string): void {
  if (name.length === 0) throw new AssayError("FORMAT", `${at}: expected tensor names, got an empty one`);
  if (name.length > NAME_LENGTH_MAX)
    throw new AssayError("LIMIT", `${at}: expected names of at most ${NAME_LENGTH_MAX} characters, got ${name.length}`);
  if (/[\p{Cc}\p{Cs}]/u.test(name))
    throw new AssayError("FORMAT", `${at}: expected a name of printable characters, got ${quoted(name)}`);
  if (name.split(/[/\\]/).includes(".."))
    throw new AssayError("FORMAT", `${at}: expected a tensor name, got a path upwards: ${quoted(name)}`);
}

function checkMetadata(value: unknown, at: string): Record<string, string> {
  if (!isJsonObject(value)) throw new AssayError("FORMAT", `${at}: expected __metadata__ to be an object`);
  const entries = Object.entries(value);
  if (entries.length > METADATA_ENTRIES_MAX)
    throw new AssayError("LIMIT", `${at}: expected at most ${METADATA_ENTRIES_MAX} entries in __metadata__`);
  for (const [key, text] of entries)
    if (typeof text !== "string")
      throw new AssayError(
        "FORMAT",
        `${at}: expected a string in __metadata__ under ${quoted(key)}, got ${quoted(text)}`,
      );
  return value as Record<string, string>;
}

/** No byte belongs to two tensors or to none: nothing hides in a file and no weight is counted twice (CWE-1284). */
function checkTiling(tensors: readonly SafetensorsTensor[], start: number, fileSizeBytes: number, at: string): void {
  let end = start;
  for (const { name, offsetBytes, sizeBytes } of tensors) {
    if (offsetBytes < end)
      throw new AssayError("FORMAT", `${at}: expected tensors side by side, got ${quoted(name)} overlapping another`);
    if (offsetBytes > end)
      throw new AssayError(
        "FORMAT",
        `${at}: expected tensors side by side, got a hole of ${offsetBytes - end} bytes before ${quoted(name)}`,
      );
    end = offsetBytes + sizeBytes;
  }
  if (end !== fileSizeBytes)
    throw new AssayError("FORMAT", `${at}: expected ${end} bytes, got ${fileSizeBytes}: bytes after the last tensor`);
}

/** Dimensions multiply exactly or not at all; zeros come first so that [0, 2^52, 2^52] is empty, not too large. */
function product(shape: readonly number[], here: string): number {
  if (shape.includes(0)) return 0;
  let elements = 1;
  for (const n of shape) {
    elements *= n;
    if (!Number.isSafeInteger(elements))
      throw new AssayError("LIMIT", `${here}: expected fewer than 2^53 elements, got shape ${quoted(shape)}`);
  }
  return elements;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}
