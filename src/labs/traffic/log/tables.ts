/**
 * The tables of the laboratory, one text for the engine in process and for a server. Partitions by month and order by
 * account serve both the per-account passes here and a cluster sharded by account. Identifiers and prompts stand as
 * keyed hashes; nothing here holds a user's words.
 */
import type { SqlEngine } from "../engine.js";

/** Columns of `rows`, in the order in which they are inserted. */
export const ROWS_COLUMNS = [
  ["ts", "DateTime64(3, 'UTC')"],
  ["account", "FixedString(16)"],
  ["key", "FixedString(8)"],
  ["org", "FixedString(8)"],
  ["payment", "FixedString(8)"],
  ["network", "FixedString(8)"],
  ["client", "FixedString(8)"],
  ["system", "FixedString(8)"],
  ["session", "FixedString(8)"],
  ["model", "LowCardinality(String)"],
  ["input", "UInt32"],
  ["output", "UInt32"],
  ["turn", "UInt16"],
  ["flags", "UInt16"],
  ["signals", "UInt32"],
  ["prompt", "FixedString(16)"],
  // Of a log that came as hashes with its templates; elsewhere empty, and the table `templates` tells.
  ["template", "FixedString(16)"],
  ["extra", "Map(String, FixedString(8))"],
  /** Of the request's own id; empty where the log has none. */
  ["request", "FixedString(8)"],
  /** Digest of everything above and of the time below a millisecond: the row itself (canonical-row.ts). */
  ["source", "FixedString(16)"],
  /** Which source of the manifest it came from, and which batch. */
  ["src", "UInt32"],
  ["batch", "UInt32"],
] as const;

/** Columns that say where a row came from, not what it is: an export leaves them out. */
export const OWN_COLUMNS: ReadonlySet<string> = new Set(["src", "batch"]);

/**
 * What makes two rows one event, beside account and time: the request's id, or the row's digest where the log has no ids.
 * See settle-rows.ts in host/rows for how often a row counts.
 */
export const KEY_SQL =
  "if(request = toFixedString('', 8), source, toFixedString(concat(request, toFixedString('', 8)), 16))";

/** One line a distinct normalised prompt: fingerprints of its word sequences (templates/features.ts). */
export const PROMPTS_COLUMNS = [
  ["prompt", "FixedString(16)"],
  ["features", "Array(UInt32)"],
  ["batch", "UInt32"],
] as const;

/** What rows say of the terms that their account accepted, in clear: a version's name is nobody's secret. Not part of a row's digest, which holds its hash. */
export const TERMS_COLUMNS = [
  ["account", "FixedString(16)"],
  ["terms", "String"],
  /** Epoch of 1970: the log does not say when. */
  ["accepted", "DateTime64(3, 'UTC')"],
  /** Of the row that says so. */
  ["ts", "DateTime64(3, 'UTC')"],
  ["batch", "UInt32"],
] as const;

/** The template of each prompt that has one, rebuilt by each examination. */
export const TEMPLATES_COLUMNS = [
  ["prompt", "FixedString(16)"],
  ["template", "FixedString(16)"],
] as const;

/** Columns as ClickHouse declares them. */
export function structure(columns: readonly (readonly [string, string])[]): string {
  return columns.map(([name, type]) => `${name} ${type}`).join(", ");
}

/** Leaves tables that are there as they are. */
export async function createTables(engine: SqlEngine): Promise<void> {
  // `rows` holds each event once, `spare` what further sources hold of the same events.
  for (const table of ["rows", "spare"])
    await engine.run(
      `CREATE TABLE IF NOT EXISTS ${table} (${structure(ROWS_COLUMNS)}) ENGINE = MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (account, ts, source)`,
    );
  await engine.run(
    `CREATE TABLE IF NOT EXISTS prompts (${structure(PROMPTS_COLUMNS)}) ENGINE = MergeTree ORDER BY prompt`,
  );
  await engine.run(
    `CREATE TABLE IF NOT EXISTS terms (${structure(TERMS_COLUMNS)}) ENGINE = MergeTree ORDER BY (account, terms)`,
  );
  await engine.run(
    `CREATE TABLE IF NOT EXISTS templates (${structure(TEMPLATES_COLUMNS)}) ENGINE = MergeTree ORDER BY prompt`,
  );
}
