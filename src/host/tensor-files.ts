/**
 * Tensors of a model's safetensors files as f32, one at a time, and a copy of the model with some of them changed: a
 * file at a time into a folder beside the target, renamed when it is whole.
 */
import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AssayError } from "../base/error.js";
import { rowBytes } from "../kernels/dtypes.js";
import { encodeValues, isEncodable } from "../kernels/encode-values.js";
import { Kernel } from "../kernels/kernel.js";
import type { SafetensorsTensor } from "../model/safetensors.js";
import { assertFreeTarget } from "./bundle-store.js";
import { FileReader } from "./files.js";
import { listModelFiles, type ModelFile } from "./folder.js";
import { readHeader } from "./open-model.js";

/** One tensor as f32 is 2 GB at this size (CWE-789); the largest embeddings have 1.1 × 10⁹ values and are left out. */
const ELEMENTS_MAX = 512 * 1024 * 1024;
const DECODED_AT_ONCE = 1 << 20;

export interface StoredTensor extends SafetensorsTensor {
  path: string;
}

/** By name; tensors that this laboratory can write back (F32, F16, BF16) and that fit. */
export async function listTensors(model: string): Promise<Map<string, StoredTensor>> {
  const { files } = await listModelFiles(model);
  const reader = new FileReader();
  const tensors = new Map<string, StoredTensor>();
  try {
    for (const file of files.filter(isWeights)) {
      const header = await readHeader(reader, file);
      for (const tensor of header.tensors)
        if (isEncodable(tensor.dtype) && tensor.elements <= ELEMENTS_MAX)
          tensors.set(tensor.name, { ...tensor, path: file.path });
    }
  } finally {
    await reader.close();
  }
  return tensors;
}

/** The values of one tensor. */
export async function readTensorValues(
  reader: FileReader,
  kernel: Kernel,
  tensor: StoredTensor,
): Promise<Float32Array> {
  const { dtype, elements } = tensor;
  if (!isEncodable(dtype)) throw new AssayError("UNSUPPORTED", `tensor-files: expected F32, F16 or BF16, got ${dtype}`);
  const values = new Float32Array(elements);
  for (let from = 0; from < elements; from += DECODED_AT_ONCE) {
    const count = Math.min(DECODED_AT_ONCE, elements - from);
    const bytes = await reader.readExactly(
      tensor.path,
      tensor.offsetBytes + rowBytes(dtype, from),
      rowBytes(dtype, count),
    );
    values.set(kernel.decode(dtype, bytes), from);
  }
  return values;
}

/**
 * @param change alters a tensor's values in place; asked only for tensors that `wanted` names
 * @throws AssayError USAGE when the target exists, FORMAT when nothing was there to change
 */
export async function copyChanged(
  model: string,
  out: string,
  wanted: (tensor: SafetensorsTensor) => boolean,
  change: (tensor: SafetensorsTensor, values: Float32Array) => void,
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
        "mark.weights: expected safetensors with F32, F16 or BF16 matrices, got none to mark",
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
  change: (tensor: SafetensorsTensor, values: Float32Array) => void,
): Promise<number> {
  const reader = new FileReader();
  const kernel = new Kernel();
  const handle = await open(path, "r+");
  let changed = 0;
  try {
    const header = await readHeader(reader, file);
    for (const tensor of header.tensors) {
      if (!isEncodable(tensor.dtype) || tensor.elements > ELEMENTS_MAX || !wanted(tensor)) continue;
      const values = await readTensorValues(reader, kernel, { ...tensor, path: file.path });
      change(tensor, values);
      for (let from = 0; from < values.length; from += DECODED_AT_ONCE) {
        const bytes = encodeValues(tensor.dtype, values.subarray(from, from + DECODED_AT_ONCE));
        await handle.write(bytes, 0, bytes.length, tensor.offsetBytes + rowBytes(tensor.dtype, from));
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
