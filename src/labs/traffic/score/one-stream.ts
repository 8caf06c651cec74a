/**
 * Does one stream of work feed the accounts, or do many users behind them? A list dealt by one hand has the same mix of
 * templates in every quarter of a day and on every account, and all accounts keep the same hours; users come with
 * templates, days and hours of their own. The measures are how much likelier two rows of one block (six hours; an
 * account's day; an account) are alike than any two rows (an index of coincidence), taken at its lower bound so that
 * chance is not called a crowd. They cannot tell a list that is worked through template by template from a crowd, nor a
 * crowd that sends evenly all day from a list.
 */
import type { SqlEngine } from "../engine.js";
import { CORE_SQL } from "./core.js";

export interface Streams {
  /** 1 where blocks are as mixed as the whole, 1/k where rows of a block are k times as likely to be of one template. */
  oneStream: number;
  /** 1 where all accounts keep the same hours, 1/k where rows of an account are k times as likely to be of one part of the day. */
  oneRhythm: number;
}

const TEMPLATE = "template";
const PART_OF_DAY = "intDiv(toHour(ts), 3)";
const QUARTERS = "toInt64(intDiv(toUnixTimestamp(ts), 21600))";
const ACCOUNT_DAYS = "tuple(account, toRelativeDayNum(ts))";

/** Pairs of rows of one block, and those of them that are alike in `item`; each pair counted twice. */
export const coincidencesSql = (block: string, item: string) =>
  `SELECT g, toUInt64(sum(same)) AS alike, toUInt64(sum(m * (m - 1))) AS pairs FROM (SELECT g, block, sum(n) AS m, sum(n * (n - 1)) AS same
 FROM (SELECT g, ${block} AS block, ${item} AS item, toUInt64(count()) AS n FROM (${CORE_SQL}) GROUP BY g, block, item) GROUP BY g, block) GROUP BY g ORDER BY g`;

export interface Coincidences {
  g: number;
  alike: number;
  pairs: number;
}

export async function streams(engine: SqlEngine): Promise<Map<number, Streams>> {
  const count = async (block: string, item: string) =>
    new Map((await engine.rows<Coincidences>(coincidencesSql(block, item))).map((c) => [c.g, c]));
  const templates = await count("0", TEMPLATE);
  const byTime = await count(QUARTERS, TEMPLATE);
  const byAccount = await count(ACCOUNT_DAYS, TEMPLATE);
  const hours = await count("0", PART_OF_DAY);
  const own = await count("account", PART_OF_DAY);
  return new Map(
    [...templates].map(([g, whole]) => [
      g,
      {
        oneStream: 1 / Math.max(1, lift(byTime.get(g), whole), lift(byAccount.get(g), whole)),
        oneRhythm: 1 / Math.max(1, lift(own.get(g), hours.get(g))),
      },
    ]),
  );
}

/** Lower 99 % bound of the coincidences in blocks over those of the whole. */
export function lift(blocks: Coincidences | undefined, whole: Coincidences | undefined): number {
  if (!blocks || !whole || blocks.pairs === 0 || whole.pairs === 0 || whole.alike === 0) return 1;
  const seen = blocks.alike / 2;
  const expected = (blocks.pairs / 2) * (whole.alike / whole.pairs);
  return (seen - Z * Math.sqrt(seen)) / expected;
}

/** One tail of the normal distribution at 99 %. */
const Z = 2.326348;
