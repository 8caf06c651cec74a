/** HMAC-SHA-256 by node:crypto, with a bounded memory of identifiers seen; and the key's file. */
import { createHmac, hash, randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AssayError } from "../base/error.js";
import type { KeyedHash } from "../labs/traffic/log/keyed-hash.js";
import type { HashSeeds } from "../labs/traffic/templates/features.js";

/** Identifiers recur, prompts hardly do. */
const REMEMBERED_MAX = 300_000;
const KEY_BYTES = 32;

export function keyedHash(key: Uint8Array): KeyedHash {
  const mac = hmac(key);
  let seen = new Map<string, Uint8Array>();
  return (field, value, bytes) => {
    if (field === "prompt") return mac(field, value, bytes);
    const name = `${field}\u0000${value}`;
    let known = seen.get(name);
    if (!known) {
      if (seen.size >= REMEMBERED_MAX) seen = new Map();
      known = mac(field, value, bytes);
      seen.set(name, known);
    }
    return known;
  };
}

const BLOCK = 64;
const DIGEST = 32;

/**
 * HMAC-SHA-256 (RFC 2104) by two one-shot hashes over kept pads: node:crypto's Hmac object costs ten times the hashing
 * of a short identifier.
 */
function hmac(key: Uint8Array): (field: string, value: string, bytes: number) => Uint8Array {
  let inner = Buffer.alloc(4096);
  const outer = Buffer.alloc(BLOCK + DIGEST);
  for (let i = 0; i < BLOCK; i++) {
    inner[i] = (key[i] ?? 0) ^ 0x36;
    outer[i] = (key[i] ?? 0) ^ 0x5c;
  }
  return (field, value, bytes) => {
    const room = BLOCK + 3 * (field.length + value.length) + 1;
    if (inner.length < room) inner = Buffer.concat([inner.subarray(0, BLOCK), Buffer.alloc(room)]);
    let end = BLOCK + inner.write(field, BLOCK);
    inner[end++] = 0;
    end += inner.write(value, end);
    hash("sha256", inner.subarray(0, end), "buffer").copy(outer, BLOCK);
    return Uint8Array.from(hash("sha256", outer, "buffer").subarray(0, bytes));
  };
}

/** Seeds of the fingerprints, from the key. */
export function hashSeeds(key: Uint8Array): HashSeeds {
  const digest = createHmac("sha256", key).update("fingerprints").digest();
  return { a: digest.readUInt32LE(0), b: digest.readUInt32LE(4) };
}

/** SHA-256 of a log line, cut to 16 bytes. */
export function lineDigest(line: Uint8Array): Uint8Array {
  return Uint8Array.from(hash("sha256", line, "buffer").subarray(0, 16));
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
