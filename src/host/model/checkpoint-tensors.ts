/**
 * Tensors of a folder that `torch.distributed.checkpoint` wrote: where each piece's values lie, and the bytes of a stretch
 * of a tensor gathered from its pieces. Nothing in the folder is run.
 */
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import {
  type CheckpointPiece,
  METADATA_BYTES_MAX,
  METADATA_NAME,
  readCheckpointMetadata,
} from "../../model/formats/distributed-checkpoint.js";
import type { SafetensorsTensor } from "../../model/formats/safetensors.js";
import { SAFETENSORS_DTYPE_BITS } from "../../model/formats/safetensors-dtypes.js";
import { readTorchTensor } from "../../model/formats/torch-tensor.js";
import type { FileReader } from "../files.js";
import { readSmallFile } from "../small-file.js";

/** Values of one piece of a tensor. */
interface StoredPiece {
  path: string;
  offsetBytes: number;
  offsets: readonly number[];
  sizes: readonly number[];
  /** Values between neighbours along each dimension, as they lie in the file. */
  strides: readonly number[];
}

export interface StoredTensor extends SafetensorsTensor {
  path: string;
  /** Where it lies in pieces; `path` and `offsetBytes` say nothing then. */
  pieces?: readonly StoredPiece[];
}

/** A part of a piece is read at once up to this; a larger one run by run. */
const GATHERED_AT_ONCE = 64 * 1024 * 1024;

/** Whether a folder is such a checkpoint. */
export async function isCheckpointFolder(path: string): Promise<boolean> {
  return (await stat(join(path, METADATA_NAME)).catch(() => null))?.isFile() ?? false;
}

/** @throws FORMAT where a piece is not what `.metadata` says */
export async function checkpointTensors(folder: string, reader: FileReader): Promise<Map<string, StoredTensor>> {
  const metadata = join(folder, METADATA_NAME);
  const tensors = new Map<string, StoredTensor>();
  for (const tensor of readCheckpointMetadata(await readSmallFile(metadata, METADATA_BYTES_MAX), metadata)) {
    const { name, dtype, shape } = tensor;
    const pieces: StoredPiece[] = [];
    for (const piece of tensor.pieces) {
      const found = await locate(folder, piece, reader);
      if (found.dtype !== dtype || found.shape.join() !== piece.sizes.join())
        throw new AssayError(
          "FORMAT",
          `${piece.file}: expected the piece of ${quoted(name)} that ${METADATA_NAME} states, got another shape or type`,
        );
      const { path, offsetBytes, strides } = found;
      pieces.push({ path, offsetBytes, offsets: piece.offsets, sizes: piece.sizes, strides });
    }
    const elements = shape.reduce((product, each) => product * each, 1);
    const sizeBytes = (elements * SAFETENSORS_DTYPE_BITS[dtype]) / 8;
    const [only] = pieces;
    const { path, offsetBytes } = only ?? { path: metadata, offsetBytes: 0 };
    const whole = { name, dtype, shape, elements, sizeBytes, path, offsetBytes };
    const plain = pieces.length === 1 && liesRowByRow(only!);
    tensors.set(name, plain ? whole : { ...whole, pieces });
  }
  return tensors;
}

/** Whether its values lie one behind the other in the order of its places. */
function liesRowByRow({ sizes, strides }: StoredPiece): boolean {
  const expected = rowByRow(sizes);
  return sizes.includes(0) || sizes.every((size, d) => size === 1 || strides[d] === expected[d]);
}

const rowByRow = (of: readonly number[]) =>
  of.map((_, d) => of.slice(d + 1).reduce((product, each) => product * each, 1));

async function locate(folder: string, { file, offsetBytes, lengthBytes }: CheckpointPiece, reader: FileReader) {
  const path = join(folder, file);
  const read = (at: number, length: number) => {
    if (at < 0 || at + length > lengthBytes)
      throw new AssayError(
        "FORMAT",
        `${file}: expected a piece inside the ${lengthBytes} bytes that are stated for it`,
      );
    return reader.readExactly(path, offsetBytes + at, length);
  };
  const found = await readTorchTensor(read, lengthBytes, file);
  return { ...found, path, offsetBytes: offsetBytes + found.offsetBytes };
}

/**
 * @param from first byte of the tensor, row by row @param length bytes, like `from` a multiple of a value's width
 */
export async function gatherPieces(
  reader: FileReader,
  { pieces, shape, dtype }: { pieces: readonly StoredPiece[]; shape: readonly number[]; dtype: StoredTensor["dtype"] },
  from: number,
  length: number,
): Promise<Uint8Array> {
  const width = SAFETENSORS_DTYPE_BITS[dtype] / 8;
  const into = new Uint8Array(length);
  const window = { from: from / width, end: (from + length) / width };
  for (const piece of pieces) {
    const runs = [...runsOf(piece, shape, window)];
    if (runs.length === 0) continue;
    // A loop, not a spread: there may be a million.
    let [start, end] = [Number.POSITIVE_INFINITY, 0];
    for (const { inPiece, count } of runs) {
      start = Math.min(start, inPiece * width);
      end = Math.max(end, (inPiece + count) * width);
    }
    const together = end - start <= GATHERED_AT_ONCE;
    if (!together && !liesRowByRow(piece))
      throw new AssayError(
        "LIMIT",
        `${basename(piece.path)}: expected pieces that do not lie row by row to be of at most ${GATHERED_AT_ONCE} bytes`,
      );
    const block = together ? await reader.readExactly(piece.path, piece.offsetBytes + start, end - start) : null;
    for (const { inTensor, inPiece, count } of runs) {
      const at = inPiece * width;
      const bytes = block
        ? block.subarray(at - start, at - start + count * width)
        : await reader.readExactly(piece.path, piece.offsetBytes + at, count * width);
      into.set(bytes, inTensor * width - from);
    }
  }
  return into;
}

interface Run {
  inTensor: number;
  inPiece: number;
  count: number;
}

/** Stretches of a piece that lie together in the tensor too, those inside the window. */
function* runsOf(
  { offsets, sizes, strides }: StoredPiece,
  shape: readonly number[],
  window: { from: number; end: number },
): Generator<Run> {
  if (sizes.includes(0)) return;
  const [tensor, piece] = [rowByRow(shape), rowByRow(sizes)];
  const together = (d: number) => sizes[d] === 1 || strides[d] === piece[d];
  // The last dimensions that the piece has whole, and the one before them, lie together, if they do in the file.
  let split = shape.length;
  while (split > 0 && together(split - 1) && (split === shape.length || sizes[split] === shape[split])) split--;
  const run = sizes.slice(split).reduce((product, each) => product * each, 1);
  const first = split < shape.length ? offsets[split]! * tensor[split]! : 0;
  const walk = function* (d: number, inTensor: number, inPiece: number): Generator<Run> {
    if (d >= split) {
      const begins = inTensor + first;
      const skip = Math.max(0, window.from - begins);
      const count = Math.min(run, window.end - begins) - skip;
      if (count > 0) yield { inTensor: begins + skip, inPiece: inPiece + skip, count };
      return;
    }
    // Places along this dimension that the window can touch.
    const low = Math.max(0, Math.floor((window.from - inTensor) / tensor[d]!) - offsets[d]!);
    const high = Math.min(sizes[d]!, Math.ceil((window.end - inTensor) / tensor[d]!) - offsets[d]!);
    for (let i = low; i < high; i++)
      yield* walk(d + 1, inTensor + (offsets[d]! + i) * tensor[d]!, inPiece + i * strides[d]!);
  };
  yield* walk(0, 0, 0);
}
