/**
 * `.metadata` of a folder that `torch.distributed.checkpoint` wrote (torch/distributed/checkpoint/metadata.py): which
 * tensors, of which shape, in which pieces, and where each piece lies. What is no tensor (counters, texts, pickled
 * objects) is passed over and never opened.
 */
import { AssayError, quoted } from "../../base/error.js";
import { PickleCall, PickleDict, PickleName, type PickleValue, readPickle } from "./pickle.js";
import { RANK_MAX } from "./safetensors.js";
import type { SafetensorsDType } from "./safetensors-dtypes.js";
import { TORCH_DTYPES, wholeNumbers } from "./torch-tensor.js";

export const METADATA_NAME = ".metadata";
/** 300,000 pieces take some 60 MB (CWE-770). */
export const METADATA_BYTES_MAX = 256 * 1024 * 1024;
/** Of one tensor: a piece of each process. */
const PIECES_MAX = 4096;
const ROOM = "torch.distributed.checkpoint.metadata.";

export interface CheckpointPiece {
  /** A file beside `.metadata`. */
  file: string;
  offsetBytes: number;
  lengthBytes: number;
  /** First place along each dimension, and how many. */
  offsets: readonly number[];
  sizes: readonly number[];
}

interface CheckpointTensor {
  name: string;
  dtype: SafetensorsDType;
  shape: readonly number[];
  /** In order; they cover the tensor once. */
  pieces: readonly CheckpointPiece[];
}

/** @throws FORMAT, LIMIT, or UNSUPPORTED where pieces are compressed or of a type that is not read */
export function readCheckpointMetadata(bytes: Uint8Array, what: string): CheckpointTensor[] {
  const root = stateOf(readPickle(bytes, what), `${ROOM}Metadata`, what);
  const stored = storedPieces(root.get("storage_data"), what);
  const tensors: CheckpointTensor[] = [];
  const seen = new Set<string>();
  for (const [name, value] of entriesOf(root.get("state_dict_metadata"), what)) {
    if (typeof name !== "string" || seen.has(name)) throw fault(what, "each name once");
    seen.add(name);
    if (!(value instanceof PickleCall) || value.of !== `${ROOM}TensorStorageMetadata`) continue;
    tensors.push(tensorOf(name, stateOf(value, value.of, what), stored, what));
  }
  return tensors;
}

type State = ReadonlyMap<string, PickleValue>;

function tensorOf(name: string, state: State, stored: ReadonlyMap<string, Place>, what: string): CheckpointTensor {
  const properties = state.get("properties");
  const [type] = properties instanceof PickleCall && Array.isArray(properties.state) ? properties.state : [];
  const dtype = type instanceof PickleName ? TORCH_DTYPES.get(type.name) : undefined;
  if (dtype === undefined)
    throw new AssayError("UNSUPPORTED", `${what}: ${quoted(name)} holds numbers of a type that is not read`);
  const shape = wholeNumbers(state.get("size"), what);
  const chunks = state.get("chunks");
  if (!Array.isArray(chunks) || shape.length > RANK_MAX) throw fault(what, "tensors of few dimensions, in pieces");
  if (chunks.length > PIECES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PIECES_MAX} pieces of ${quoted(name)}`);
  const pieces = (chunks as readonly PickleValue[]).map((chunk) => {
    const of = stateOf(chunk, `${ROOM}ChunkStorageMetadata`, what);
    const [offsets, sizes] = [wholeNumbers(of.get("offsets"), what), wholeNumbers(of.get("sizes"), what)];
    const place = stored.get(keyOf(name, offsets));
    if (!place) throw fault(what, `a place for each piece of ${quoted(name)}`);
    return { ...place, offsets, sizes };
  });
  assertCovered(shape, pieces, name, what);
  return { name, dtype, shape, pieces };
}

interface Place {
  file: string;
  offsetBytes: number;
  lengthBytes: number;
}

const keyOf = (name: string, offsets: readonly number[]) => `${offsets.join(",")} ${name}`;

/** By name and first place. */
function storedPieces(value: PickleValue | undefined, what: string): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [index, info] of entriesOf(value, what)) {
    const at = stateOf(index, `${ROOM}MetadataIndex`, what);
    const name = at.get("fqn");
    const offset = at.get("offset") ?? null;
    // What has no place along dimensions is no tensor.
    if (typeof name !== "string" || offset === null) continue;
    const of = stateOf(info, "torch.distributed.checkpoint.filesystem._StorageInfo", what);
    const [file, offsetBytes, lengthBytes] = ["relative_path", "offset", "length"].map((key) => of.get(key));
    if (typeof file !== "string" || !/^[^/\\\0]{1,255}$/.test(file) || file === "." || file === "..")
      throw fault(what, `files beside it, got ${quoted(file)}`);
    if (!isCount(offsetBytes) || !isCount(lengthBytes)) throw fault(what, "places of whole numbers");
    const altered = of.get("transform_descriptors") ?? null;
    if (altered !== null && !(Array.isArray(altered) && altered.length === 0))
      throw new AssayError(
        "UNSUPPORTED",
        `${what}: expected pieces as they are, got ones that were compressed or altered`,
      );
    places.set(keyOf(name, wholeNumbers(offset, what)), { file, offsetBytes, lengthBytes });
  }
  return places;
}

/** Each place of the tensor in one piece and no more. @throws FORMAT */
function assertCovered(shape: readonly number[], pieces: readonly CheckpointPiece[], name: string, what: string): void {
  const expected = `pieces that cover ${quoted(name)} once`;
  let sum = 0;
  for (const { offsets, sizes } of pieces) {
    if (offsets.length !== shape.length || sizes.length !== shape.length) throw fault(what, expected);
    if (shape.some((size, d) => offsets[d]! + sizes[d]! > size)) throw fault(what, expected);
    sum += sizes.reduce((product, each) => product * each, 1);
  }
  if (sum !== shape.reduce((product, each) => product * each, 1)) throw fault(what, expected);
  const full = pieces.filter(({ sizes }) => !sizes.includes(0));
  const overlap = (a: CheckpointPiece, b: CheckpointPiece) =>
    a.offsets.every((from, d) => from < b.offsets[d]! + b.sizes[d]! && b.offsets[d]! < from + a.sizes[d]!);
  // Pieces along the first dimension alone, which is what most are, need no comparing of all with all.
  const sorted = full.toSorted((a, b) => (a.offsets[0] ?? 0) - (b.offsets[0] ?? 0));
  const alongFirst = full.every(({ sizes }) => sizes.every((size, d) => d === 0 || size === shape[d]));
  for (const [i, piece] of sorted.entries())
    for (let k = i + 1; k < (alongFirst ? Math.min(i + 2, sorted.length) : sorted.length); k++)
      if (overlap(piece, sorted[k]!)) throw fault(what, expected);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function entriesOf(value: PickleValue | undefined, what: string): [PickleValue, PickleValue][] {
  if (!(value instanceof PickleDict)) throw fault(what, "what a distributed checkpoint says of itself");
  return value.entries;
}

/** Fields of an object of one kind. */
function stateOf(value: PickleValue | undefined, of: string, what: string): State {
  if (!(value instanceof PickleCall) || value.of !== of || !(value.state instanceof PickleDict))
    throw fault(what, "what a distributed checkpoint says of itself");
  return new Map(value.state.entries.filter((entry): entry is [string, PickleValue] => typeof entry[0] === "string"));
}

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
