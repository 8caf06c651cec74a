/**
 * Who used which template, in two halves of the log: even days find groups, odd days judge them, so that what judges a
 * group did not choose it. Counts come from one query, ordered by hash, so that the order of the log changes nothing.
 */
import type { SqlEngine } from "../engine.js";
import { RowBinaryReader } from "../log/row-binary.js";

/** Even days since 1970 find, odd days judge. */
export const HALF_SQL = "toUInt8(toRelativeDayNum(ts) % 2)";

export interface Activity {
  /** Hashes in ascending order; the index is the account's number here. */
  accounts: string[];
  templates: string[];
  /** One entry a combination: account, template, and rows in either half. */
  account: Uint32Array;
  template: Uint32Array;
  finding: Uint32Array;
  judging: Uint32Array;
}

export const ACTIVITY_SQL = `SELECT account, template, toUInt32(countIf(${HALF_SQL} = 0)), toUInt32(countIf(${HALF_SQL} = 1))
FROM rows INNER JOIN templates USING (prompt) GROUP BY account, template ORDER BY account, template`;

export async function readActivity(engine: SqlEngine): Promise<Activity> {
  const reader = new RowBinaryReader(await engine.bytes(ACTIVITY_SQL));
  const accounts: string[] = [];
  const templateIndex = new Map<string, number>();
  const account: number[] = [];
  const template: number[] = [];
  const finding: number[] = [];
  const judging: number[] = [];
  while (reader.more) {
    const a = reader.hex(16);
    const t = reader.hex(16);
    if (accounts.at(-1) !== a) accounts.push(a);
    let index = templateIndex.get(t);
    if (index === undefined) {
      index = templateIndex.size;
      templateIndex.set(t, index);
    }
    account.push(accounts.length - 1);
    template.push(index);
    finding.push(reader.u32());
    judging.push(reader.u32());
  }
  return {
    accounts,
    templates: [...templateIndex.keys()],
    account: Uint32Array.from(account),
    template: Uint32Array.from(template),
    finding: Uint32Array.from(finding),
    judging: Uint32Array.from(judging),
  };
}
