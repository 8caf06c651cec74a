/**
 * A block of log lines to a batch of rows: JSON Lines under a mapping. A line that is no row is counted under its
 * reason, the first of each reason is quoted. Limits: 16 MiB a line, malformed UTF-8 and malformed JSON are rejects.
 */
import { type RowContext, type RowSink, writeRow } from "./canonical-row.js";
import { at } from "./mapping.js";

/** A prompt with a whole book in it stays below; a longer line is hostile or broken (CWE-400). */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

export interface Rejects {
  [reason: string]: { count: number; first: string };
}

export interface BatchCounts {
  lines: number;
  rows: number;
  rejects: Rejects;
}

const NEWLINE = 0x0a;
const QUOTED_CHARS_MAX = 200;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * @param block whole lines
 * @param digest SHA-256 of a line, cut to 16 bytes
 */
export function parseLines(
  block: Uint8Array,
  context: RowContext,
  sink: RowSink,
  digest: (line: Uint8Array) => Uint8Array,
): BatchCounts {
  const counts: BatchCounts = { lines: 0, rows: 0, rejects: {} };
  for (let start = 0; start < block.length; ) {
    let end = block.indexOf(NEWLINE, start);
    if (end < 0) end = block.length;
    const line = block.subarray(start, end);
    start = end + 1;
    if (line.length === 0 || (line.length === 1 && line[0] === 0x0d)) continue;
    counts.lines++;
    if (line.length > LINE_BYTES_MAX) {
      reject(counts.rejects, "a line longer than 16 MiB", line);
      continue;
    }
    parseLine(line, context, sink, digest(line), counts);
  }
  return counts;
}

function parseLine(
  line: Uint8Array,
  context: RowContext,
  sink: RowSink,
  digest: Uint8Array,
  counts: BatchCounts,
): void {
  let record: unknown;
  try {
    record = JSON.parse(decoder.decode(line));
  } catch (error) {
    // A RangeError is a stack exhausted by nesting.
    const reason =
      error instanceof TypeError ? "not UTF-8" : error instanceof RangeError ? "nested too deeply" : "not JSON";
    reject(counts.rejects, reason, line);
    return;
  }
  for (const item of items(record, context)) {
    const reason = writeRow(item, digest, context, sink);
    if (reason === null) counts.rows++;
    else reject(counts.rejects, reason, line);
  }
}

/** A record, or the items of the list that the mapping names, each with the record's own fields behind it. */
function items(record: unknown, { mapping }: RowContext): unknown[] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return [record];
  if (!mapping.each) return [record];
  const list = at(record, mapping.each);
  if (!Array.isArray(list)) return [record];
  return list.map((item) => (typeof item === "object" && item !== null ? { ...record, ...item } : item));
}

export function reject(rejects: Rejects, reason: string, line: Uint8Array): void {
  const known = rejects[reason];
  if (known) known.count++;
  else rejects[reason] = { count: 1, first: new TextDecoder().decode(line.subarray(0, QUOTED_CHARS_MAX)) };
}

export function mergeRejects(into: Rejects, from: Rejects): void {
  for (const [reason, { count, first }] of Object.entries(from)) {
    const known = into[reason];
    if (known) known.count += count;
    else into[reason] = { count, first };
  }
}
