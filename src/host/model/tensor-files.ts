/**
 * Tensors of a model's safetensors files, or of a distributed checkpoint, as f32, one at a time, and a copy of the model with some of them changed: a
 * file at a time into a folder beside the target, renamed when it is whole.
 */
import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AssayError } from "../../base/error.js";
import { rowBytes } from "../../kernels/dtypes.js";
import { encodeValues, isEncodable } from "../../kernels/encode-values.js";
import { Kernel } from "../../kernels/kernel.js";
import type { SafetensorsTensor } from "../../model/formats/safetensors.js";
import { assertFreeTarget } from "../bundle-store.js";
import { FileReader } from "../files.js";
import { checkpointTensors, gatherPieces, isCheckpointFolder, type StoredTensor } from "./checkpoint-tensors.js";
import { listModelFiles, type ModelFile } from "./folder.js";
import { readHeader } from "./open-model.js";

/** Values held at once, 64 MB as f32: a larger tensor is read and written in stripes, so memory does not grow with it. */
const STRIPE_ELEMENTS = 1 << 24;
const DECODED_AT_ONCE = 1 << 20;

/** By name; tensors that this laboratory can write back (F32, F16, BF16). */
export async function listTensors(model: string): Promise<Map<string, StoredTensor>> {
  return new Map([...(await allTensors(model))].filter(([, { dtype }]) => isEncodable(dtype)));
}

/** By name, whatever their types, of all safetensors files of a model, or of a distributed checkpoint. */
export async function allTensors(model: string): Promise<Map<string, StoredTensor>> {
  const reader = new FileReader();
  const tensors = new Map<string, StoredTensor>();
  try {
    if (await isCheckpointFolder(model)) return await checkpointTensors(model, reader);
    const { files } = await listModelFiles(model);
    for (const file of files.filter(isWeights)) {
      const header = await readHeader(reader, file);
      for (const tensor of header.tensors) tensors.set(tensor.name, { ...tensor, path: file.path });
    }
  } finally {
    await reader.close();
  }
  return tensors;
}

/** Bytes of one tensor as it is stored, wherever its pieces lie. @param from a multiple of a value's width, like `length` */
export function readTensorBytes(
  reader: FileReader,
  tensor: StoredTensor,
  from: number,
  length: number,
): Promise<Uint8Array> {
  const { path, offsetBytes, pieces } = tensor;
  return pieces
    ? gatherPieces(reader, { ...tensor, pieces }, from, length)
    : reader.readExactly(path, offsetBytes + from, length);
}

/** Values of one tensor, or of a stripe of it. */
export async function readTensorValues(
  reader: FileReader,
  kernel: Kernel,
  tensor: StoredTensor,
  start = 0,
  length = tensor.elements - start,
): Promise<Float32Array> {
  const { dtype } = tensor;
  if (!isEncodable(dtype)) throw new AssayError("UNSUPPORTED", `tensor-files: expected F32, F16 or BF16, got ${dtype}`);
  const values = new Float32Array(length);
  for (let from = 0; from < length; from += DECODED_AT_ONCE) {
    const count = Math.min(DECODED_AT_ONCE, length - from);
    const bytes = await readTensorBytes(reader, tensor, rowBytes(dtype, start + from), rowBytes(dtype, count));
    values.set(kernel.decode(dtype, bytes), from);
  }
  return values;
}

/** Where the stripes of a tensor begin, and how many values each has. */
export function stripesOf(elements: number): { from: number; count: number }[] {
  return Array.from({ length: Math.ceil(elements / STRIPE_ELEMENTS) }, (_, i) => {
    const from = i * STRIPE_ELEMENTS;
    return { from, count: Math.min(STRIPE_ELEMENTS, elements - from) };
  });
}

/** What is done to one tensor: every stripe is looked at first, then each is altered in place. */
interface TensorChange {
  look(values: Float32Array): void;
  alter(values: Float32Array, from: number): void;
}

/**
 * @param change asked only for tensors that `wanted` names
 * @throws AssayError USAGE when the target exists, FORMAT when nothing was there to change
 */
export async function copyChanged(
  model: string,
  out: string,
  wanted: (tensor: SafetensorsTensor) => boolean,
  change: (tensor: SafetensorsTensor) => TensorChange,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const { files } = await listModelFiles(model);
  const target = resolve(out);
  await assertFreeTarget(target);
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  await rm(partial, { recursive: true, force: true });
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let done = 0;
  let changed = 0;
  try {
    for (const file of files) {
      const path = join(partial, file.name);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(file.path, path);
      if (isWeights(file)) changed += await rewrite(file, path, wanted, change);
      done += file.sizeBytes;
      onProgress(done, total);
    }
    if (changed === 0)
      throw new AssayError(
        "FORMAT",
        "mark weights: expected safetensors with F32, F16 or BF16 matrices, got none to mark",
      );
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return changed;
}

async function rewrite(
  file: ModelFile,
  path: string,
  wanted: (tensor: SafetensorsTensor) => boolean,
  change: (tensor: SafetensorsTensor) => TensorChange,
): Promise<number> {
  const reader = new FileReader();
  const kernel = new Kernel();
  const handle = await open(path, "r+");
  let changed = 0;
  try {
    const header = await readHeader(reader, file);
    for (const tensor of header.tensors) {
      if (!isEncodable(tensor.dtype) || !wanted(tensor)) continue;
      const stored = { ...tensor, path: file.path };
      const { look, alter } = change(tensor);
      for (const { from, count } of stripesOf(tensor.elements))
        look(await readTensorValues(reader, kernel, stored, from, count));
      for (const { from, count } of stripesOf(tensor.elements)) {
        const values = await readTensorValues(reader, kernel, stored, from, count);
        alter(values, from);
        for (let k = 0; k < count; k += DECODED_AT_ONCE) {
          const bytes = encodeValues(tensor.dtype, values.subarray(k, k + DECODED_AT_ONCE));
          await handle.write(bytes, 0, bytes.length, tensor.offsetBytes + rowBytes(tensor.dtype, from + k));
        }
      }
      changed++;
    }
    await handle.sync();
  } finally {
    await handle.close();
    await reader.close();
  }
  return changed;
}

function isWeights(file: ModelFile): boolean {
  return file.name.endsWith(".safetensors");
}
