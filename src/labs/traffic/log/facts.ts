/** What the log is: its size, its days, and a digest of its rows that does not depend on their order or on its files. */

import { utf8 } from "../../../base/bytes.js";
import type { Digest } from "../../../base/digest.js";
import { sha256Digest } from "../../../base/digest.js";
import type { SqlEngine } from "../engine.js";

export interface LogTotals {
  rows: number;
  accounts: number;
  from: string;
  to: string;
  days: number;
  promptRows: number;
}

export const TOTALS_SQL = `SELECT toUInt64(count()) AS rows, toUInt64(uniqExact(account)) AS accounts, toString(min(toDate(ts))) AS from,
 toString(max(toDate(ts))) AS to, toUInt32(uniqExact(toDate(ts))) AS days, toUInt64(countIf(prompt != toFixedString('', 16))) AS promptRows FROM rows`;

export async function logTotals(engine: SqlEngine): Promise<LogTotals> {
  const [totals] = await engine.rows<LogTotals>(TOTALS_SQL);
  return totals!;
}

/** Rows whose digests are sorted in one query. */
const ROWS_A_PASS = 4_000_000;

/**
 * SHA-256 over 256 lines: for each first byte of a row's digest, SHA-256 of the digests with it, in order. A row's digest
 * is SHA-256 of its line, cut to 16 bytes; so anyone with the log can take it again.
 */
export async function logRoot(engine: SqlEngine, rows: number): Promise<Digest> {
  const passes = Math.min(256, 2 ** Math.ceil(Math.log2(Math.max(1, rows / ROWS_A_PASS))));
  const lines: string[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const from = (pass * 256) / passes;
    const found = await engine.rows<{ b: number; d: string }>(
      `SELECT b, hex(SHA256(arrayStringConcat(arraySort(groupArray(h))))) AS d FROM
 (SELECT reinterpretAsUInt8(substring(source, 1, 1)) AS b, lower(hex(source)) AS h FROM rows) WHERE b >= {from:UInt16} AND b < {to:UInt16} GROUP BY b ORDER BY b`,
      { from, to: from + 256 / passes },
    );
    lines.push(...found.map(({ b, d }) => `${b} ${d.toLowerCase()}\n`));
  }
  return sha256Digest(utf8(lines.join("")));
}
