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

interface Streams {
  /** 1 where blocks are as mixed as the whole, 1/k where rows of a block are k times as likely to be of one template. */
  oneStream: number;
  /** 1 where all accounts keep the same hours, 1/k where rows of an account are k times as likely to be of one part of the day. */
  oneRhythm: number;
  /** 1 where an account works as evenly through a day as all do through theirs, 1/k where rows of its day are k times as likely to be of one part of it: a sitting, a shift. */
  oneShift: number;
}

const TEMPLATE = "template";
const PART_OF_DAY = "intDiv(toHour(ts), 3)";
const QUARTERS = "toInt64(intDiv(toUnixTimestamp(ts), 21600))";
const ACCOUNT_DAYS = "tuple(account, toRelativeDayNum(ts))";

/** Pairs of rows of one block, and those of them that are alike in `item`; each pair counted twice. */
const coincidencesSql = (block: string, item: string) =>
  `SELECT g, toUInt64(sum(same)) AS alike, toUInt64(sum(m * (m - 1))) AS pairs FROM (SELECT g, block, sum(n) AS m, sum(n * (n - 1)) AS same
 FROM (SELECT g, ${block} AS block, ${item} AS item, toUInt64(count()) AS n FROM (${CORE_SQL}) GROUP BY g, block, item) GROUP BY g, block) GROUP BY g ORDER BY g`;

interface Coincidences {
  alike: number;
  pairs: number;
}

/** Coincidences of templates in all, in six hours, on an account's day; of parts of the day in all, on an account, on its day. */
const STREAM_COUNTS = {
  templates: ["0", TEMPLATE],
  byTime: [QUARTERS, TEMPLATE],
  byAccount: [ACCOUNT_DAYS, TEMPLATE],
  hours: ["0", PART_OF_DAY],
  own: ["account", PART_OF_DAY],
  ownDay: [ACCOUNT_DAYS, PART_OF_DAY],
} as const;
/** Tables of versions before 6 lack the last. */
export type StreamCounts = Record<Exclude<keyof typeof STREAM_COUNTS, "ownDay">, Coincidences> & {
  ownDay?: Coincidences | undefined;
};

const NONE: Coincidences = { alike: 0, pairs: 0 };

/**
 * @param groups how many the engine's tables hold @returns by number of the group; counts of pairs of rows, whole
 * numbers
 */
export async function readStreams(engine: SqlEngine, groups: number): Promise<StreamCounts[]> {
  const out: StreamCounts[] = Array.from({ length: groups }, () => ({
    templates: NONE,
    byTime: NONE,
    byAccount: NONE,
    hours: NONE,
    own: NONE,
    ownDay: NONE,
  }));
  for (const [name, [block, item]] of Object.entries(STREAM_COUNTS))
    for (const { g, alike, pairs } of await engine.rows<Coincidences & { g: number }>(coincidencesSql(block, item)))
      out[g]![name as keyof StreamCounts] = { alike, pairs };
  return out;
}

/** From 0 to 1: 1 where blocks differ no more than one list dealt out would. */
export function streamsOf({ templates, byTime, byAccount, hours, own, ownDay = NONE }: StreamCounts): Streams {
  return {
    oneStream: 1 / Math.max(1, lift(byTime, templates), lift(byAccount, templates)),
    oneRhythm: 1 / Math.max(1, lift(own, hours)),
    oneShift: 1 / Math.max(1, lift(ownDay, hours)),
  };
}

/** Lower 99 % bound of the coincidences in blocks over those of the whole. */
function lift(blocks: Coincidences, whole: Coincidences): number {
  if (blocks.pairs === 0 || whole.pairs === 0 || whole.alike === 0) return 1;
  const seen = blocks.alike / 2;
  const expected = (blocks.pairs / 2) * (whole.alike / whole.pairs);
  return (seen - Z * Math.sqrt(seen)) / expected;
}

/** One tail of the normal distribution at 99 %. */
const Z = 2.326348;
