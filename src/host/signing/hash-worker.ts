/** One thread that hashes files, or parts of files, for signatures: SHA-256, BLAKE2b-512, BLAKE3-256. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import type { HashType } from "../../evidence/oms-statement.js";
import { serveTasks } from "../worker-tasks.js";

export interface HashTask {
  name: string;
  path: string;
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

async function hashed(task: HashTask, onBytes: (bytes: number) => void): Promise<string> {
  const hash = await hasherOf(task.algorithm);
  const file = openSync(task.path, "r");
  try {
    if (fstatSync(file).size < task.end || (task.whole && fstatSync(file).size !== task.end))
      throw new Error("the file changed while it was being read");
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let [at, unreported] = [task.start, 0];
    while (at < task.end) {
      const read = readSync(file, buffer, 0, Math.min(CHUNK_BYTES, task.end - at), at);
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

serveTasks(async (task: HashTask, note) => {
  const value = await hashed(task, note).catch((error: Error) => {
    throw new AssayError("FORMAT", `register: ${quoted(basename(task.path))}: ${error.message}`);
  });
  return { value };
});
