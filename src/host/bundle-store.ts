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

/**
 * @param path a new or empty folder, or a new file that ends in .zip @param files by path inside the bundle
 * @throws USAGE where something stands there already
 */
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

/** Every zip begins so (PKWARE APPNOTE 6.3, 4.3.7). */
const ZIP_HEAD = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
/** Names that a bundle holds; one is enough to take a thing for a damaged bundle rather than for none. */
const TELLING = ["bagit.txt", "data/finding.json"];

/** @throws AssayError where what lies there is no bundle, damaged or not: a missing path, another folder or file, a device */
export async function assertBundle(path: string): Promise<void> {
  const info = await stat(path).catch(() => null);
  if (!info) throw new AssayError("NOT_FOUND", `verify: expected a bundle, found nothing at ${quoted(path)}`);
  const is = info.isDirectory() ? await holdsTelling(path) : info.isFile() && (await isZipOfBundle(path, info.size));
  if (!is)
    throw new AssayError(
      "FORMAT",
      `verify: ${quoted(path)} is not a bundle: expected a folder or .zip that --out wrote`,
    );
}

async function holdsTelling(folder: string): Promise<boolean> {
  const found = await Promise.all(TELLING.map((name) => lstat(join(folder, name)).catch(() => null)));
  return found.some((entry) => entry !== null);
}

async function isZipOfBundle(path: string, sizeBytes: number): Promise<boolean> {
  const handle = await open(path);
  try {
    // Names stand before each file and once more at the end: one place is left when the other is cut off or damaged.
    const head = Buffer.alloc(Math.min(sizeBytes, HEAD_BYTES));
    await handle.read(head, 0, head.length, 0);
    const tail = Buffer.alloc(Math.min(sizeBytes, NAMES_BYTES_MAX));
    await handle.read(tail, 0, tail.length, sizeBytes - tail.length);
    const zipped = head.subarray(0, ZIP_HEAD.length).equals(ZIP_HEAD) || tail.includes(ZIP_END);
    return zipped && TELLING.some((name) => tail.includes(name) || head.includes(name));
  } finally {
    await handle.close();
  }
}

/** End record of a zip, and room for all entries with the longest path (evidence/zip.ts). */
const ZIP_END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const NAMES_BYTES_MAX = BAG_FILES_MAX * 300;
/** bag-info.txt and bagit.txt come first. */
const HEAD_BYTES = 128 * 1024;

/** A bundle as it lies on disk, not yet judged. */
type StoredBundle = { zip: Uint8Array } | { files: Map<string, Uint8Array> };

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
