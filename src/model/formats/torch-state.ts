/**
 * The tensors of a `.bin`, `.pt`, `.pth` or `.ckpt` file as `torch.save` writes them: a ZIP file of stored entries (since
 * PyTorch 1.6), or before that five pickles and the storages behind them (torch/serialization.py, `_legacy_save`). Pickles
 * are read as data; nothing they name is looked up or called. A tensor that is no plain array is left out by name.
 */
import { AssayError, quoted } from "../../base/error.js";
import {
  PERSISTENT,
  PickleCall,
  PickleDict,
  PickleName,
  type PickleValue,
  readPickle,
  readPickleAt,
} from "./pickle.js";
import { checkTensorName, RANK_MAX, type SafetensorsTensor } from "./safetensors.js";
import { SAFETENSORS_DTYPE_BITS } from "./safetensors-dtypes.js";
import { dataStart, described, directoryOf, entryBytes, type ReadAt, STORAGES } from "./torch-tensor.js";

/** What such files are called. */
export const TORCH_FILE = /\.(bin|pt|pth|ckpt)$/i;
/** Some 200 bytes a tensor (CWE-770). */
const STATE_BYTES_MAX = 1 << 25;
/** As in a safetensors file. */
const TENSORS_MAX = 1 << 16;
/** Where a dict of tensors stands in what trainers save, in this order. */
const UNDER = ["state_dict", "model_state_dict", "model", "module"];
/** The pickle of 0x1950a86a20f9469cfc6c, protocol 2. */
const LEGACY_START = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const ZIP_START = [0x50, 0x4b, 0x03, 0x04];

interface StateTensor extends SafetensorsTensor {
  /** A matrix whose columns lie one behind the other: a transposed view that was saved. */
  byColumns?: true;
}

/** Bytes a value of storages that are not read: what lies behind them has to be found all the same. */
const UNREAD_WIDTHS: ReadonlyMap<string, number> = new Map([
  ["torch.QInt8Storage", 1],
  ["torch.QUInt8Storage", 1],
  ["torch.QInt32Storage", 4],
  ["torch.ComplexFloatStorage", 8],
  ["torch.ComplexDoubleStorage", 16],
]);

export interface TorchState {
  /** By where they lie in the file; tied tensors lie in one place. */
  tensors: readonly StateTensor[];
  /** Tensors that are not read, and why. */
  unread: readonly { name: string; why: string }[];
}

/** Whether the file begins as one of the two forms. @param first its first bytes, fifteen or more where it has them */
export function beginsAsTorch(first: Uint8Array): boolean {
  return [LEGACY_START, ZIP_START].some((start) => start.every((byte, i) => first[i] === byte));
}

/** @throws FORMAT, LIMIT, or UNSUPPORTED where the file holds a program's object rather than a dict of tensors */
export async function readTorchState(read: ReadAt, sizeBytes: number, what: string): Promise<TorchState> {
  const first = await read(0, Math.min(LEGACY_START.length, sizeBytes));
  if (!beginsAsTorch(first)) throw fault(what, "a file that torch.save wrote");
  return first[0] === ZIP_START[0] ? zipped(read, sizeBytes, what) : legacy(read, sizeBytes, what);
}

async function zipped(read: ReadAt, sizeBytes: number, what: string): Promise<TorchState> {
  const entries = await directoryOf(read, sizeBytes, what);
  const pickleName = [...entries.keys()].find((name) => name === "data.pkl" || name.endsWith("/data.pkl"));
  const root = pickleName?.slice(0, -"data.pkl".length);
  if (pickleName === undefined) throw fault(what, "a dict of tensors as torch.save writes it");
  const order = entries.get(`${root}byteorder`);
  if (order && String.fromCharCode(...(await entryBytes(read, order, 16, what))) !== "little")
    throw new AssayError("UNSUPPORTED", `${what}: expected little-endian values`);
  const state = readPickle(await entryBytes(read, entries.get(pickleName)!, STATE_BYTES_MAX, what), what);
  return tensorsOf(state, what, async (key) => {
    const entry = entries.get(`${root}data/${key}`);
    if (!entry) return null;
    const at = await dataStart(read, entry, what);
    return at + entry.size <= sizeBytes ? { at, size: entry.size } : null;
  });
}

/** Magic number, protocol, machine, dict, keys of storages; then of each storage its count and its values. */
async function legacy(read: ReadAt, sizeBytes: number, what: string): Promise<TorchState> {
  const bytes = await read(0, Math.min(sizeBytes, STATE_BYTES_MAX));
  let at = 0;
  const [, , machine, state, keys] = Array.from({ length: 5 }, () => {
    const { value, end } = readPickleAt(bytes, at, what);
    at = end;
    return value;
  });
  const little = machine instanceof PickleDict && machine.entries.find(([key]) => key === "little_endian")?.[1];
  if (little === false) throw new AssayError("UNSUPPORTED", `${what}: expected little-endian values`);
  if (!Array.isArray(keys) || keys.length > TENSORS_MAX) throw fault(what, "a list of storages");
  const widths = new Map<string, number>();
  for (const [, value] of dictOf(state, what).entries) noteWidth(value, widths);
  const places = new Map<string, Place>();
  for (const key of keys as readonly PickleValue[]) {
    if (typeof key !== "string") throw fault(what, "names of storages");
    const width = widths.get(key);
    // Of another part of the file than the dict of tensors: what follows cannot be placed.
    if (width === undefined) throw new AssayError("UNSUPPORTED", `${what}: expected storages of the dict alone`);
    if (at + 8 > sizeBytes) throw fault(what, "each storage's values");
    const head = await read(at, 8);
    const count = Number(new DataView(head.buffer, head.byteOffset, 8).getBigInt64(0, true));
    const size = count * width;
    if (!(count >= 0) || !Number.isSafeInteger(size) || at + 8 + size > sizeBytes)
      throw fault(what, "each storage's values within the file");
    places.set(key, { at: at + 8, size });
    at += 8 + size;
  }
  return tensorsOf(state, what, async (key) => places.get(key) ?? null);
}

/** A storage's width stands with whoever lies in it, whether that is read or not. */
function noteWidth(value: PickleValue, widths: Map<string, number>): void {
  const call = value instanceof PickleCall && value.args[0] instanceof PickleCall ? value.args[0] : null;
  const [held] = call?.of === PERSISTENT ? call.args : (call?.args ?? []).flatMap(heldIn);
  const [, type, key] = Array.isArray(held) ? (held as readonly PickleValue[]) : [];
  if (!(type instanceof PickleName) || typeof key !== "string") return;
  const dtype = STORAGES.get(type.name);
  const width = dtype === undefined ? UNREAD_WIDTHS.get(type.name) : SAFETENSORS_DTYPE_BITS[dtype] / 8;
  if (width !== undefined) widths.set(key, width);
}

const heldIn = (value: PickleValue) => (value instanceof PickleCall && value.of === PERSISTENT ? value.args : []);

interface Place {
  at: number;
  size: number;
}

async function tensorsOf(
  state: PickleValue | undefined,
  what: string,
  placeOf: (storage: string) => Promise<Place | null>,
): Promise<TorchState> {
  const tensors: StateTensor[] = [];
  const unread: { name: string; why: string }[] = [];
  const seen = new Set<string>();
  for (const [name, value] of dictOf(state, what).entries) {
    if (!isTensor(value)) continue;
    if (typeof name !== "string" || seen.has(name)) throw fault(what, "each name of a tensor once");
    checkTensorName(name, what);
    seen.add(name);
    if (seen.size > TENSORS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${TENSORS_MAX} tensors`);
    const here = `${what}: ${quoted(name)}`;
    if (!PLAIN.test((value as PickleCall).of)) {
      unread.push({ name, why: `expected a plain array, got what ${quoted((value as PickleCall).of)} makes` });
      continue;
    }
    try {
      const { dtype, shape, offset, storage, byRows, byColumns } = described(value, here);
      if (!byRows && !byColumns)
        throw new AssayError(
          "UNSUPPORTED",
          `${here}: expected a tensor stored row by row, or a matrix column by column`,
        );
      if (shape.length > RANK_MAX) throw new AssayError("LIMIT", `${here}: expected rank at most ${RANK_MAX}`);
      const place = await placeOf(storage);
      const width = SAFETENSORS_DTYPE_BITS[dtype] / 8;
      const elements = shape.reduce((product, each) => product * each, 1);
      const sizeBytes = elements * width;
      if (!place || !Number.isSafeInteger(sizeBytes) || offset * width + sizeBytes > place.size)
        throw fault(here, "a tensor that lies in its storage");
      const at = place.at + offset * width;
      tensors.push({ name, dtype, shape, elements, offsetBytes: at, sizeBytes, ...(byColumns ? { byColumns } : {}) });
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== "UNSUPPORTED") throw error;
      unread.push({ name, why: error.message.replace(`${here}: `, "") });
    }
  }
  if (tensors.length + unread.length === 0) throw fault(what, "a dict of tensors");
  tensors.sort((a, b) => a.offsetBytes - b.offsetBytes || a.sizeBytes - b.sizeBytes || (a.name < b.name ? -1 : 1));
  return { tensors: apart(tensors, unread), unread };
}

/** Tied tensors lie in one place; one that lies in part where another lies is left out. */
function apart(sorted: readonly StateTensor[], unread: { name: string; why: string }[]): StateTensor[] {
  let [from, end] = [0, 0];
  return sorted.filter(({ name, offsetBytes, sizeBytes }) => {
    const tied = offsetBytes === from && offsetBytes + sizeBytes === end;
    if (offsetBytes < end && !tied) {
      unread.push({ name, why: "expected a place of its own, got one that overlaps another tensor's" });
      return false;
    }
    [from, end] = [offsetBytes, offsetBytes + sizeBytes];
    return true;
  });
}

const PLAIN = /^torch\._utils\._rebuild_(tensor_v[23]|parameter)$/;
const isTensor = (value: PickleValue) => value instanceof PickleCall && /^torch\._utils\._rebuild_/.test(value.of);

/** The dict that holds tensors: the whole, or what stands under a name that trainers use. */
function dictOf(value: PickleValue | undefined, what: string): PickleDict {
  const whole = itemsOf(value);
  if (!whole) throw new AssayError("UNSUPPORTED", `${what}: expected a dict of tensors, got another object`);
  if (whole.entries.some(([, each]) => isTensor(each))) return whole;
  for (const name of UNDER) {
    const under = itemsOf(whole.entries.find(([key]) => key === name)?.[1]);
    if (under?.entries.some(([, each]) => isTensor(each))) return under;
  }
  throw fault(what, "a dict of tensors");
}

function itemsOf(value: PickleValue | undefined): PickleDict | null {
  if (value instanceof PickleDict) return value;
  return value instanceof PickleCall && value.of === "collections.OrderedDict" ? value.items : null;
}

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
