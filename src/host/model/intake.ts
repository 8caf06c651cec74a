/**
 * Taking in a model: every file is read once, from end to end; its SHA-256 is taken and its values that are NaN or
 * infinite are counted in the same pass. The result names the model: its OMS root digest (evidence/oms.ts). Digests of
 * files without such values that did not change since they were last taken in come from the cache.
 */
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { rootDigest } from "../../evidence/oms.js";
import { Kernel } from "../../kernels/kernel.js";
import { asAssayError, FileReader, fill } from "../files.js";
import { isUrl } from "../http/http-pin.js";
import { listAll } from "./adapter-path.js";
import { cachedDigest, type FileState, rememberDigest } from "./digest-cache.js";
import { FiniteCheck, type NotFiniteTensor, type TensorBytes } from "./finite-check.js";
import type { ModelFile } from "./folder.js";
import { readGgufHeader, readHeader } from "./open-model.js";

/** Two buffers of this size a file: one is read into while the other is hashed. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Files at once; hashing is on one thread, so more would only cost memory. */
const PARALLEL = 2;

interface IntakeOptions {
  /** ASSAY_HOME; null for no cache. */
  home: string | null;
  /** Further top-level entries to leave out. */
  ignore?: readonly string[];
  /** Aborting ends the intake with an error. */
  signal?: AbortSignal;
  onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface Intake {
  root: Digest;
  /** By name in code point order. */
  files: readonly (ModelFile & { digest: Digest })[];
  /** Values that are NaN or infinite, by tensor. */
  notFinite: readonly NotFiniteTensor[];
  /** For after the weights were read again: throws FORMAT when a file is no longer the one whose digest was taken. */
  checkUnchanged(): Promise<void>;
}

/** @throws AssayError as `listModelFiles` and the safetensors reader do, or FORMAT for a file in motion */
export async function intake(path: string, { home, ignore, signal, onProgress }: IntakeOptions): Promise<Intake> {
  if (isUrl(path))
    throw new AssayError(
      "UNSUPPORTED",
      "files: expected files at hand, got a URL: their digests need every byte; download the model for this",
    );
  const { files } = await listAll(path, ignore);
  const totalBytes = files.reduce((n, f) => n + f.sizeBytes, 0);
  let doneBytes = 0;
  const advance = (bytes: number) => {
    doneBytes += bytes;
    onProgress?.(doneBytes, totalBytes);
  };
  const out: (ModelFile & { digest: Digest })[] = new Array(files.length);
  const states: FileState[] = new Array(files.length);
  const notFinite: (readonly NotFiniteTensor[])[] = files.map(() => []);
  let next = 0;
  const failures: unknown[] = [];
  const stopped = () => failures.length > 0 || signal?.aborted === true;
  const worker = async () => {
    const kernel = new Kernel();
    const buffers: Buffers = [new Uint8Array(CHUNK_BYTES), new Uint8Array(CHUNK_BYTES)];
    while (next < files.length && !stopped()) {
      const i = next++;
      const file = files[i]!;
      try {
        const taken = await takeIn(file, home, kernel, buffers, advance, stopped);
        out[i] = { ...file, digest: taken.digest };
        states[i] = taken.state;
        notFinite[i] = taken.notFinite;
      } catch (error) {
        failures.push(asAssayError(error, file.path, "files"));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, files.length) }, worker));
  // The first failure is the cause; later ones may only be its echo.
  if (failures.length > 0) throw failures[0];
  if (signal?.aborted) throw new AssayError("FORMAT", "files: stopped before the end");
  const checkUnchanged = async () => {
    for (const [i, file] of files.entries()) {
      const now = await stat(file.path, { bigint: true }).catch(() => null);
      if (!now || !sameContent(states[i]!, stateOf(file.path, now))) throw inMotion(file);
    }
  };
  return { root: rootDigest(out), files: out, notFinite: notFinite.flat(), checkUnchanged };
}

type Buffers = [Uint8Array, Uint8Array];
type Taken = { digest: Digest; state: FileState; notFinite: readonly NotFiniteTensor[] };

async function takeIn(
  file: ModelFile,
  home: string | null,
  kernel: Kernel,
  buffers: Buffers,
  advance: (bytes: number) => void,
  stopped: () => boolean,
): Promise<Taken> {
  const handle = await open(file.path, "r");
  try {
    const before = stateOf(file.path, await handle.stat({ bigint: true }));
    if (before.sizeBytes !== file.sizeBytes) throw inMotion(file);
    const known = home === null ? null : await cachedDigest(home, before);
    if (known !== null) {
      advance(file.sizeBytes);
      return { digest: known, state: before, notFinite: [] };
    }
    const readFromMs = Date.now();
    const check = /\.(safetensors|gguf)$/.test(file.name) ? await finiteCheck(file, kernel) : null;
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

async function finiteCheck(file: ModelFile, kernel: Kernel): Promise<FiniteCheck> {
  const reader = new FileReader();
  try {
    return new FiniteCheck(await tensorsOf(reader, file), kernel);
  } finally {
    await reader.close();
  }
}

async function tensorsOf(reader: FileReader, file: ModelFile): Promise<readonly TensorBytes[]> {
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
  check: FiniteCheck | null,
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

function stateOf(path: string, s: BigIntStats): FileState {
  return {
    path,
    sizeBytes: Number(s.size),
    mtimeNs: String(s.mtimeNs),
    ctimeNs: String(s.ctimeNs),
    inode: String(s.ino),
  };
}

/** Links and permissions may change meanwhile (ctime); the content may not. */
function sameContent(a: FileState, b: FileState): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.inode === b.inode;
}

function inMotion(file: ModelFile): AssayError {
  return new AssayError(
    "FORMAT",
    `files: expected a file at rest, got one that changed while it was examined: ${quoted(file.name)}`,
  );
}
