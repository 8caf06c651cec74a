/**
 * Does one stream of work feed the accounts, or do many users behind them? A list dealt by one hand has the same mix of
 * templates in every quarter of a day and on every account, and all accounts keep the same hours; users come with
 * templates, words, days and hours of their own. The measures are how much likelier two rows of one block (an hour; six
 * hours; a part of the day; an account's day; an account) are alike than any two rows (an index of coincidence), taken at its lower bound so
 * that chance is not called a crowd. That no crowd shows tells something where one would have shown: `crowdSeen` says how
 * far, so that a group of one template or of few rows does not pass for want of anything to see. They cannot tell a list
 * that is worked through template by template from a crowd, nor a crowd that sends the same words evenly all day from a
 * list.
 */
import type { SqlEngine } from "../engine.js";
import { fillGrains, fillStream, GRAINS } from "./grains.js";

interface Streams {
  /** 1 where blocks are as mixed as the whole, 1/k where rows of a block are k times as likely to be of one template or words. */
  oneStream: number;
  /** 1 where all accounts keep the same hours, 1/k where rows of an account are k times as likely to be of one part of the day. */
  oneRhythm: number;
  /** 1 where an account works as evenly through a day as all do through theirs, 1/k where rows of its day are k times as likely to be of one part of it: a sitting, a shift. */
  oneShift: number;
  /** 1 where rows lie as evenly in an hour as chance puts them, 1/k where two rows of one hour are k times as likely to lie in the same five minutes: scripts and sittings. */
  noRuns: number;
  /** 1 where many users, hours of their own and shifts would have shown, 0 where the rows are too few or too alike to show any. */
  crowdSeen: number;
}

const TEMPLATE = "template";
const PART_OF_DAY = "intDiv(toHour(ts), 3)";
const HOURS = "toInt64(intDiv(toUnixTimestamp(ts), 3600))";
const QUARTERS = "toInt64(intDiv(toUnixTimestamp(ts), 21600))";
const MINUTES = "toUInt32(intDiv(toMinute(ts), 5))";
const PARTS_OF_HOUR = 12;
const ACCOUNT_DAYS = "tuple(account, toRelativeDayNum(ts))";

/** Pairs of rows of one block, and those of them that are alike in `item`; each pair counted twice. */
const coincidencesSql = (block: string, item: string) =>
  `SELECT g, toUInt64(sum(same)) AS alike, toUInt64(sum(m * (m - 1))) AS pairs FROM (SELECT g, block, sum(n) AS m, sum(n * (n - 1)) AS same
 FROM (SELECT g, ${block} AS block, ${item} AS item, toUInt64(count()) AS n FROM group_stream GROUP BY g, block, item) GROUP BY g, block) GROUP BY g ORDER BY g`;

const GRAINED =
  "(SELECT s.g AS g, s.account AS account, s.ts AS ts, s.prompt AS prompt, f.* EXCEPT (g, prompt) FROM group_stream AS s INNER JOIN group_grains AS f ON f.g = s.g AND f.prompt = s.prompt)";
/** A prompt with words that no other has counts as one of its own. */
const grainItem = (grain: string) => `if(${grain} = 0, prompt, toFixedString(reinterpretAsString(${grain}), 16))`;
/**
 * The same of pairs of *different* prompts, in a block and in the whole: a prompt that comes again is alike to itself
 * whoever sends it, in a retry or in a list that is gone through twice, and counted it would hide a crowd or make one up.
 */
const differentSql = (block: string, item: string) =>
  `SELECT g, toUInt64(sum(same)) AS alike, toUInt64(sum(m * m - own)) AS pairs FROM (SELECT g, block, sum(t) AS m, sum(q) AS own, sum(t * t - q) AS same
 FROM (SELECT g, block, item, sum(n) AS t, sum(n * n) AS q FROM (SELECT g, ${block} AS block, ${item} AS item, prompt, toUInt64(count()) AS n FROM ${GRAINED} GROUP BY g, block, item, prompt) GROUP BY g, block, item) GROUP BY g, block) GROUP BY g ORDER BY g`;

interface Coincidences {
  alike: number;
  pairs: number;
}

/** Coincidences of templates in all, in six hours, on an account's day, on an account, at a part of the day; of parts of the day in all, on an account, on its day; of five minutes in an hour. */
const STREAM_COUNTS = {
  templates: ["0", TEMPLATE],
  byTime: [QUARTERS, TEMPLATE],
  byAccount: [ACCOUNT_DAYS, TEMPLATE],
  byOwner: ["account", TEMPLATE],
  byClock: [PART_OF_DAY, TEMPLATE],
  hours: ["0", PART_OF_DAY],
  own: ["account", PART_OF_DAY],
  ownDay: [ACCOUNT_DAYS, PART_OF_DAY],
  inHour: [HOURS, MINUTES],
} as const;
/** The same of a grain (grains.ts), and in an hour: a user's words come together, and at hours of his own. */
const GRAIN_COUNTS = {
  all: "0",
  byHour: HOURS,
  byTime: QUARTERS,
  byAccount: ACCOUNT_DAYS,
  byOwner: "account",
  byClock: PART_OF_DAY,
} as const;
type GrainCounts = Record<keyof typeof GRAIN_COUNTS, Coincidences>;

/** Tables of versions before 6 lack `ownDay`, of versions before 7 `byOwner`, `byClock`, `inHour` and `grains`. */
export type StreamCounts = Record<
  Exclude<keyof typeof STREAM_COUNTS, "ownDay" | "byOwner" | "byClock" | "inHour">,
  Coincidences
> & {
  ownDay?: Coincidences | undefined;
  byOwner?: Coincidences | undefined;
  byClock?: Coincidences | undefined;
  inHour?: Coincidences | undefined;
  /** From coarse to fine. */
  grains?: GrainCounts[] | undefined;
};

const NONE: Coincidences = { alike: 0, pairs: 0 };

/**
 * @param groups how many the engine's tables hold @returns by number of the group; counts of pairs of rows, whole
 * numbers
 */
export async function readStreams(engine: SqlEngine, groups: number): Promise<StreamCounts[]> {
  await fillStream(engine);
  const out = Array.from({ length: groups }, () => none(STREAM_COUNTS));
  for (const [name, [block, item]] of Object.entries(STREAM_COUNTS))
    for (const { g, alike, pairs } of await engine.rows<Line>(coincidencesSql(block, item)))
      out[g]![name as keyof typeof STREAM_COUNTS] = { alike, pairs };
  return out;
}

/** @param groups numbers of those to look at, after `readStreams` @returns by number of the group; none where the log has no words */
export async function readGrains(engine: SqlEngine, groups: readonly number[]): Promise<Map<number, GrainCounts[]>> {
  const out = new Map(groups.map((g) => [g, GRAINS.map(() => none(GRAIN_COUNTS))]));
  if (groups.length === 0) return out;
  await fillGrains(engine, groups);
  for (const [i, grain] of GRAINS.entries())
    for (const [name, block] of Object.entries(GRAIN_COUNTS))
      for (const { g, alike, pairs } of await engine.rows<Line>(differentSql(block, grainItem(grain))))
        out.get(g)![i]![name as keyof GrainCounts] = { alike, pairs };
  return out;
}

type Line = Coincidences & { g: number };

function none<K extends string>(names: Record<K, unknown>): Record<K, Coincidences> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, NONE])) as Record<K, Coincidences>;
}

/** From 0 to 1: 1 where blocks differ no more than one list dealt out would. */
export function streamsOf(counts: StreamCounts): Streams {
  const {
    templates,
    byTime,
    byAccount,
    byOwner = NONE,
    byClock = NONE,
    hours,
    own,
    ownDay = NONE,
    inHour = NONE,
    grains = [],
  } = counts;
  const evenHour = { alike: 1, pairs: PARTS_OF_HOUR };
  const items = [{ all: templates, byHour: NONE, byTime, byAccount, byOwner, byClock }, ...grains];
  const lifts = items.flatMap(({ all, ...blocks }) => Object.values(blocks).map((block) => atLeast(block, all)));
  return {
    oneStream: 1 / Math.max(1, ...lifts),
    oneRhythm: 1 / Math.max(1, atLeast(own, hours)),
    oneShift: 1 / Math.max(1, atLeast(ownDay, hours)),
    noRuns: 1 / Math.max(1, atLeast(inHour, evenHour)),
    crowdSeen: Math.min(
      Math.max(...items.map(wouldShow)),
      seen(own, hours),
      seen(ownDay, hours),
      seen(inHour, evenHour),
    ),
  };
}

/**
 * How far many users would have shown in these items: there must be enough kinds of them, and enough rows in blocks of
 * time and of account that a crowd's runs are ruled out, not merely unproved.
 */
function wouldShow({ all, byTime, byAccount, byOwner }: GrainCounts): number {
  const kinds = all.alike === 0 ? 0 : all.pairs / all.alike;
  return Math.min(ramp(kinds, KINDS), seen(byTime, all), Math.max(seen(byAccount, all), seen(byOwner, all)));
}

/** Blocks in which rows are so much likelier alike are ruled out at 99 %: nothing where twice cannot be. */
function seen(blocks: Coincidences, whole: Coincidences): number {
  return ramp(1 / atMost(blocks, whole), RULED_OUT);
}

/** Rows of one template cannot differ; eight evenly used show a crowd of eight and more. */
const KINDS = [2, 8] as const;
/** The upper bound's inverse: relays reach 0.64 (statistic.ts). */
const RULED_OUT = [0.5, 0.7] as const;

function ramp(value: number, [none, full]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - none) / (full - none)));
}

/** Lower 99 % bound of the coincidences in blocks over those of the whole. */
function atLeast(blocks: Coincidences, whole: Coincidences): number {
  if (blocks.pairs === 0 || whole.pairs === 0 || whole.alike === 0) return 1;
  const seen = blocks.alike / 2;
  const expected = (blocks.pairs / 2) * (whole.alike / whole.pairs);
  return (seen - Z * Math.sqrt(seen)) / expected;
}

/** Upper 99 % bound of the same; without limit where there is nothing to compare. */
function atMost(blocks: Coincidences, whole: Coincidences): number {
  if (blocks.pairs === 0 || whole.pairs === 0 || whole.alike === 0) return Number.POSITIVE_INFINITY;
  const seen = blocks.alike / 2;
  const expected = (blocks.pairs / 2) * (whole.alike / whole.pairs);
  return (seen + (Z * Z) / 2 + Z * Math.sqrt(seen + (Z * Z) / 4)) / expected;
}

/** One tail of the normal distribution at 99 %. */
const Z = 2.326348;
