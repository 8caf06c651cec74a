/**
 * Bundles on disk: a folder or a .zip file. Writing is all or nothing: into a neighbour, then renamed. Reading is
 * bounded, follows no links, and hands the bytes to whoever judges them.
 */
import {
  access,
  constants,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AssayError, quoted } from "../base/error.js";
import { BAG_BYTES_MAX, BAG_FILES_MAX } from "../evidence/bag.js";
import { zip } from "../evidence/zip.js";

/** What a bag may hold (evidence/bag.ts); more, or larger, is not one (CWE-400). */
const FILES_MAX = BAG_FILES_MAX;
const BYTES_MAX = BAG_BYTES_MAX;
/** data/findings/N/figures. */
const DEPTH_MAX = 4;

/** Fails before any work is done when the target is taken. */
export async function assertFreeTarget(path: string): Promise<void> {
  const taken = await lstat(path).catch(() => null);
  if (!taken) return assertWritableAbove(resolve(path));
  if (taken.isDirectory() && (await readdir(path)).length === 0 && !path.endsWith(".zip")) return;
  throw new AssayError("USAGE", `--out: expected a new or empty folder or a new .zip, but ${quoted(path)} exists`);
}

/** The nearest folder that exists takes new entries: else hours of work would end in a bundle that cannot be written. */
async function assertWritableAbove(path: string): Promise<void> {
  const above = dirname(path);
  const info = await stat(above).catch(() => null);
  if (!info && above !== path) return assertWritableAbove(above);
  const writable =
    info?.isDirectory() &&
    (await access(above, constants.W_OK).then(
      () => true,
      () => false,
    ));
  if (!writable) throw new AssayError("USAGE", `--out: expected a folder that can be written to, got ${quoted(above)}`);
}

export async function writeBundle(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const target = resolve(path);
  await assertFreeTarget(target);
  await mkdir(dirname(target), { recursive: true });
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  await rm(partial, { recursive: true, force: true });
  try {
    if (target.endsWith(".zip")) await writeFile(partial, zip(files));
    else
      for (const [name, bytes] of files) {
        await mkdir(dirname(join(partial, name)), { recursive: true });
        await writeFile(join(partial, name), bytes);
      }
    const empty = await stat(target).catch(() => null);
    if (empty?.isDirectory()) await rm(target, { recursive: true });
    await rename(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** A bundle as it lies on disk, not yet judged. */
export type StoredBundle = { zip: Uint8Array } | { files: Map<string, Uint8Array> };

/** @throws AssayError NOT_FOUND; FORMAT or LIMIT when what lies there cannot be a bundle */
export async function readBundle(path: string): Promise<StoredBundle> {
  const info = await stat(path).catch(() => null);
  if (!info) throw new AssayError("NOT_FOUND", `verify: expected a bundle, found nothing at ${quoted(path)}`);
  if (info.isFile()) {
    if (info.size > BYTES_MAX) throw new AssayError("LIMIT", `verify: expected a zip of at most ${BYTES_MAX} bytes`);
    return { zip: await readFile(path) };
  }
  const files = new Map<string, Uint8Array>();
  await collect(path, "", 0, files, { bytes: 0 });
  return { files };
}

async function collect(
  root: string,
  at: string,
  depth: number,
  files: Map<string, Uint8Array>,
  total: { bytes: number },
) {
  if (depth > DEPTH_MAX) throw new AssayError("LIMIT", `verify: expected folders at most ${DEPTH_MAX} deep`);
  for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
    const name = at === "" ? entry.name : `${at}/${entry.name}`;
    if (entry.isDirectory()) {
      await collect(root, name, depth + 1, files, total);
      continue;
    }
    if (!entry.isFile()) throw new AssayError("FORMAT", `verify: expected regular files, got ${quoted(name)}`);
    const handle = await open(join(root, name));
    try {
      total.bytes += (await handle.stat()).size;
      if (files.size >= FILES_MAX || total.bytes > BYTES_MAX)
        throw new AssayError("LIMIT", `verify: expected at most ${FILES_MAX} files and ${BYTES_MAX} bytes`);
      files.set(name, await handle.readFile());
    } finally {
      await handle.close();
    }
  }
}
