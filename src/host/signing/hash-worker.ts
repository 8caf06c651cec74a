/** One thread that hashes files, or parts of files, for signatures: SHA-256, BLAKE2b-512, BLAKE3-256. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { HashType } from "../../evidence/oms-statement.js";

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

async function hashed(task: HashTask): Promise<string> {
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
        parentPort!.postMessage({ bytes: unreported });
        unreported = 0;
      }
    }
    return hash.hex();
  } finally {
    closeSync(file);
  }
}

parentPort!.on("message", (task: HashTask) => {
  hashed(task).then(
    (digest) => parentPort!.postMessage({ digest }),
    (error: Error) => parentPort!.postMessage({ error: error.message }),
  );
});
