/** What the log is: its size, its days, and a digest of its rows that does not depend on their order or on its files. */

import { utf8 } from "../../../base/bytes.js";
import type { Digest } from "../../../base/digest.js";
import { sha256Digest } from "../../../base/digest.js";
import type { SqlEngine } from "../engine.js";
import { ranges } from "./ranges.js";

export interface LogTotals {
  rows: number;
  accounts: number;
  from: string;
  to: string;
  days: number;
  promptRows: number;
}

const TOTALS_SQL = `SELECT toUInt64(count()) AS rows, toUInt64(uniqExact(account)) AS accounts, toString(min(toDate(ts))) AS from,
 toString(max(toDate(ts))) AS to, toUInt32(uniqExact(toDate(ts))) AS days, toUInt64(countIf(prompt != toFixedString('', 16))) AS promptRows FROM rows`;

/** Days are dates in UTC, as the engine writes them; an empty log has 0 rows. */
export async function logTotals(engine: SqlEngine): Promise<LogTotals> {
  const [totals] = await engine.rows<LogTotals>(TOTALS_SQL);
  return totals!;
}

/**
 * SHA-256 over 256 lines, one a first byte of an account's hash: SHA-256 of its accounts' digests in order, an account's
 * digest being SHA-256 of its hash and of its rows' digests in order. A row's digest is SHA-256 of the row as it stands
 * here (canonical-row.ts), cut to 16 bytes; so anyone with the log and its key can take it again. The table lies in order of account: one pass, whatever its length.
 */
export async function logRoot(engine: SqlEngine, rows: number): Promise<Digest> {
  const lines: string[] = [];
  for (const range of ranges("account", rows)) {
    const found = await engine.rows<{ b: string; d: string }>(
      `SELECT b, hex(SHA256(arrayStringConcat(arraySort(groupArray(d))))) AS d FROM
 (SELECT lower(hex(substring(account, 1, 1))) AS b, lower(hex(SHA256(concat(account, arrayStringConcat(arraySort(groupArray(source))))))) AS d
 FROM rows WHERE ${range} GROUP BY account) GROUP BY b ORDER BY b`,
    );
    lines.push(...found.map(({ b, d }) => `${b} ${d.toLowerCase()}\n`));
  }
  return sha256Digest(utf8(lines.join("")));
}
