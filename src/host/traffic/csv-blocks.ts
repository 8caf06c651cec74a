/**
 * A CSV log (RFC 4180: quoted fields, doubled quotes, line breaks inside quotes; a header line) as blocks of JSON lines,
 * so that one parser and one mapping serve both. Limits: 1,000 columns, 16 MiB a record; a record that breaks them or has
 * another number of fields than the header becomes a line that is no JSON, which the parser counts and quotes.
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { AssayError } from "../../base/error.js";
import { LINE_BYTES_MAX } from "../../labs/traffic/log/parse-lines.js";
import { asAssayError } from "../files.js";
import { BLOCK_BYTES, type LogBlock } from "./log-blocks.js";

const COLUMNS_MAX = 1000;
const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** What is kept of a broken record, to be quoted. */
const SHOWN_BYTES = 400;

/** @param from offset in the uncompressed file, where an earlier run stopped; the header is read again */
export async function* csvBlocks(path: string, from: number): AsyncGenerator<LogBlock> {
  let header: string[] | null = null;
  let lines: string[] = [];
  let size = 0;
  let behind = from;
  for await (const { record, end } of records(path)) {
    if (header === null) {
      header = fieldsOf(record);
      if (header === null || header.length > COLUMNS_MAX || header.length < 2)
        throw new AssayError(
          "FORMAT",
          `traffic.csvBlocks: expected a header line of 2 to ${COLUMNS_MAX} columns in ${path}`,
        );
      header[0] = header[0]!.replace(/^\ufeff/, "");
      continue;
    }
    if (end <= from) continue;
    behind = end;
    const line = lineOf(record, header);
    lines.push(line);
    size += line.length;
    if (size < BLOCK_BYTES) continue;
    yield { bytes: Buffer.from(lines.join("")), end };
    lines = [];
    size = 0;
  }
  if (lines.length > 0) yield { bytes: Buffer.from(lines.join("")), end: behind };
}

function lineOf(record: Buffer, header: readonly string[]): string {
  const fields = record.length > LINE_BYTES_MAX ? null : fieldsOf(record);
  if (fields === null || fields.length !== header.length)
    return `CSV record of ${fields?.length ?? "unreadable"} fields, not ${header.length}: ${JSON.stringify(record.toString("utf8", 0, SHOWN_BYTES))}\n`;
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  header.forEach((name, i) => {
    out[name] = fields[i]!;
  });
  return `${JSON.stringify(out)}\n`;
}

/** null where the bytes are no UTF-8 or the quotes do not close. */
function fieldsOf(record: Buffer): string[] | null {
  let text: string;
  try {
    text = decoder.decode(record);
  } catch {
    return null;
  }
  const fields: string[] = [];
  for (let at = 0; ; ) {
    let value: string;
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end < 0) return null;
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      if (at < text.length && text[at] !== ",") return null;
    } else {
      const end = text.indexOf(",", at);
      value = end < 0 ? text.slice(at) : text.slice(at, end);
      at = end < 0 ? text.length : end;
    }
    fields.push(value);
    if (at >= text.length || fields.length > COLUMNS_MAX) return fields;
    at++;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Records without their line break; `end` is the offset behind it. A record above the limit comes cut. */
async function* records(path: string): AsyncGenerator<{ record: Buffer; end: number }> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const unzip = path.endsWith(".gz") ? createGunzip({ chunkSize: 1 << 20 }) : null;
  if (unzip) file.on("error", (error) => unzip.destroy(error));
  let held: Buffer[] = [];
  let size = 0;
  let position = 0;
  // A quote opens a field only at its start; one just closed opens it again (a doubled quote).
  let quoted = false;
  let opens = true;
  try {
    for await (const piece of unzip ? file.pipe(unzip) : file) {
      const chunk = piece as Buffer;
      let start = 0;
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i];
        if (quoted) {
          if (byte === QUOTE) {
            quoted = false;
            opens = true;
          }
          continue;
        }
        if (byte === QUOTE && opens) quoted = true;
        opens = byte === COMMA || byte === NEWLINE;
        if (byte === NEWLINE) {
          keep(chunk.subarray(start, i));
          const record = trimmed(Buffer.concat(held));
          held = [];
          size = 0;
          start = i + 1;
          if (record.length > 0) yield { record, end: position + start };
        }
      }
      keep(chunk.subarray(start));
      position += chunk.length;
    }
  } catch (error) {
    throw asAssayError(error, path, "traffic.csvBlocks");
  }
  const record = trimmed(Buffer.concat(held));
  if (record.length > 0) yield { record, end: position };

  function keep(part: Buffer): void {
    if (size > LINE_BYTES_MAX) return;
    held.push(Buffer.from(part));
    size += part.length;
  }
}

function trimmed(record: Buffer): Buffer {
  return record.at(-1) === RETURN ? record.subarray(0, -1) : record;
}

/** Whether a file is CSV, by its name. */
export function isCsv(path: string): boolean {
  return /\.csv(\.gz)?$/i.test(path);
}
