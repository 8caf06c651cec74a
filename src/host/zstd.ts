/**
 * Zstandard (RFC 8878) within a bound: by the platform where it has it (Node 22.15 on), else by a decoder in JavaScript,
 * some five times as slow.
 */
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { AssayError } from "../base/error.js";

/** Absent from older platforms, so that an import by name would keep a whole command from starting there. */
const platform = zlib as Partial<Pick<typeof zlib, "zstdDecompressSync" | "createZstdDecompress">>;
/** So many packed bytes go in at a time: a block of them unpacks to 128 KiB at most. */
const PACKED_BYTES = 4096;

/** @param native null for the decoder in JavaScript @throws Error for what is malformed, or unpacks to more than `maxBytes` */
export function unzstd(
  bytes: Uint8Array,
  maxBytes: number,
  native: typeof zlib.zstdDecompressSync | null = platform.zstdDecompressSync ?? null,
): Uint8Array {
  if (native) return native(bytes, { maxOutputLength: maxBytes });
  const parts: Uint8Array[] = [];
  let size = 0;
  const decoder = new Decompress((part) => {
    size += part.length;
    if (size > maxBytes) throw new AssayError("LIMIT", `zstd: expected at most ${maxBytes} bytes`);
    parts.push(part.slice());
  });
  for (let at = 0; at < bytes.length; at += PACKED_BYTES)
    decoder.push(bytes.subarray(at, at + PACKED_BYTES), at + PACKED_BYTES >= bytes.length);
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The platform's stream; null where it has none, and `unzstdChunks` serves. */
export function zstdStream(): ReturnType<typeof zlib.createZstdDecompress> | null {
  return platform.createZstdDecompress?.({ chunkSize: 1 << 20 }) ?? null;
}

/** Unpacks as it reads; what is cut short throws at its end. */
export async function* unzstdChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  const decoder = new Decompress((part) => void waiting.push(Buffer.from(part)));
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PACKED_BYTES) {
      decoder.push(chunk.subarray(at, at + PACKED_BYTES));
      yield* waiting.splice(0);
    }
  decoder.push(new Uint8Array(0), true);
  yield* waiting.splice(0);
}
