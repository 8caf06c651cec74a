/** Small files read whole within a bound, and written whole or not at all. */
import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { AssayError, quoted } from "../base/error.js";
import { asAssayError } from "./files.js";

/** Signatures of models of a million shards; everything else is far smaller. */
const BYTES_MAX = 384 * 1024 * 1024;

/** @throws NOT_FOUND for no plain file, LIMIT beyond this file's bound */
export async function readWhole(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch(() => null);
  if (!info?.isFile()) throw new AssayError("NOT_FOUND", `expected a file at ${quoted(path)}`);
  if (info.size > BYTES_MAX)
    throw new AssayError("LIMIT", `${quoted(path)}: expected at most ${BYTES_MAX} bytes, got ${info.size}`);
  const file = await open(path, "r");
  try {
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/** In place of what was there; folders above are made. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw asAssayError(error, path, "write");
  }
}
