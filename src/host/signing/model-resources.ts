/**
 * The files or shards of a model with their digests, listed as OpenSSF Model Signing v1.0 lists them: ignored paths
 * with all below them, links only where they are allowed and end in a regular file. Hashed on all cores.
 */
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { IGNORED_AT_TOP } from "../../evidence/oms.js";
import type { HashType, SignedResource } from "../../evidence/oms-statement.js";
import { WorkerPool } from "../worker-pool.js";
import type { HashTask } from "./hash-worker.js";

/** The largest public models have hundreds; a hostile folder more (CWE-770). */
const FILES_MAX = 100_000;
const DEPTH_MAX = 64;

export interface ListOptions {
  allowSymlinks: boolean;
  ignoreGitPaths: boolean;
  /** Relative to the model, parts joined by "/". */
  ignorePaths: readonly string[];
}

export interface ListedFile {
  /** Relative to the model; "." for a model of one file. */
  name: string;
  path: string;
  sizeBytes: number;
}

/** What is ignored, as paths relative to the model; paths outside it are no concern of the signature. */
export async function relativeIgnores(model: string, given: readonly string[]): Promise<string[]> {
  const root = await realpath(model).catch(() => resolve(model));
  const inside = await Promise.all(
    given.map(async (path) => {
      const absolute = await realpath(path).catch(() => resolve(path));
      const name = relative(root, absolute);
      return name === "" || name.startsWith("..") || isAbsolute(name) ? null : name.split(sep).join("/");
    }),
  );
  return inside.filter((name) => name !== null);
}

/** @throws NOT_FOUND, FORMAT for links that are not allowed and for what is no file or folder, LIMIT */
export async function listResources(model: string, options: ListOptions): Promise<ListedFile[]> {
  const top = await stat(model).catch(() => null);
  if (!top) throw new AssayError("NOT_FOUND", `register: expected a model at ${quoted(model)}`);
  if (top.isFile()) return [{ name: ".", path: resolve(model), sizeBytes: top.size }];
  const ignored = new Set([...options.ignorePaths, ...(options.ignoreGitPaths ? IGNORED_AT_TOP : [])]);
  const files: ListedFile[] = [];
  const walk = async (prefix: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX)
      throw new AssayError("LIMIT", `register: expected at most ${DEPTH_MAX} folders within folders`);
    for (const entry of await readdir(join(model, prefix))) {
      const name = prefix === "" ? entry : `${prefix}/${entry}`;
      if (ignored.has(name)) continue;
      const path = join(model, name);
      const link = (await lstat(path)).isSymbolicLink();
      if (link && !options.allowSymlinks)
        throw new AssayError(
          "FORMAT",
          `register: ${quoted(name)} is a symbolic link; give --allow-symlinks to follow it`,
        );
      const info = await stat(path).catch(() => null);
      if (info?.isDirectory() && !link) await walk(name, depth + 1);
      else if (info?.isFile()) files.push({ name, path, sizeBytes: info.size });
      else throw new AssayError("FORMAT", `register: expected ${quoted(name)} to be a regular file or a folder`);
      if (files.length > FILES_MAX) throw new AssayError("LIMIT", `register: expected at most ${FILES_MAX} files`);
    }
  };
  await walk("", 0);
  if (files.length === 0) throw new AssayError("NOT_FOUND", `register: expected files in ${quoted(model)}, got none`);
  return files;
}

/** `shardSize` null hashes whole files. Empty files have no shard (spec v1.0). */
export async function hashResources(
  files: readonly ListedFile[],
  algorithm: HashType,
  shardSize: number | null,
  onProgress: (doneBytes: number, totalBytes: number) => void = () => undefined,
): Promise<SignedResource[]> {
  const tasks = files.flatMap((file) => tasksOf(file, shardSize, algorithm));
  const total = tasks.reduce((sum, { start, end }) => sum + end - start, 0);
  // The largest first, so that no core is left alone with one at the end.
  const order = tasks.map((_, i) => i).sort((a, b) => size(tasks[b]!) - size(tasks[a]!) || a - b);
  const digests: string[] = new Array(tasks.length);
  let done = 0;
  const pool = new WorkerPool({
    from: import.meta.url,
    worker: "./hash-worker.js",
    threads: Math.min(availableParallelism(), tasks.length),
  });
  const onBytes = (bytes: unknown) => {
    done += bytes as number;
    onProgress(done, total);
  };
  try {
    await Promise.all(
      order.map(async (at) => {
        digests[at] = (await pool.run(tasks[at]!, [], onBytes)) as string;
      }),
    );
  } finally {
    await pool.close();
  }
  return tasks.map(({ name }, i) => ({ name, digest: digests[i]!, algorithm }));
}

function tasksOf({ name, path, sizeBytes }: ListedFile, shardSize: number | null, algorithm: HashType): HashTask[] {
  if (shardSize === null) return [{ name, path, start: 0, end: sizeBytes, whole: true, algorithm }];
  return Array.from({ length: Math.ceil(sizeBytes / shardSize) }, (_, i) => {
    const [start, end] = [i * shardSize, Math.min(sizeBytes, (i + 1) * shardSize)];
    return { name: `${name}:${start}:${end}`, path, start, end, whole: false, algorithm };
  });
}

function size({ start, end }: HashTask): number {
  return end - start;
}
