/**
 * Where the values of one tensor lie in what `torch.save` wrote (a ZIP file of stored entries with a pickle; PKWARE
 * APPNOTE 6.3, torch/serialization.py). The pickle is read as data; compressed entries and big-endian values are refused.
 */
import { AssayError, quoted } from "../../base/error.js";
import { PERSISTENT, PickleCall, PickleName, type PickleValue, readPickle } from "./pickle.js";
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from "./safetensors-dtypes.js";

/** A pickle of one tensor takes some hundred bytes; the list of entries likewise (CWE-770). */
const PICKLE_BYTES_MAX = 1 << 20;
const DIRECTORY_BYTES_MAX = 1 << 24;
const END_BYTES = 22;
const END64_BYTES = 56;
const LOCATOR_BYTES = 20;

/** Bytes of the file in which the tensor lies, from its own beginning. @throws where they are not there */
export type ReadAt = (at: number, length: number) => Promise<Uint8Array>;

interface TorchTensor {
  dtype: SafetensorsDType;
  shape: readonly number[];
  /** Values between neighbours along each dimension: views need not lie row by row. */
  strides: readonly number[];
  /** From the beginning of the ZIP file. */
  offsetBytes: number;
}

/** By the name that torch gives them. */
export const TORCH_DTYPES: ReadonlyMap<string, SafetensorsDType> = new Map<string, SafetensorsDType>([
  ["torch.float32", "F32"],
  ["torch.float16", "F16"],
  ["torch.bfloat16", "BF16"],
  ["torch.float64", "F64"],
  ["torch.float8_e4m3fn", "F8_E4M3"],
  ["torch.float8_e5m2", "F8_E5M2"],
  ["torch.int64", "I64"],
  ["torch.int32", "I32"],
  ["torch.int16", "I16"],
  ["torch.int8", "I8"],
  ["torch.uint8", "U8"],
  ["torch.bool", "BOOL"],
]);
/** By the storage in which values lie. */
export const STORAGES: ReadonlyMap<string, SafetensorsDType> = new Map<string, SafetensorsDType>([
  ["torch.FloatStorage", "F32"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.DoubleStorage", "F64"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
]);

/** @param sizeBytes of the ZIP file @throws FORMAT, LIMIT or UNSUPPORTED */
export async function readTorchTensor(read: ReadAt, sizeBytes: number, what: string): Promise<TorchTensor> {
  const entries = await directoryOf(read, sizeBytes, what);
  const find = (end: string) => [...entries].find(([name]) => name === end || name.endsWith(`/${end}`))?.[1];
  const pickle = find("data.pkl");
  if (!pickle) throw fault(what, "a tensor as torch.save writes it");
  if (pickle.size > PICKLE_BYTES_MAX)
    throw new AssayError(
      "LIMIT",
      `${what}: expected a pickle of at most ${PICKLE_BYTES_MAX} bytes, got ${pickle.size}`,
    );
  const order = find("byteorder");
  if (order && String.fromCharCode(...(await entryBytes(read, order, 16, what))) !== "little")
    throw new AssayError("UNSUPPORTED", `${what}: expected little-endian values`);
  const tensor = described(readPickle(await entryBytes(read, pickle, PICKLE_BYTES_MAX, what), what), what);
  const stored = find(`data/${tensor.storage}`);
  if (!stored) throw fault(what, `the storage ${quoted(tensor.storage)} of the tensor`);
  const start = await dataStart(read, stored, what);
  const width = SAFETENSORS_DTYPE_BITS[tensor.dtype] / 8;
  const { dtype, shape, strides } = tensor;
  const span = spanOf(shape, strides) * width;
  if (!Number.isSafeInteger(span) || tensor.offset * width + span > stored.size)
    throw fault(what, "a tensor that lies in its storage");
  return { dtype, shape, strides, offsetBytes: start + tensor.offset * width };
}

/** Values from the first to the last of a view, both counted. */
function spanOf(shape: readonly number[], strides: readonly number[]): number {
  return shape.includes(0) ? 0 : 1 + shape.reduce((sum, size, d) => sum + (size - 1) * strides[d]!, 0);
}

/**
 * What a pickle says of a tensor: one call by which torch would make it again.
 * @returns its type, shape, strides, first value in its storage, the storage's key, and whether it lies row by row, or
 * as a matrix by columns @throws FORMAT, or UNSUPPORTED for a type that is not read
 */
export function described(value: PickleValue, what: string) {
  const call = value instanceof PickleCall && value.of === "torch._utils._rebuild_parameter" ? value.args[0] : value;
  const version =
    call instanceof PickleCall ? /^torch\._utils\._rebuild_tensor_v([23])$/.exec(call.of)?.[1] : undefined;
  if (!(call instanceof PickleCall) || version === undefined) throw fault(what, "one plain tensor");
  const [storage, offset, size, stride, , , stated] = call.args;
  const [tag, type, key] = persistent(storage, what);
  const named = version === "3" ? stated : type;
  const dtype = named instanceof PickleName ? (version === "3" ? TORCH_DTYPES : STORAGES).get(named.name) : undefined;
  if (tag !== "storage" || typeof key !== "string" || !/^\d{1,20}$/.test(key))
    throw fault(what, "a tensor with a storage");
  if (dtype === undefined)
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected numbers of a type that is read, got ${quoted(named instanceof PickleName ? named.name : null)}`,
    );
  const shape = wholeNumbers(size, what);
  const strides = wholeNumbers(stride, what);
  if (typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0) throw fault(what, "an offset");
  if (shape.length !== strides.length) throw fault(what, "a stride for each dimension");
  const byRows = isRowByRow(shape, strides);
  const byColumns = !byRows && shape.length === 2 && strides[0] === 1 && strides[1] === shape[0];
  return { dtype, shape, strides, offset, storage: key, byRows, byColumns };
}

function persistent(value: PickleValue | undefined, what: string): readonly PickleValue[] {
  const [held] = value instanceof PickleCall && value.of === PERSISTENT ? value.args : [];
  if (!Array.isArray(held)) throw fault(what, "a tensor with a storage");
  return held as readonly PickleValue[];
}

/** A shape, as a tuple or as torch's own Size around one. */
export function wholeNumbers(value: PickleValue | undefined, what: string): number[] {
  const list = value instanceof PickleCall && value.of === "torch.Size" ? value.args[0] : value;
  if (
    !Array.isArray(list) ||
    list.length > 64 ||
    !list.every((each) => Number.isSafeInteger(each) && (each as number) >= 0)
  )
    throw fault(what, "shapes of whole numbers");
  return [...(list as number[])];
}

function isRowByRow(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** A stored entry of a ZIP file. */
interface Entry {
  /** Of its own header. */
  at: number;
  size: number;
}

/** Entries of the ZIP file by name. @throws FORMAT, LIMIT or UNSUPPORTED */
export async function directoryOf(read: ReadAt, sizeBytes: number, what: string): Promise<Map<string, Entry>> {
  if (sizeBytes < END_BYTES) throw fault(what, "a whole ZIP file");
  const end = viewOf(await read(sizeBytes - END_BYTES, END_BYTES));
  if (end.getUint32(0, true) !== 0x06054b50) throw fault(what, "a ZIP file that ends where its tensor does");
  let [count, length, at] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  if (count === 0xffff || length === 0xffffffff || at === 0xffffffff)
    [count, length, at] = await end64(read, sizeBytes, what);
  if (length > DIRECTORY_BYTES_MAX || at + length > sizeBytes) throw fault(what, "a list of entries inside its file");
  const view = viewOf(await read(at, length));
  const entries = new Map<string, Entry>();
  for (let i = 0, here = 0; i < count; i++) {
    if (here + 46 > length || view.getUint32(here, true) !== 0x02014b50) throw fault(what, "a list of its entries");
    const [names, extra, comment] = [28, 30, 32].map((field) => view.getUint16(here + field, true)) as [
      number,
      number,
      number,
    ];
    const next = here + 46 + names + extra + comment;
    if (next > length) throw fault(what, "a list of its entries");
    if (view.getUint16(here + 10, true) !== 0) throw new AssayError("UNSUPPORTED", `${what}: expected stored entries`);
    const name = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + here + 46, names));
    if (entries.has(name)) throw fault(what, "each entry once");
    entries.set(name, placeOf(view, here, [here + 46 + names, extra], what));
    here = next;
  }
  return entries;
}

/** Sizes of four bytes, or in the extra field of ZIP64 where they are full. */
function placeOf(view: DataView, here: number, [from, extra]: [number, number], what: string): Entry {
  let [packed, size, at] = [20, 24, 42].map((field) => view.getUint32(here + field, true)) as [number, number, number];
  for (let k = from; k + 4 <= from + extra; ) {
    const [id, length] = [view.getUint16(k, true), view.getUint16(k + 2, true)];
    if (k + 4 + length > from + extra) break;
    let place = k + 4;
    const long = (given: number) => {
      if (id !== 1 || given !== 0xffffffff || place + 8 > k + 4 + length) return given;
      place += 8;
      return Number(view.getBigUint64(place - 8, true));
    };
    size = long(size);
    packed = long(packed);
    at = long(at);
    k += 4 + length;
  }
  if (packed !== size || !Number.isSafeInteger(size) || !Number.isSafeInteger(at))
    throw fault(what, "entries of one size");
  return { at, size };
}

async function end64(read: ReadAt, sizeBytes: number, what: string): Promise<[number, number, number]> {
  const from = sizeBytes - END_BYTES - LOCATOR_BYTES;
  if (from < 0) throw fault(what, "a whole ZIP64 file");
  const locator = viewOf(await read(from, LOCATOR_BYTES));
  const at = Number(locator.getBigUint64(8, true));
  if (locator.getUint32(0, true) !== 0x07064b50 || !(at + END64_BYTES <= from))
    throw fault(what, "the end of a ZIP64 file");
  const end = viewOf(await read(at, END64_BYTES));
  if (end.getUint32(0, true) !== 0x06064b50) throw fault(what, "the end of a ZIP64 file");
  return [Number(end.getBigUint64(32, true)), Number(end.getBigUint64(40, true)), Number(end.getBigUint64(48, true))];
}

/** Where the bytes of a stored entry begin. */
export async function dataStart(read: ReadAt, { at }: Entry, what: string): Promise<number> {
  const view = viewOf(await read(at, 30));
  if (view.getUint32(0, true) !== 0x04034b50) throw fault(what, "entries where the list says");
  return at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

/** @throws FORMAT above `most` bytes */
export async function entryBytes(read: ReadAt, entry: Entry, most: number, what: string): Promise<Uint8Array> {
  if (entry.size > most) throw fault(what, `an entry of at most ${most} bytes`);
  return read(await dataStart(read, entry, what), entry.size);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
