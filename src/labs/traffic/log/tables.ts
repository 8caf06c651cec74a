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
  ["source", "FixedString(16)"],
  ["batch", "UInt32"],
  ["extra", "Map(String, FixedString(8))"],
] as const;

/** One line a distinct normalised prompt: fingerprints of its word sequences (templates/features.ts). */
export const PROMPTS_COLUMNS = [
  ["prompt", "FixedString(16)"],
  ["features", "Array(UInt32)"],
  ["batch", "UInt32"],
] as const;

/** The template of each prompt that has one, rebuilt by each examination. */
export const TEMPLATES_COLUMNS = [
  ["prompt", "FixedString(16)"],
  ["template", "FixedString(16)"],
] as const;

export function structure(columns: readonly (readonly [string, string])[]): string {
  return columns.map(([name, type]) => `${name} ${type}`).join(", ");
}

export async function createTables(engine: SqlEngine): Promise<void> {
  await engine.run(
    `CREATE TABLE IF NOT EXISTS rows (${structure(ROWS_COLUMNS)}) ENGINE = MergeTree PARTITION BY toYYYYMM(ts) ORDER BY (account, ts, source)`,
  );
  await engine.run(
    `CREATE TABLE IF NOT EXISTS prompts (${structure(PROMPTS_COLUMNS)}) ENGINE = MergeTree ORDER BY prompt`,
  );
  await engine.run(
    `CREATE TABLE IF NOT EXISTS templates (${structure(TEMPLATES_COLUMNS)}) ENGINE = MergeTree ORDER BY prompt`,
  );
}
