/**
 * JSON that is no JSON Lines: one array of records, or records printed over several lines. Each record becomes a line. The
 * text is followed by its brackets and strings only; what is inside is for the parser, and what is broken is a line that
 * the parser counts. A record above the line limit comes cut.
 */
import { LINE_BYTES_MAX } from "../../log/parse-lines.js";
import { BLOCK_BYTES, type LogBlock } from "./log-block.js";

const [QUOTE, ESCAPE, NEWLINE, RETURN, COMMA] = [0x22, 0x5c, 0x0a, 0x0d, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** @param inArray whether the records are the items of one array @param from offset where an earlier run stopped */
export async function* jsonBlocks(
  chunks: AsyncIterable<Buffer>,
  from: number,
  inArray: boolean,
): AsyncGenerator<LogBlock> {
  const base = inArray ? 1 : 0;
  let out: Buffer[] = [];
  let size = 0;
  let end = 0;
  let record: Buffer[] = [];
  let recordSize = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let position = 0;
  for await (const chunk of chunks) {
    let start = depth > base ? 0 : -1; // of the record in this chunk
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === ESCAPE) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (depth++ === base) start = i;
      } else if ((byte === CLOSE || byte === CLOSE_LIST) && depth > 0 && --depth === base && start >= 0) {
        keep(chunk.subarray(start, i + 1));
        start = -1;
        ended(position + i + 1);
      } else if (depth === base && start < 0 && byte > 0x20 && byte !== COMMA && !(byte === CLOSE_LIST && inArray))
        start = i; // a bare value, which is no record: it ends with its line
      else if (depth === base && start >= 0 && (byte === NEWLINE || byte === COMMA)) {
        keep(chunk.subarray(start, i));
        start = -1;
        ended(position + i);
      }
    }
    if (start >= 0) keep(chunk.subarray(start));
    position += chunk.length;
    if (size >= BLOCK_BYTES) yield block();
  }
  if (recordSize > 0) ended(position);
  if (size > 0) yield block();

  function keep(part: Buffer): void {
    if (recordSize > LINE_BYTES_MAX) return;
    record.push(part);
    recordSize += part.length;
  }

  function ended(at: number): void {
    if (at > from) {
      const bytes = Buffer.from(Buffer.concat(record));
      for (let i = 0; i < bytes.length; i++) if (bytes[i] === NEWLINE || bytes[i] === RETURN) bytes[i] = 0x20;
      out.push(bytes, LINE_END);
      size += bytes.length + 1;
      end = at;
    }
    record = [];
    recordSize = 0;
  }

  function block(): LogBlock {
    const bytes = Buffer.concat(out, size);
    out = [];
    size = 0;
    return { bytes, end };
  }
}

const LINE_END = Buffer.from("\n");
