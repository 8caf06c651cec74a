/**
 * A table as text (RFC 4180: quoted fields, doubled quotes, line breaks inside quotes; a header line; comma, semicolon or
 * tab between fields) as blocks of JSON lines, so that one parser and one mapping serve both. Limits: 1,000 columns, 16 MiB
 * a record. A record that breaks them or has another number of fields than the header becomes a line that is no JSON, which
 * the parser counts and quotes; after a quote that never closes the reader goes on with the next line.
 */
import { AssayError, quoted as shown } from "../../../../base/error.js";
import { LINE_BYTES_MAX } from "../../log/parse-lines.js";
import { BLOCK_BYTES, type LogBlock } from "./log-block.js";

const COLUMNS_MAX = 1000;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** What is kept of a broken record, to be quoted. */
const SHOWN_BYTES = 400;
const SEPARATORS = [",", ";", "\t"] as const;

/** @param from offset in the text, where an earlier run stopped; the header is read again */
export async function* csvBlocks(
  chunks: AsyncIterable<Buffer>,
  from: number,
  keepOpenLine: boolean,
  path: string,
): AsyncGenerator<LogBlock> {
  let header: Header | null = null;
  let lines: string[] = [];
  let size = 0;
  let behind = from;
  for await (const { record, end, open } of records(chunks)) {
    if (header === null) {
      header = headerOf(record, path);
      continue;
    }
    if (end <= from || (open && keepOpenLine)) continue;
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

interface Header {
  names: string[];
  separator: string;
}

function headerOf(record: Buffer, path: string): Header {
  const read = SEPARATORS.map((separator) => ({ separator, names: fieldsOf(record, separator)?.map((n) => n.trim()) }));
  // The separator that finds most columns: a name with a comma in it stands in quotes.
  const best = read.reduce((a, b) => ((b.names?.length ?? 0) > (a.names?.length ?? 0) ? b : a));
  const { names, separator } = best;
  if (names === undefined || names.length > COLUMNS_MAX || names.length < 2)
    throw new AssayError("FORMAT", `log: expected a header line of 2 to ${COLUMNS_MAX} columns in ${path}`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new AssayError(
      "FORMAT",
      `log: expected columns with names of their own, got ${shown(twice)} ${names.filter((n) => n === twice).length} times in ${path}: which one is meant cannot be told`,
    );
  return { names, separator };
}

function lineOf(record: Buffer, { names, separator }: Header): string {
  const fields = record.length > LINE_BYTES_MAX ? null : fieldsOf(record, separator);
  if (fields === null || fields.length !== names.length)
    return `CSV record of ${fields?.length ?? "unreadable"} fields, not ${names.length}: ${JSON.stringify(record.toString("utf8", 0, SHOWN_BYTES))}\n`;
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  names.forEach((name, i) => {
    out[name] = fields[i]!;
  });
  return `${JSON.stringify(out)}\n`;
}

/** null where the bytes are no UTF-8 or the quotes do not close. */
function fieldsOf(record: Buffer, separator: string): string[] | null {
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
      if (at < text.length && text[at] !== separator) return null;
    } else {
      const end = text.indexOf(separator, at);
      value = end < 0 ? text.slice(at) : text.slice(at, end);
      at = end < 0 ? text.length : end;
    }
    fields.push(value);
    if (at >= text.length || fields.length > COLUMNS_MAX) return fields;
    at++;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface CsvRecord {
  /** Without its line break; above the limit it comes cut. */
  record: Buffer;
  /** Offset behind its line break. */
  end: number;
  /** The text ended before the record did. */
  open: boolean;
}

async function* records(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord> {
  const scan = new RecordScan();
  for await (const chunk of chunks) yield* scan.take(chunk);
  yield* scan.end();
}

/** How often the rest behind a quote that never closed is read again: each time costs its whole length (CWE-407). */
const TRIES_MAX = 8;

/** Finds where records end. A quote opens a field only at its start; one just closed opens it again (a doubled quote). */
class RecordScan {
  #held: Buffer[] = [];
  #size = 0;
  #position = 0;
  #quoted = false;
  #opens = true;
  readonly #tries: number;

  constructor(tries = TRIES_MAX) {
    this.#tries = tries;
  }

  *take(chunk: Buffer): Generator<CsvRecord> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (this.#quoted) {
        if (byte === QUOTE) {
          this.#quoted = false;
          this.#opens = true;
        }
        continue;
      }
      if (byte === QUOTE && this.#opens) this.#quoted = true;
      this.#opens = byte === 0x2c || byte === 0x3b || byte === 0x09 || byte === NEWLINE;
      if (byte !== NEWLINE) continue;
      this.#keep(chunk.subarray(start, i));
      start = i + 1;
      const record = this.#record();
      if (record.length > 0) yield { record, end: this.#position + start, open: false };
    }
    this.#keep(chunk.subarray(start));
    this.#position += chunk.length;
  }

  *end(): Generator<CsvRecord> {
    const unclosed = this.#quoted;
    const all = Buffer.concat(this.#held);
    const record = this.#record();
    if (record.length === 0) return;
    const firstEnd = unclosed && this.#tries > 0 ? all.indexOf(NEWLINE) : -1;
    if (firstEnd < 0) {
      yield { record, end: this.#position, open: true };
      return;
    }
    // A quote that never closed has swallowed lines: the first is broken, the others are read again.
    const rest = all.subarray(firstEnd + 1);
    const from = this.#position - rest.length;
    yield { record: trimmed(all.subarray(0, firstEnd)), end: from, open: false };
    const again = new RecordScan(this.#tries - 1);
    again.#position = from;
    yield* again.take(rest);
    yield* again.end();
  }

  #record(): Buffer {
    const record = trimmed(Buffer.concat(this.#held));
    this.#held = [];
    this.#size = 0;
    this.#quoted = false;
    this.#opens = true;
    return record;
  }

  #keep(part: Buffer): void {
    if (this.#size > LINE_BYTES_MAX) return;
    this.#held.push(Buffer.from(part));
    this.#size += part.length;
  }
}

function trimmed(record: Buffer): Buffer {
  return record.at(-1) === RETURN ? record.subarray(0, -1) : record;
}

/** Whether a file is such a table, by its name. */
export function isCsv(name: string): boolean {
  return /\.(csv|tsv)([.-]\d{1,8})?(\.(gz|zst|bz2))?$/i.test(name);
}
