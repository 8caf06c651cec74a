/**
 * Taking in a model: every file is read once, from end to end (take-in.ts); the result names the model: its OMS root
 * digest (evidence/oms.ts). Large files are read on threads of their own, so that whoever examines meanwhile, or takes
 * in another model, does not wait for this one's hashing.
 */
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { rootDigest } from "../../evidence/oms.js";
import { asAssayError } from "../files.js";
import { isUrl } from "../http/http-pin.js";
import { WorkerPool } from "../worker-pool.js";
import { listAll } from "./adapter-path.js";
import type { FileState } from "./digest-cache.js";
import type { NotFiniteTensor } from "./finite-check.js";
import type { ModelFile } from "./folder.js";
import { FileTaker, inMotion, sameContent, stateOf, type TakeInTask, type Taken } from "./take-in.js";

/** Below this a thread costs more than it saves (hashing this takes a tenth of a second). */
const THREADS_FROM_BYTES = 64 * 1024 * 1024;
/** Threads of one intake: half of the cores, since examinations take in two models at once. */
const THREADS = Math.max(1, Math.floor(availableParallelism() / 2));

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
  const takers = totalBytes < THREADS_FROM_BYTES ? inTurn(home, advance, stopped) : onThreads(home, advance, signal);
  const worker = async () => {
    while (next < files.length && !stopped()) {
      const i = next++;
      const file = files[i]!;
      try {
        const taken = await takers.take(file);
        out[i] = { ...file, digest: taken.digest };
        states[i] = taken.state;
        notFinite[i] = taken.notFinite;
      } catch (error) {
        failures.push(asAssayError(error, file.path, "files"));
        // Threads that still read for nothing are ended.
        await takers.close();
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(takers.atOnce, files.length) }, worker));
  } finally {
    await takers.close();
  }
  // The first failure is the cause; later ones, or all once it was stopped, are its echo.
  if (signal?.aborted) throw new AssayError("FORMAT", "files: stopped before the end");
  if (failures.length > 0) throw failures[0];
  const checkUnchanged = async () => {
    for (const [i, file] of files.entries()) {
      const now = await stat(file.path, { bigint: true }).catch(() => null);
      if (!now || !sameContent(states[i]!, stateOf(file.path, now))) throw inMotion(file);
    }
  };
  return { root: rootDigest(out), files: out, notFinite: notFinite.flat(), checkUnchanged };
}

interface Takers {
  atOnce: number;
  take(file: ModelFile): Promise<Taken>;
  close(): Promise<void>;
}

/** Small models: on the caller's own thread. */
function inTurn(home: string | null, advance: (bytes: number) => void, stopped: () => boolean): Takers {
  const taker = new FileTaker();
  return { atOnce: 1, take: (file) => taker.take(file, home, advance, stopped), close: async () => {} };
}

function onThreads(home: string | null, advance: (bytes: number) => void, signal: AbortSignal | undefined): Takers {
  const pool = new WorkerPool({ from: import.meta.url, worker: "./take-in-worker.js", threads: THREADS });
  const close = () => pool.close();
  signal?.addEventListener("abort", close, { once: true });
  const take = (file: ModelFile) =>
    pool.run({ file, home } satisfies TakeInTask, [], (bytes) => advance(bytes as number)) as Promise<Taken>;
  return {
    atOnce: pool.threads,
    take,
    close: () => {
      signal?.removeEventListener("abort", close);
      return close();
    },
  };
}
