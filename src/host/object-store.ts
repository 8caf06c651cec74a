/**
 * Things stored by their SHA-256 beside a log: signed declarations, policies, findings. Durable before it is named by an
 * entry; checked against its name whenever it is read. A name that is no digest reaches no file.
 */
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256Digest } from "../base/digest.js";
import { AssayError } from "../base/error.js";
import { readLogFolder } from "./log-folder.js";
import { readLogUrl } from "./log-url.js";
import { writeWhole } from "./whole-file.js";

const NAME = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/;
export const OBJECTS = "objects";

export function objectPath(digest: string): string {
  const [, first, rest] = NAME.exec(digest) ?? [];
  if (first === undefined) throw new AssayError("FORMAT", "register: expected a digest sha256:…");
  return `${OBJECTS}/${first}/${first}${rest}`;
}

/** @param where folder or http(s) prefix @throws DIGEST when what is stored is something else */
export function readObjects(where: string): (digest: string) => Promise<Uint8Array | null> {
  const read = /^https?:\/\//.test(where) ? readLogUrl(where) : readLogFolder(where);
  return async (digest) => {
    const bytes = await read(objectPath(digest));
    if (bytes && sha256Digest(bytes) !== digest)
      throw new AssayError("DIGEST", `register: what is stored as ${digest} is something else`);
    return bytes;
  };
}

export async function writeObject(folder: string, bytes: Uint8Array): Promise<string> {
  const digest = sha256Digest(bytes);
  const path = join(folder, objectPath(digest));
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, bytes);
  for (const holder of [dirname(path), dirname(dirname(path)), folder]) await syncFolder(holder);
  return digest;
}

/** Digests of all that is stored, in order. */
export async function* storedObjects(folder: string): AsyncGenerator<string> {
  for (const first of (await readdir(join(folder, OBJECTS)).catch(() => [])).sort())
    for (const name of (await readdir(join(folder, OBJECTS, first))).sort()) yield `sha256:${name}`;
}

export async function removeObject(folder: string, digest: string): Promise<void> {
  await rm(join(folder, objectPath(digest)), { force: true });
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
