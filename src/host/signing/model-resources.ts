/**
 * The files or shards of a model with their digests, listed as OpenSSF Model Signing v1.0 lists them: ignored paths
 * with all below them, links only where they are allowed and end in a regular file. Hashed on all cores.
 */
import { lstat, realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { IGNORED_AT_TOP } from "../../evidence/oms.js";
import type { HashType, SignedResource } from "../../evidence/oms-statement.js";
import { nameHazards, pathIn, readNames, shownName, statedName } from "../file-names.js";
import { WorkerPool } from "../worker-pool.js";
import { type HashTask, hashFile } from "./hash-file.js";

/** The largest public models have hundreds; a hostile folder more (CWE-770). */
const FILES_MAX = 100_000;
const DEPTH_MAX = 64;
/** Starting a thread takes as long as hashing some megabytes. */
const INLINE_BYTES_MAX = 4 * 1024 * 1024;
const LINK = "it is a symbolic link";

interface ListOptions {
  allowSymlinks: boolean;
  ignoreGitPaths: boolean;
  /** Relative to the model, parts joined by "/". */
  ignorePaths: readonly string[];
}

interface ListedFile {
  /** Relative to the model; "." for a model of one file. */
  name: string;
  /** As bytes, where names were read as such; where a link ends. */
  path: Uint8Array | string;
  sizeBytes: number;
}

interface Listed {
  files: ListedFile[];
  /** What lies there and no signature can speak of. */
  unstatable: { name: string; reason: string }[];
  warnings: string[];
}

/** What is ignored, as paths relative to the model; paths outside it are no concern of the signature. */
export async function relativeIgnores(model: string, given: readonly string[]): Promise<string[]> {
  const root = await realpath(model).catch(() => resolve(model));
  const inside = await Promise.all(
    given.map(async (path) => {
      // The folder's way is followed, the last name is not: a link is ignored, not what it leads to.
      const absolute = join(await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path))), basename(path));
      const name = relative(root, absolute);
      return name === "" || name.startsWith("..") || isAbsolute(name) ? null : name.split(sep).join("/");
    }),
  );
  return inside.filter((name) => name !== null);
}

/**
 * Names are read as bytes: what cannot be stated in a signature is told apart, never taken for another file. So is what
 * is neither a regular file nor a folder, and a link where none is allowed.
 * @throws NOT_FOUND, LIMIT
 */
export async function listResources(model: string, options: ListOptions): Promise<Listed> {
  const top = await stat(model).catch(() => null);
  if (!top) throw new AssayError("NOT_FOUND", `register: expected a model at ${quoted(model)}`);
  const root = Buffer.from(resolve(model));
  const listed: Listed = { files: [], unstatable: [], warnings: [] };
  if (top.isFile()) {
    const link = (await lstat(model)).isSymbolicLink();
    listed.files.push({ name: ".", path: link ? await realpath(root, "buffer") : root, sizeBytes: top.size });
    return listed;
  }
  const inside = Buffer.concat([await realpath(root, "buffer"), Buffer.from(sep)]);
  const ignored = new Set([...options.ignorePaths, ...(options.ignoreGitPaths ? IGNORED_AT_TOP : [])]);
  let seen = 0;
  const walk = async (folder: Buffer, prefix: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX)
      throw new AssayError("LIMIT", `register: expected at most ${DEPTH_MAX} folders within folders`);
    for (const bytes of await readNames(folder)) {
      if (++seen > FILES_MAX) throw new AssayError("LIMIT", `register: expected at most ${FILES_MAX} files`);
      const stated = statedName(bytes);
      const name = `${prefix}${stated ?? shownName(bytes)}`;
      if (stated !== null && ignored.has(name)) continue;
      if (stated === null) {
        listed.unstatable.push({ name, reason: "a signature cannot state its name" });
        continue;
      }
      const path = pathIn(folder, bytes);
      const link = (await lstat(path)).isSymbolicLink();
      if (link && !options.allowSymlinks) {
        listed.unstatable.push({ name, reason: LINK });
        continue;
      }
      const info = await stat(path).catch(() => null);
      if (info?.isDirectory() && !link) await walk(path, `${name}/`, depth + 1);
      else if (info?.isFile()) {
        const end = link ? await realpath(path, "buffer") : path;
        if (link && !end.subarray(0, inside.length).equals(inside))
          listed.warnings.push(`"${name}" is a link to a file outside the model`);
        listed.files.push({ name, path: end, sizeBytes: info.size });
      } else listed.unstatable.push({ name, reason: "it is no regular file or folder" });
    }
  };
  await walk(root, "", 0);
  listed.warnings.push(...nameHazards(listed.files.map(({ name }) => name)));
  return listed;
}

/**
 * The files, where all that lies there can be stated.
 * @throws FORMAT otherwise, NOT_FOUND when there are none
 */
export function statable({ files, unstatable }: Listed, model: string): ListedFile[] {
  const [odd] = unstatable;
  if (odd)
    throw new AssayError(
      "FORMAT",
      `register: expected regular files with names that can be stated, got ${quoted(odd.name)}: ${odd.reason}${
        odd.reason === LINK ? "; give --allow-symlinks to follow links to files" : ""
      }`,
    );
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
  const onBytes = (bytes: unknown) => {
    done += bytes as number;
    onProgress(done, total);
  };
  if (total <= INLINE_BYTES_MAX) {
    for (const at of order) digests[at] = await hashFile(tasks[at]!, onBytes);
    return tasks.map(({ name }, i) => ({ name, digest: digests[i]!, algorithm }));
  }
  const pool = new WorkerPool({
    from: import.meta.url,
    worker: "./hash-worker.js",
    threads: Math.max(1, Math.min(availableParallelism(), tasks.length)),
  });
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
