/**
 * Things stored by their SHA-256 beside a log: signed declarations, policies, findings. Durable before it is named by an
 * entry; checked against its name whenever it is read. A name that is no digest reaches no file.
 */
import { mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { writeWhole } from "../whole-file.js";
import { openBucket, readLogBucket } from "./log-bucket.js";
import { readLogFolder } from "./log-folder.js";
import { readLogUrl } from "./log-url.js";

const NAME = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/;
const OBJECTS = "objects";

/** From the log's root. @throws FORMAT for anything but a SHA-256 digest, so that no name leads elsewhere */
export function objectPath(digest: string): string {
  const [, first, rest] = NAME.exec(digest) ?? [];
  if (first === undefined) throw new AssayError("FORMAT", "register: expected a digest sha256:…");
  return `${OBJECTS}/${first}/${first}${rest}`;
}

/** @param where folder, http(s) prefix or s3://bucket/prefix @throws DIGEST when what is stored is something else */
export function readObjects(where: string): (digest: string) => Promise<Uint8Array | null> {
  const read = where.startsWith("s3://")
    ? readLogBucket(openBucket(where))
    : /^https?:\/\//.test(where)
      ? readLogUrl(where)
      : readLogFolder(where);
  return async (digest) => {
    const bytes = await read(objectPath(digest));
    if (bytes && sha256Digest(bytes) !== digest)
      throw new AssayError("DIGEST", `register: what is stored as ${digest} is something else`);
    return bytes;
  };
}

/** @param folder folder or s3://bucket/prefix; in a bucket an object is created, never replaced */
export async function writeObject(folder: string, bytes: Uint8Array): Promise<string> {
  const digest = sha256Digest(bytes);
  if (folder.startsWith("s3://")) {
    if ((await openBucket(folder).put(objectPath(digest), bytes, { "if-none-match": "*" })) === null)
      await readObjects(folder)(digest);
    return digest;
  }
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

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
