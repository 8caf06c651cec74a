/** Digests of files, or of parts of files, for signatures: SHA-256, BLAKE2b-512, BLAKE3-256. No link is followed. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs";
import { AssayError, quoted } from "../../base/error.js";
import type { HashType } from "../../evidence/oms-statement.js";

export interface HashTask {
  name: string;
  /** Bytes, as the file system has them; no link is followed. */
  path: Uint8Array | string;
  start: number;
  end: number;
  /** The file must end where the task does. */
  whole: boolean;
  algorithm: HashType;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Chunks on their way while one is hashed. */
const AHEAD = 3;
const REPORT_BYTES = 64 * 1024 * 1024;

interface Hasher {
  update: (bytes: Buffer) => void;
  hex: () => string;
}

async function hasherOf(algorithm: HashType): Promise<Hasher> {
  if (algorithm === "blake3") {
    const { Blake3Hasher } = await import("@napi-rs/blake-hash");
    const hash = new Blake3Hasher();
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
  }
  const hash: Hash = createHash(algorithm === "sha256" ? "sha256" : "blake2b512");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
}

/** @throws FORMAT when the file is not as it was listed */
export async function hashFile(task: HashTask, onBytes: (bytes: number) => void): Promise<string> {
  return hashed(task, onBytes).catch((error: Error) => {
    throw new AssayError("FORMAT", `register: ${quoted(task.name)}: ${error.message}`);
  });
}

async function hashed(task: HashTask, onBytes: (bytes: number) => void): Promise<string> {
  const hash = await hasherOf(task.algorithm);
  const file = openSync(
    typeof task.path === "string" ? task.path : Buffer.from(task.path),
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0),
  );
  try {
    if (fstatSync(file).size < task.end || (task.whole && fstatSync(file).size !== task.end))
      throw new Error("the file changed while it was being read");
    if (task.end - task.start > CHUNK_BYTES) await hashLarge(file, task, hash, onBytes);
    else hashSmall(file, task, hash, onBytes);
    return hash.hex();
  } finally {
    closeSync(file);
  }
}

/** Many models hold thousands of small files: no larger a buffer than the task, and no waiting. */
function hashSmall(file: number, { start, end }: HashTask, hash: Hasher, onBytes: (bytes: number) => void): void {
  const buffer = Buffer.allocUnsafe(end - start);
  for (let at = start; at < end; ) {
    const got = readSync(file, buffer, 0, end - at, at);
    if (got === 0) throw endedEarly();
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  if (end > start) onBytes(end - start);
}

/**
 * The next chunks are read while one is hashed: reading, from memory even, takes most of the time that BLAKE3 does. With
 * one chunk ahead the two waited for each other, and a file of 3 GB took 1.2 s; with three, 0.8 s.
 */
async function hashLarge(
  file: number,
  { start, end }: HashTask,
  hash: Hasher,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const buffers = Array.from({ length: AHEAD + 1 }, () => Buffer.allocUnsafe(CHUNK_BYTES));
  const coming: Promise<Buffer>[] = [];
  let next = start;
  const ask = () => {
    if (next >= end) return;
    const into = buffers[((next - start) / CHUNK_BYTES) % buffers.length]!;
    const chunk = filled(file, into.subarray(0, Math.min(CHUNK_BYTES, end - next)), next);
    // Nobody waits for it before its turn; what fails is thrown there.
    chunk.catch(() => undefined);
    coming.push(chunk);
    next += CHUNK_BYTES;
  };
  for (let i = 0; i < AHEAD; i++) ask();
  let unreported = 0;
  while (coming.length > 0) {
    const bytes = await coming.shift()!;
    ask();
    hash.update(bytes);
    unreported += bytes.length;
    if (unreported >= REPORT_BYTES || coming.length === 0) {
      onBytes(unreported);
      unreported = 0;
    }
  }
}

async function filled(file: number, into: Buffer, from: number): Promise<Buffer> {
  for (let at = 0; at < into.length; ) {
    const got = await readAsync(file, into, at, into.length - at, from + at);
    if (got === 0) throw endedEarly();
    at += got;
  }
  return into;
}

function readAsync(file: number, into: Buffer, offset: number, length: number, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, into, offset, length, from, (error, got) => (error ? reject(error) : resolve(got)));
  });
}

function endedEarly(): Error {
  return new Error("the file ended early");
}
