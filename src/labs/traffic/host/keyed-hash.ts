/** Keyed hashes of a log's texts (kernels/hmac-sha256.ts), with a bounded memory of identifiers seen; and the key's file. */
import { createHmac, hash, randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AssayError } from "../../../base/error.js";
import { HmacSha256 } from "../../../kernels/hmac-sha256.js";
import type { KeyedHash } from "../log/keyed-hash.js";
import type { HashSeeds } from "../templates/features.js";

/** Identifiers recur, prompts hardly do; remembered this many a field, then anew. */
const REMEMBERED_MAX = 100_000;
const KEY_BYTES = 32;

/** HMAC-SHA-256 by field, cut to `bytes`: equal texts in different fields have unrelated hashes. */
export function keyedHash(key: Uint8Array): KeyedHash {
  const hmac = new HmacSha256(key);
  const fields = new Map<string, Map<string, Uint8Array>>();
  return (field, value, bytes) => {
    if (field === "prompt" || field === "request") return hmac.mac(field, value, bytes);
    let seen = fields.get(field);
    if (!seen || seen.size >= REMEMBERED_MAX) {
      seen = new Map();
      // Names of unknown fields come from the log: hostile ones must not fill the memory.
      if (fields.size >= FIELDS_MAX) fields.clear();
      fields.set(field, seen);
    }
    let known = seen.get(value);
    if (!known) {
      known = hmac.mac(field, value, bytes);
      seen.set(value, known);
    }
    return known;
  };
}

const FIELDS_MAX = 100;

/** Seeds of the fingerprints, from the key. */
export function hashSeeds(key: Uint8Array): HashSeeds {
  const digest = createHmac("sha256", key).update("fingerprints").digest();
  return { a: digest.readUInt32LE(0), b: digest.readUInt32LE(4) };
}

/** SHA-256 of a row's bytes, cut to 16 bytes. */
export function lineDigest(line: Uint8Array): Uint8Array {
  return hash("sha256", line, "buffer").subarray(0, 16);
}

/** Reads a key of 32 bytes in hexadecimal; with `create`, a new one is drawn where there is none. */
export async function readHashKey(path: string, create: boolean): Promise<Uint8Array> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    if (!/^[0-9a-f]{64}$/.test(text))
      throw new AssayError("FORMAT", `traffic key: expected 64 lower-case hexadecimal digits in ${path}`);
    return Buffer.from(text, "hex");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    if (!create) throw new AssayError("NOT_FOUND", `traffic key: expected a file, got none at ${path}`);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const key = randomBytes(KEY_BYTES);
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(`${key.toString("hex")}\n`);
    await file.close();
  } catch (error) {
    // Another process was first: its key is the key.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return readHashKey(path, false);
    throw error;
  }
  return key;
}
