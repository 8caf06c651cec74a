/**
 * A log's text as blocks of whole lines, from an offset on. A line above the limit is handed out cut, so that it is
 * counted as a reject and never held whole (CWE-400).
 */
import { LINE_BYTES_MAX } from "../../log/parse-lines.js";
import { BLOCK_BYTES, type LogBlock } from "./log-block.js";

const NEWLINE = 0x0a;

/** @param chunks the text from its first byte @param from offset where an earlier run stopped */
export async function* lineBlocks(
  chunks: AsyncIterable<Buffer>,
  from: number,
  keepOpenLine: boolean,
): AsyncGenerator<LogBlock> {
  let skip = from;
  let position = from; // offset behind everything handed out
  let held: Buffer[] = [];
  let size = 0;
  let cutting = false; // inside a line that is too long: its rest is dropped
  let dropped = 0;
  for await (const piece of chunks) {
    let chunk = piece;
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
  if (size === 0) return;
  const all = Buffer.concat(held, size);
  // Of a log that still grows the last line is left until it is ended.
  const last = keepOpenLine ? all.lastIndexOf(NEWLINE) + 1 : all.length;
  if (last > 0) yield { bytes: all.subarray(0, last), end: position + last + dropped };
}
