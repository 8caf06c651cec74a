/**
 * One file of a model, read once from end to end: its SHA-256, and which of its values are NaN or infinite. Digests of
 * files without such values that did not change since they were last taken in come from the cache.
 */
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";
import type { Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { Kernel } from "../../kernels/kernel.js";
import { weightsOf } from "../../model/formats/onnx-weights.js";
import { TORCH_FILE } from "../../model/formats/torch-state.js";
import { FileReader, fill, openToRead } from "../files.js";
import { cachedDigest, type FileState, rememberDigest } from "./digest-cache.js";
import { FiniteCheck, type NotFiniteTensor, type TensorBytes } from "./finite-check.js";
import type { ModelFile } from "./folder.js";
import { readGgufHeader, readHeader, readOnnxGraph, readTorchFile } from "./open-model.js";

/** Two buffers of this size: one is read into while the other is hashed. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Reads one file after another through the same buffers. */
export class FileTaker {
  readonly #kernel = new Kernel();
  readonly #buffers = this.#kernel.buffers(2, CHUNK_BYTES) as Buffers;

  /** @throws AssayError as the readers of headers do, FORMAT for a file in motion or when `stopped` says so */
  take(file: ModelFile, home: string | null, advance: (bytes: number) => void, stopped: () => boolean): Promise<Taken> {
    return takeIn(file, home, this.#kernel, this.#buffers, advance, stopped);
  }
}

type Buffers = [Uint8Array, Uint8Array];
/** What a thread of intake.ts is told. */
export interface TakeInTask {
  file: ModelFile;
  home: string | null;
}
export type Taken = { digest: Digest; state: FileState; notFinite: readonly NotFiniteTensor[] };

async function takeIn(
  file: ModelFile,
  home: string | null,
  kernel: Kernel,
  buffers: Buffers,
  advance: (bytes: number) => void,
  stopped: () => boolean,
): Promise<Taken> {
  const handle = await openToRead(file.path);
  try {
    const before = stateOf(file.path, await handle.stat({ bigint: true }));
    if (before.sizeBytes !== file.sizeBytes) throw inMotion(file);
    const known = home === null ? null : await cachedDigest(home, before);
    if (known !== null) {
      advance(file.sizeBytes);
      return { digest: known, state: before, notFinite: [] };
    }
    const readFromMs = Date.now();
    const check = await finiteCheck(file, kernel);
    const digest = await digestOf(handle, file, check, buffers, advance, stopped);
    // Both the file that was read and the one now under the name: neither rewritten nor replaced.
    for (const after of [await handle.stat({ bigint: true }), await stat(file.path, { bigint: true })])
      if (!sameContent(before, stateOf(file.path, after))) throw inMotion(file);
    const notFinite = check?.found ?? [];
    // Only what has nothing to tell but its digest.
    if (home !== null && notFinite.length === 0) await rememberDigest(home, before, digest, readFromMs);
    return { digest, state: before, notFinite };
  } finally {
    await handle.close();
  }
}

interface Check {
  push(chunk: Uint8Array): void;
  readonly found: FiniteCheck["found"];
}

/** Null for a file without tensors. */
async function finiteCheck(file: ModelFile, kernel: Kernel): Promise<Check | null> {
  const reader = new FileReader();
  try {
    const tensors = await tensorsOf(reader, file);
    return tensors && tied(tensors, kernel);
  } finally {
    await reader.close();
  }
}

/** Each place is looked at once; what is found in it is said of every tensor that lies there. */
function tied(tensors: readonly TensorBytes[], kernel: Kernel): Check {
  const groups = new Map<string, TensorBytes[]>();
  for (const tensor of tensors) {
    const place = `${tensor.offsetBytes} ${tensor.sizeBytes}`;
    const group = groups.get(place);
    if (group) group.push(tensor);
    else groups.set(place, [tensor]);
  }
  const byFirst = new Map([...groups.values()].map((group) => [group[0]!.name, group]));
  const check = new FiniteCheck(
    [...groups.values()].map(([first]) => first!),
    kernel,
  );
  return {
    push: (chunk) => check.push(chunk),
    get found() {
      return check.found.flatMap((each) => byFirst.get(each.tensor)!.map(({ name }) => ({ ...each, tensor: name })));
    },
  };
}

/** By place; one that lies in part where another lies is looked at where it is read. */
function apart(tensors: readonly TensorBytes[]): TensorBytes[] {
  const sorted = tensors.toSorted((a, b) => a.offsetBytes - b.offsetBytes || a.sizeBytes - b.sizeBytes);
  let end = 0;
  return sorted.filter(({ offsetBytes, sizeBytes }) => {
    if (offsetBytes < end) return false;
    end = offsetBytes + sizeBytes;
    return true;
  });
}

async function tensorsOf(reader: FileReader, file: ModelFile): Promise<readonly TensorBytes[] | null> {
  if (TORCH_FILE.test(file.name) || /\.onnx$/i.test(file.name))
    try {
      if (TORCH_FILE.test(file.name)) return (await readTorchFile(reader, file)).tensors;
      const { weights } = weightsOf(await readOnnxGraph(reader, file));
      return apart(weights.filter((each) => each.file === null));
    } catch (error) {
      // Whether it is a model's is for whoever opens it to say; beside one lie settings of trainers under such names.
      if (error instanceof AssayError) return null;
      throw error;
    }
  if (!/\.(safetensors|gguf)$/.test(file.name)) return null;
  if (file.name.endsWith(".safetensors")) return (await readHeader(reader, file)).tensors;
  const { tensors } = await readGgufHeader(reader, file);
  return tensors.map(({ name, type, offsetBytes, sizeBytes }) => {
    return { name, dtype: type?.name ?? "", offsetBytes, sizeBytes: sizeBytes ?? 0 };
  });
}

/** The next chunk is read while this one is hashed and checked. */
async function digestOf(
  handle: FileHandle,
  file: ModelFile,
  check: Check | null,
  buffers: Buffers,
  advance: (bytes: number) => void,
  stopped: () => boolean,
): Promise<Digest> {
  const hash = createHash("sha256");
  const chunkAt = (i: number) => {
    const offset = i * CHUNK_BYTES;
    const into = buffers[i % 2]!.subarray(0, Math.min(CHUNK_BYTES, file.sizeBytes - offset));
    return fill(handle, into, offset).then((got) => ({ into, got }));
  };
  const chunks = Math.ceil(file.sizeBytes / CHUNK_BYTES);
  let ahead = chunks > 0 ? chunkAt(0) : undefined;
  for (let i = 0; ahead; i++) {
    const { into, got }: { into: Uint8Array; got: number } = await ahead;
    if (got < into.length) throw inMotion(file);
    ahead = i + 1 < chunks ? chunkAt(i + 1) : undefined;
    try {
      hash.update(into);
      check?.push(into);
      if (stopped()) throw new AssayError("FORMAT", "files: stopped, another file failed");
    } catch (error) {
      // The buffer and the handle are free only when the read ahead has ended.
      await ahead?.catch(() => undefined);
      throw error;
    }
    advance(into.length);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** What tells whether a file is still the one that was read. */
export function stateOf(path: string, s: BigIntStats): FileState {
  return {
    path,
    sizeBytes: Number(s.size),
    mtimeNs: String(s.mtimeNs),
    ctimeNs: String(s.ctimeNs),
    inode: String(s.ino),
  };
}

/** Links and permissions may change meanwhile (ctime); the content may not. */
export function sameContent(a: FileState, b: FileState): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.inode === b.inode;
}

/** A file that changed while it was read. */
export function inMotion(file: ModelFile): AssayError {
  return new AssayError(
    "FORMAT",
    `files: expected a file at rest, got one that changed while it was examined: ${quoted(file.name)}`,
  );
}
