/**
 * How a group's members work, in the judging half and in the group's own templates only, and what joins them besides
 * content: measures from 0 to 1, each made so that one kind of benign coordinated group has little of it, most of them
 * lower bounds (lower-bounds.ts), so that few accounts or rows make them small. One stated SQL query a table, integers only.
 */
import type { SqlEngine } from "../engine.js";
import type { Group } from "../graph/membership.js";
import type { Hashes } from "../log/hashes.js";
import { RowBinaryReader, RowBinaryWriter } from "../log/row-binary.js";
import { CORE_SQL } from "./core.js";
import { medianAtLeast, shareAtLeast, varianceAtMost } from "./lower-bounds.js";
import { type Streams, streams } from "./one-stream.js";
import { type Sharing, sharing } from "./sharing.js";

export interface Measures {
  /** Share of all rows in the group's templates that its members sent: a popular product's templates are others' too. */
  concentration: number;
  /** Evenness of work over accounts: 1 for an even deal, small for people's own, uneven habits. */
  balance: number;
  /** 1 − share of one account's prompts that another account sent too: near 0 for a benchmark or one class's exercises. */
  division: number;
  /** Share of the days between its first and last on which an account worked (median): small for lessons and single runs. */
  persistence: number;
  /** 1 − what a clock explains (median): near 0 for jobs started by one, at the hour or every so many minutes. */
  offClock: number;
  /** Share of rows that open a conversation and are not followed up, from half upwards: small for people and agents. */
  singleTurn: number;
  /** 1 − share of rows under the commonest system prompt that marks a product: 0 where all are one product's users. */
  beyondProduct: number;
  /** 1 where one list could feed all accounts, small where many users with habits of their own stand behind them. */
  oneStream: number;
  /** 1 where all accounts keep the same hours, small where each keeps its own. */
  oneRhythm: number;
  /** Share of the accounts joined by cards and networks though they are separate customers (sharing.ts). */
  joined: number;
  /** 1 − largest share of them behind one card, from a half upwards: 0 for a school, a product or a reseller. */
  manyCards: number;
  /** Share of rows that ask for what a student is trained on, beyond the share elsewhere in the log. */
  harvest: number;
}

export interface GroupMeasures extends Measures {
  accounts: number;
  rows: number;
  distinctPrompts: number;
  days: number;
}

/** One account's work in its group's templates, in the judging half. */
/** Minutes of the hour that schedules of up to six starts an hour keep to. */
const BUSY_MINUTES = 6;
/** Pauses shorter than this lie within one run of a job; longer ones span a day that did not judge. */
const GAP_MS_MIN = 60_000;
const GAP_MS_MAX = 12 * 3_600_000;

interface AccountLine {
  account: number;
  n: number;
  prompts: number;
  days: number;
  span: number;
  single: number;
  /** Rows in its six busiest minutes of the hour. */
  busiest: number;
  /** Rows with a wording or setting that published cases name. */
  marked: number;
  /** Pauses within a day, and those within a tenth of their median. */
  gaps: number;
  regular: number;
}

export async function fillGroupTables(
  engine: SqlEngine,
  groups: readonly Pick<Group, "members" | "templates">[],
  names: { accounts: Hashes; templates: Hashes },
): Promise<void> {
  for (const [table, column] of [
    ["group_members", "account"],
    ["group_templates", "template"],
  ] as const) {
    await engine.run(`DROP TABLE IF EXISTS ${table}`);
    await engine.run(
      `CREATE TABLE ${table} (g UInt32, ${column} FixedString(16)) ENGINE = MergeTree ORDER BY (${column}, g)`,
    );
    const writer = new RowBinaryWriter();
    for (const [g, group] of groups.entries()) {
      if (column === "account")
        for (const { account } of group.members) {
          writer.u32(g);
          writer.fixed(names.accounts.at(account));
        }
      else
        for (const template of group.templates) {
          writer.u32(g);
          writer.fixed(names.templates.at(template));
        }
    }
    await engine.insert(table, `g UInt32, ${column} FixedString(16)`, writer.take());
  }
}

export const ACCOUNTS_SQL = `SELECT g, a.id, n, prompts, days, span, single, busiest, marked, toUInt32(length(gaps)),
 toUInt32(arrayCount(d -> 10 * abs(d - middle) <= middle, gaps)) FROM (SELECT g, account, toUInt32(count()) AS n, toUInt32(uniqExact(prompt)) AS prompts,
 toUInt32(uniqExact(toDate(ts))) AS days, toUInt32(dateDiff('day', min(ts), max(ts)) + 1) AS span,
 toUInt32(countIf(turn <= 1)) AS single,
 toUInt32(arraySum(arraySlice(arrayReverseSort(sumForEach(arrayMap(i -> toUInt32(i = toMinute(ts)), range(60)))), 1, ${BUSY_MINUTES}))) AS busiest,
 toUInt32(countIf(signals != 0 OR flags != 0)) AS marked,
 arraySort(arrayFilter(d -> d >= ${GAP_MS_MIN} AND d <= ${GAP_MS_MAX}, arrayDifference(arraySort(groupArray(toInt64(toUnixTimestamp64Milli(ts))))))) AS gaps,
 gaps[intDiv(length(gaps) + 1, 2)] AS middle
FROM (${CORE_SQL}) GROUP BY g, account) AS c INNER JOIN account_numbers AS a USING (account) ORDER BY g, a.id`;

/** Share of rows with such a wording or setting among accounts of no group. */
export const MARKED_ELSEWHERE_SQL = `SELECT toUInt64(countIf(signals != 0 OR flags != 0)) AS marked, toUInt64(count()) AS n
FROM rows WHERE account NOT IN (SELECT account FROM group_members)`;

export const SHARED_PROMPTS_SQL = `SELECT g, toUInt64(sum(u * (u - 1))) AS shared, toUInt32(count()) AS prompts
FROM (SELECT g, prompt, toUInt64(uniqExact(account)) AS u FROM (${CORE_SQL}) GROUP BY g, prompt) GROUP BY g ORDER BY g`;

/**
 * Rows under the group's commonest system prompt. One that more than half of the log's accounts use is the log's own and
 * marks no product.
 */
export const PRODUCT_SQL = `SELECT g, toUInt64(max(n)) AS product FROM (SELECT g, system, count() AS n FROM (${CORE_SQL}) GROUP BY g, system)
WHERE system != toFixedString('', 8) AND system NOT IN
 (SELECT system FROM rows WHERE system != toFixedString('', 8) GROUP BY system HAVING uniqExact(account) * 2 > (SELECT count() FROM account_numbers)) GROUP BY g ORDER BY g`;

async function accountLines(engine: SqlEngine, groups: number): Promise<AccountLine[][]> {
  const reader = new RowBinaryReader(await engine.bytes(ACCOUNTS_SQL));
  const out: AccountLine[][] = Array.from({ length: groups }, () => []);
  while (reader.more) {
    const g = reader.u32();
    const [account, n, prompts, days, span, single, busiest, marked, gaps, regular] = Array.from({ length: 10 }, () =>
      reader.u32(),
    );
    out[g]!.push({
      account: account!,
      n: n!,
      prompts: prompts!,
      days: days!,
      span: span!,
      single: single!,
      busiest: busiest!,
      marked: marked!,
      gaps: gaps!,
      regular: regular!,
    });
  }
  return out;
}

export interface Ways {
  /** Rows on a day that it works. */
  pace: number;
  /** Share of its rows that open a conversation. */
  single: number;
}

export interface Measured {
  measures: GroupMeasures;
  /** How each account works, to see which resembles the group. */
  ways: Map<number, Ways>;
  sharing: Sharing;
}

export async function measure(engine: SqlEngine, groups: readonly Group[]): Promise<Measured[]> {
  if (groups.length === 0) return [];
  const lines = await accountLines(engine, groups.length);
  const shared = new Map(
    (await engine.rows<{ g: number; shared: number; prompts: number }>(SHARED_PROMPTS_SQL)).map((l) => [l.g, l]),
  );
  const product = new Map(
    (await engine.rows<{ g: number; product: number }>(PRODUCT_SQL)).map((l) => [l.g, l.product]),
  );
  const [elsewhere] = await engine.rows<{ marked: number; n: number }>(MARKED_ELSEWHERE_SQL);
  const streamsOf = await streams(engine);
  const joined = await sharing(
    engine,
    groups.map(({ members }) => members.map(({ account }) => account)),
  );
  return groups.map((group, g) => ({
    measures: measuresOf(group, lines[g]!, {
      overlap: shared.get(g),
      productRows: product.get(g) ?? 0,
      streams: streamsOf.get(g) ?? { oneStream: 1, oneRhythm: 1 },
      sharing: joined[g]!,
      elsewhere: elsewhere!.n === 0 ? 0 : elsewhere!.marked / elsewhere!.n,
    }),
    ways: new Map(lines[g]!.map((l) => [l.account, { pace: l.n / l.days, single: l.single / l.n }])),
    sharing: joined[g]!,
  }));
}

interface Besides {
  overlap: { shared: number; prompts: number } | undefined;
  productRows: number;
  streams: Streams;
  sharing: Sharing;
  /** Share of marked rows outside all groups. */
  elsewhere: number;
}

function measuresOf(group: Group, own: readonly AccountLine[], besides: Besides): GroupMeasures {
  const { overlap, productRows, elsewhere } = besides;
  const n = own.length;
  const rows = sum(own.map((line) => line.n));
  if (n < 2 || !overlap) return { ...NOTHING, accounts: n, rows };
  const meanPrompts = sum(own.map((line) => line.prompts)) / n;
  const marked = shareAtLeast(own.map((line) => ({ own: line.marked, all: line.n })));
  return {
    concentration: round(group.concentration),
    balance: round(balance(own.map((line) => line.n))),
    division: round(1 - Math.min(1, overlap.shared / (n * (n - 1)) / meanPrompts)),
    // Half of the days are looked at: a span of s days holds about s / 2 of them.
    persistence: round(
      medianAtLeast(own.map(({ days, span }) => (span < SPAN_MIN ? 0 : Math.min(1, days / Math.ceil(span / 2))))),
    ),
    offClock: round(medianAtLeast(own.map(offClock))),
    singleTurn: round(Math.max(0, 2 * shareAtLeast(own.map((line) => ({ own: line.single, all: line.n }))) - 1)),
    beyondProduct: round(1 - productRows / rows),
    oneStream: round(besides.streams.oneStream),
    oneRhythm: round(besides.streams.oneRhythm),
    joined: round(besides.sharing.share),
    manyCards: round(1 - Math.max(0, 2 * besides.sharing.oneCard - 1)),
    harvest: round(Math.max(0, (marked - elsewhere) / (1 - Math.min(0.999, elsewhere)))),
    accounts: n,
    rows,
    distinctPrompts: overlap.prompts,
    days: own.reduce((most, line) => Math.max(most, line.days), 0),
  };
}

/**
 * What no clock explains of an account's times: neither that its rows fall into few minutes of the hour, nor that its
 * pauses are alike. Chance is allowed for: of n rows at random the six busiest of 60 minutes hold some (1 + 2.5 √(60/n))
 * tenths, and a fourteenth of random pauses lies within a tenth of their median.
 */
function offClock({ n, busiest, gaps, regular }: AccountLine): number {
  const byChance = Math.min(0.9, 0.1 * (1 + 2.5 * Math.sqrt(60 / n)));
  const minutes = Math.max(0, busiest / n - byChance) / (1 - byChance);
  const alike = gaps < GAPS_MIN ? 0 : Math.max(0, regular / gaps - 0.1 - 0.6 / Math.sqrt(gaps)) / 0.9;
  return 1 - Math.max(minutes, alike);
}

/** Fewer pauses tell nothing. */
const GAPS_MIN = 8;

/** Evenness of work over accounts; what exceeds Poisson scatter counts, which an even deal shows too. */
export function balance(counts: readonly number[]): number {
  const mean = sum(counts) / counts.length;
  const variance = sum(counts.map((n) => (n - mean) ** 2)) / (counts.length - 1);
  return 1 / (1 + BALANCE_SCALE * Math.max(0, varianceAtMost(variance, counts.length) / mean ** 2 - 1 / mean));
}

/** Squared coefficient of variation at which balance falls to a half: 0.5, between an even deal (0) and people (above 1). */
const BALANCE_SCALE = 2;
/** An account that worked within fewer days than this shows no persistence: a weekend's hackathon. */
const SPAN_MIN = 5;
const NOTHING = {
  concentration: 0,
  balance: 0,
  division: 0,
  persistence: 0,
  offClock: 0,
  singleTurn: 0,
  beyondProduct: 0,
  oneStream: 0,
  oneRhythm: 0,
  joined: 0,
  manyCards: 0,
  harvest: 0,
  distinctPrompts: 0,
  days: 0,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
