/**
 * A block of log lines to a batch of rows: JSON Lines under a mapping. A line that is no row is counted under its
 * reason, the first of each reason is quoted. Limits: 16 MiB a line, malformed UTF-8 and malformed JSON are rejects.
 */
import { type RowContext, type RowSink, writeRow } from "./canonical-row.js";
import { parseExactly } from "./exact-json.js";
import type { Mapping } from "./mapping.js";
import { itemsOf, notARequest, recordsOf } from "./requests.js";
import { mappingOf } from "./sniff.js";

/** A prompt with a whole book in it stays below; a longer line is hostile or broken (CWE-400). */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

export interface Rejects {
  [reason: string]: { count: number; first: string };
}

export interface OtherUser {
  rows: number;
  accounts: string[];
  users: string[];
}

/** Hashes kept of accounts and users that differ: enough to see one account stand for many. */
const OTHER_USERS_MAX = 200;

/** Adds to `into`; sets of hashes are bounded and stop growing. */
export function mergeOtherUser(into: OtherUser, from: OtherUser): void {
  into.rows += from.rows;
  for (const name of ["accounts", "users"] as const) for (const hash of from[name]) keep(into[name], hash);
}

function keep(hashes: string[], hash: string): void {
  if (hashes.length < OTHER_USERS_MAX && !hashes.includes(hash)) hashes.push(hash);
}

export interface BatchCounts {
  lines: number;
  rows: number;
  /** Rows whose time had no zone, read as UTC. */
  zoneless: number;
  /** Rows under another user than their own body names, and the first of those accounts and users, hashed. */
  otherUser: OtherUser;
  /** Rows by the format they were read in. */
  formats: Record<string, number>;
  /** Records that are no requests, by kind. */
  skipped: Record<string, number>;
  rejects: Rejects;
}

const NEWLINE = 0x0a;
const QUOTED_CHARS_MAX = 200;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * @param block whole lines
 * @param digest SHA-256 of a row's bytes, cut to 16 bytes
 */
export function parseLines(
  block: Uint8Array,
  context: RowContext,
  sink: RowSink,
  digest: (bytes: Uint8Array) => Uint8Array,
): BatchCounts {
  const counts: BatchCounts = {
    lines: 0,
    rows: 0,
    zoneless: 0,
    otherUser: { rows: 0, accounts: [], users: [] },
    formats: {},
    skipped: {},
    rejects: {},
  };
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
    parseLine(line, context, sink, digest, counts);
  }
  return counts;
}

function parseLine(
  line: Uint8Array,
  context: RowContext,
  sink: RowSink,
  digest: (bytes: Uint8Array) => Uint8Array,
  counts: BatchCounts,
): void {
  let record: unknown;
  try {
    record = parseExactly(decoder.decode(line));
  } catch (error) {
    // A RangeError is a stack exhausted by nesting.
    const reason =
      error instanceof TypeError ? "not UTF-8" : error instanceof RangeError ? "nested too deeply" : "not JSON";
    reject(counts.rejects, reason, line);
    return;
  }
  for (const one of recordsOf(record)) takeRecord(one, line, context, sink, digest, counts);
}

function takeRecord(
  record: unknown,
  line: Uint8Array,
  context: RowContext,
  sink: RowSink,
  digest: (bytes: Uint8Array) => Uint8Array,
  counts: BatchCounts,
): void {
  // A log may change its format in the middle, and a gateway may write several.
  const mapping = context.fixed ? context.mapping : mappingOf(record, context.mapping);
  const own = mapping === context.mapping ? context : { ...context, mapping };
  for (const item of itemsOf(record, mapping)) {
    const skipped = notARequest(item, mapping);
    if (skipped !== null) {
      counts.skipped[skipped] = (counts.skipped[skipped] ?? 0) + 1;
      continue;
    }
    const written = writeRow(item, digest, own, sink);
    if (typeof written === "string") reject(counts.rejects, written, line);
    else {
      counts.rows++;
      countFormat(counts, mapping);
      if (written.zoneless) counts.zoneless++;
      const { otherUser } = written;
      if (otherUser !== null) {
        counts.otherUser.rows++;
        keep(counts.otherUser.accounts, otherUser.account);
        keep(counts.otherUser.users, otherUser.user);
      }
    }
  }
}

function countFormat({ formats }: BatchCounts, { id, version }: Mapping): void {
  const name = `${id} ${version}`;
  formats[name] = (formats[name] ?? 0) + 1;
}

/** Adds to `into`, name by name. */
export function mergeCounts(into: Record<string, number>, from: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(from)) into[name] = (into[name] ?? 0) + n;
}

function reject(rejects: Rejects, reason: string, line: Uint8Array): void {
  const known = rejects[reason];
  if (known) known.count++;
  else rejects[reason] = { count: 1, first: new TextDecoder().decode(line.subarray(0, QUOTED_CHARS_MAX)) };
}

/** Adds to `into`; the first quotation of a reason stays. */
export function mergeRejects(into: Rejects, from: Rejects): void {
  for (const [reason, { count, first }] of Object.entries(from)) {
    const known = into[reason];
    if (known) known.count += count;
    else into[reason] = { count, first };
  }
}
