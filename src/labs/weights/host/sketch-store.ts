/**
 * Sketch files on disk: read with bounds, checked against their own digest, written all or nothing (into a neighbour,
 * then renamed).
 */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { asAssayError, FileReader, fill, openToRead } from "../../../host/files.js";
import { displayName, type ModelFile } from "../../../host/model/folder.js";
import { assertFreeFile } from "../../../host/small-file.js";
import {
  decodeHeader,
  encodeHeader,
  headerLength,
  isSketch,
  PREFIX_BYTES,
  type SketchHeader,
} from "../sketch/header.js";

const CHUNK_BYTES = 4 * 1024 * 1024;
const DIGEST_PENDING: Digest = `sha256:${"0".repeat(64)}`;

export interface StoredSketch {
  header: SketchHeader;
  path: string;
  name: string;
  /** Where the first fold lies. */
  payloadOffset: number;
}

/** Whether a file begins as a sketch does; false for anything that cannot be read. */
export async function looksLikeSketch(path: string): Promise<boolean> {
  const handle = await openToRead(path).catch(() => null);
  try {
    const first = new Uint8Array(8);
    return handle !== null && (await handle.stat()).isFile() && (await fill(handle, first, 0)) === 8 && isSketch(first);
  } catch {
    return false;
  } finally {
    await handle?.close();
  }
}

/** @throws AssayError as decodeHeader, DIGEST when the folds are not those of the header, NON_FINITE */
export async function openSketch(file: ModelFile): Promise<StoredSketch> {
  const reader = new FileReader();
  try {
    const prefix = await reader.readExactly(file.path, 0, Math.min(PREFIX_BYTES, file.sizeBytes));
    const length = headerLength(prefix, file.sizeBytes, file.name);
    const json = await reader.readExactly(file.path, PREFIX_BYTES, length);
    const header = decodeHeader(json, file.sizeBytes, file.name);
    const payloadOffset = PREFIX_BYTES + length;
    await checkPayload(reader, file, payloadOffset, header.payload);
    return { header, path: file.path, name: displayName(file.path), payloadOffset };
  } finally {
    await reader.close();
  }
}

async function checkPayload(reader: FileReader, file: ModelFile, offset: number, payload: SketchHeader["payload"]) {
  const hash = createHash("sha256");
  for (let at = 0; at < payload.sizeBytes; at += CHUNK_BYTES) {
    const bytes = await reader.readExactly(file.path, offset + at, Math.min(CHUNK_BYTES, payload.sizeBytes - at));
    hash.update(bytes);
    // Of a half with all exponent bits set nothing can be computed; offsets and sizes are even.
    for (let i = 1; i < bytes.length; i += 2)
      if ((bytes[i]! & 0x7c) === 0x7c)
        throw new AssayError("NON_FINITE", `sketch ${file.name}: expected finite numbers, got NaN or infinity`);
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== payload.digest)
    throw new AssayError("DIGEST", `sketch ${file.name}: expected folds with the digest that the header states`);
}

/**
 * @param parts the folds, matrix by matrix in the plan's order
 * @returns the header as written, and the size of the file
 */
export async function writeSketch(
  path: string,
  header: Omit<SketchHeader, "payload">,
  payloadBytes: number,
  parts: AsyncIterable<Uint8Array>,
): Promise<{ header: SketchHeader; sizeBytes: number }> {
  const target = resolve(path);
  await assertFreeFile(target);
  await mkdir(dirname(target), { recursive: true });
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(partial, "w");
    // The header comes first in the file and knows the digest last; its length is settled from the start.
    const pending = encodeHeader({ ...header, payload: { sizeBytes: payloadBytes, digest: DIGEST_PENDING } });
    await handle.write(pending, 0, pending.length, 0);
    const hash = createHash("sha256");
    let at = pending.length;
    for await (const bytes of parts) {
      hash.update(bytes);
      await handle.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    }
    const payload = { sizeBytes: at - pending.length, digest: `sha256:${hash.digest("hex")}` as const };
    const final = encodeHeader({ ...header, payload });
    if (payload.sizeBytes !== payloadBytes || final.length !== pending.length)
      throw new Error("sketch: the folds are not those of the plan");
    await handle.write(final, 0, final.length, 0);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(partial, target);
    return { header: { ...header, payload }, sizeBytes: at };
  } catch (error) {
    throw asAssayError(error, target, "sketch");
  } finally {
    await handle?.close().catch(() => undefined);
    await rm(partial, { force: true });
  }
}
