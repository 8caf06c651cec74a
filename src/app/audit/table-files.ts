/** Rows of Parquet and Arrow files on disk and in memory. A row's digest is that of its values: it stands in no line. */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type AsyncBuffer, type Compressors, snappyUncompress } from "hyparquet";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { fill } from "../../host/files.js";
import { unzstd } from "../../host/zstd.js";
import { arrowRows } from "../../office/audit/readers/arrow.js";
import type { Fields } from "../../office/audit/readers/normal-form.js";
import { PAGE_BYTES_MAX, parquetRows } from "../../office/audit/readers/parquet.js";

export interface SourceRow {
  fields: Fields;
  /** Digest of the line, record or file that the row was read from. */
  line: string;
}

/** @throws FORMAT, LIMIT or UNSUPPORTED */
export const parquetFile = (path: string) => tableFile(path, (file, what) => parquetRows(file, COMPRESSORS, what));

/** @throws FORMAT, LIMIT or UNSUPPORTED */
export const arrowFile = (path: string) => tableFile(path, (file, what) => arrowRows(file, unpackZstd, what));

/** The same of bytes in memory. */
export const parquetBytes = (bytes: Uint8Array, what: string) => parquetRows(inMemory(bytes), COMPRESSORS, what);

/** The same of bytes in memory. */
export const arrowBytes = (bytes: Uint8Array, what: string) => arrowRows(inMemory(bytes), unpackZstd, what);

async function* tableFile(
  path: string,
  read: (file: AsyncBuffer, what: string) => AsyncIterable<Fields>,
): AsyncGenerator<SourceRow> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const file: AsyncBuffer = {
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        await fill(handle, bytes, start);
        return bytes.buffer;
      },
    };
    for await (const fields of read(file, basename(path)))
      yield { fields, line: sha256Digest(canonicalJsonBytes(fields)) };
  } finally {
    await handle.close();
  }
}

function inMemory(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.length,
    slice: async (start, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}

/** What the platform can take apart; LZ4 is not among it. */
const COMPRESSORS: Compressors = {
  SNAPPY: (bytes, length) => {
    pageLength(length);
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  },
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: pageLength(length) }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: pageLength(length) }),
  ZSTD: (bytes, length) => unzstd(bytes, pageLength(length)),
};

const unpackZstd = (bytes: Uint8Array, length: number): Uint8Array => unzstd(bytes, Math.max(1, length));

function pageLength(length: number): number {
  if (length >= 0 && length <= PAGE_BYTES_MAX) return Math.max(1, length);
  throw new AssayError("LIMIT", `Parquet: expected pages of at most ${PAGE_BYTES_MAX} bytes, got ${length}`);
}
