/** Digests of files, or of parts of files, for signatures: SHA-256, BLAKE2b-512, BLAKE3-256. No link is followed. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
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
    // No larger than the task: many models hold thousands of small files.
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, task.end - task.start));
    let [at, unreported] = [task.start, 0];
    while (at < task.end) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, task.end - at), at);
      if (read === 0) throw new Error("the file ended early");
      hash.update(buffer.subarray(0, read));
      at += read;
      unreported += read;
      if (unreported >= REPORT_BYTES || at === task.end) {
        onBytes(unreported);
        unreported = 0;
      }
    }
    return hash.hex();
  } finally {
    closeSync(file);
  }
}
