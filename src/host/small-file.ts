/** One bounded file at a time: read whole, or written all or nothing under a name that was free. */
import { lstat, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AssayError, quoted } from "../base/error.js";
import { asAssayError } from "./files.js";

/** @throws AssayError NOT_FOUND, LIMIT beyond `maxBytes`, FORMAT for what is no regular file */
export async function readSmallFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw new AssayError("FORMAT", `read: expected a file, got something else at ${quoted(path)}`);
    if (info.size > maxBytes)
      throw new AssayError("LIMIT", `read: ${quoted(basename(path))}: expected at most ${maxBytes} bytes`);
    return await readFile(path);
  } catch (error) {
    throw asAssayError(error, path, "read");
  }
}

/** Fails before any work is done when the target is taken. */
export async function assertFreeFile(path: string): Promise<void> {
  const taken = path.endsWith("/") || (await lstat(path).catch(() => null)) !== null;
  if (taken) throw new AssayError("USAGE", `--out: expected a new file, but ${quoted(path)} exists`);
}

/** @param secret readable by its owner alone */
export async function writeNewFile(path: string, bytes: Uint8Array, secret = false): Promise<void> {
  const target = resolve(path);
  await assertFreeFile(target);
  await mkdir(dirname(target), { recursive: true });
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  try {
    const handle = await open(partial, "w", secret ? 0o600 : 0o666);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, target);
  } catch (error) {
    throw asAssayError(error, target, "write");
  } finally {
    await rm(partial, { force: true });
  }
}
