/**
 * A log file as blocks of whole lines, gzipped or not, from an offset on. A line above the limit is handed out cut, so
 * that it is counted as a reject and never held whole (CWE-400).
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { AssayError } from "../../base/error.js";
import { LINE_BYTES_MAX } from "../../labs/traffic/log/parse-lines.js";
import { asAssayError } from "../files.js";

/** Big enough to keep a thread busy for tens of milliseconds, small enough to hold several. */
export const BLOCK_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

export interface LogBlock {
  bytes: Uint8Array;
  /** Offset behind the block's last line, in the uncompressed file. */
  end: number;
}

/** @param from offset in the uncompressed file */
export async function* logBlocks(path: string, from: number, keepOpenLine: boolean): AsyncGenerator<LogBlock> {
  const gzip = path.endsWith(".gz");
  const file = createReadStream(path, { highWaterMark: 1 << 20, ...(gzip ? {} : { start: from }) });
  const unzip = gzip ? createGunzip({ chunkSize: 1 << 20 }) : null;
  if (unzip) file.on("error", (error) => unzip.destroy(error));
  let skip = gzip ? from : 0;
  let position = from; // offset behind everything handed out
  let held: Buffer[] = [];
  let size = 0;
  let cutting = false; // inside a line that is too long: its rest is dropped
  let dropped = 0;
  try {
    for await (const piece of unzip ? file.pipe(unzip) : file) {
      let chunk = piece as Buffer;
      if (skip > 0) {
        const gone = Math.min(skip, chunk.length);
        skip -= gone;
        chunk = chunk.subarray(gone);
      }
      if (cutting) {
        const end = chunk.indexOf(NEWLINE);
        dropped += end < 0 ? chunk.length : end;
        if (end < 0) continue;
        chunk = chunk.subarray(end);
        cutting = false;
      }
      held.push(chunk);
      size += chunk.length;
      if (size < BLOCK_BYTES) continue;
      const all = Buffer.concat(held, size);
      const last = all.lastIndexOf(NEWLINE);
      if (last >= 0) {
        position += last + 1 + dropped;
        dropped = 0;
        yield { bytes: all.subarray(0, last + 1), end: position };
        held = [all.subarray(last + 1)];
        size -= last + 1;
      } else if (size > LINE_BYTES_MAX + 1) {
        const kept = LINE_BYTES_MAX + 1;
        dropped += size - kept;
        held = [all.subarray(0, kept)];
        size = kept;
        cutting = true;
      } else held = [all];
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code.startsWith("Z_"))
      throw new AssayError(
        "FORMAT",
        `traffic.logBlocks: expected a gzip file, got ${(error as Error).message} in ${path}`,
      );
    throw asAssayError(error, path, "traffic.logBlocks");
  }
  if (size > 0 && !keepOpenLine) yield { bytes: Buffer.concat(held, size), end: position + size + dropped };
}
