/** The hash trees of a model's files (evidence/chunk-tree.ts), read in one pass each. */
import { createHash } from "node:crypto";
import { AssayError, quoted } from "../../base/error.js";
import { CHUNK_BYTES, chunkCount } from "../../evidence/chunk-tree.js";
import { asAssayError, fill, openToRead } from "../files.js";
import type { ModelFile } from "./folder.js";

/** Chunks read at once. */
const BATCH = 256;

/** Leaf hashes of one file, 32 bytes for each 16 KiB: 1 GB of file takes 2 MB. */
export async function chunkLeaves(file: ModelFile, onBytes: (bytes: number) => void): Promise<Uint8Array[]> {
  const leaves: Uint8Array[] = [];
  const handle = await openToRead(file.path).catch((error) => {
    throw asAssayError(error, file.path, "chunk digests");
  });
  try {
    const buffer = new Uint8Array(BATCH * CHUNK_BYTES);
    const count = chunkCount(file.sizeBytes);
    for (let first = 0; first < count; first += BATCH) {
      const offset = first * CHUNK_BYTES;
      const bytes = buffer.subarray(0, Math.min(buffer.length, file.sizeBytes - offset));
      if ((await fill(handle, bytes, offset)) < bytes.length)
        throw new AssayError("FORMAT", `chunk digests: expected a file at rest, got ${quoted(file.name)}`);
      // As evidence/chunk-tree.ts leafHash, by the platform's faster SHA-256; a test holds the two equal.
      for (let at = 0; at < Math.max(1, bytes.length); at += CHUNK_BYTES) {
        const hash = createHash("sha256")
          .update(LEAF)
          .update(bytes.subarray(at, at + CHUNK_BYTES));
        leaves.push(new Uint8Array(hash.digest()));
      }
      onBytes(bytes.length);
    }
    return leaves;
  } finally {
    await handle.close();
  }
}

const LEAF = Uint8Array.of(0);
