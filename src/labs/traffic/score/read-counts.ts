/**
 * Reads from the engine what measures are computed from: one stated SQL query a table, integers only. The other side's
 * expert needs none of it: the counts of a group stand in its finding (group-tables.ts).
 */
import type { SqlEngine } from "../engine.js";
import type { Group } from "../graph/membership.js";
import type { Hashes } from "../log/hashes.js";
import { RowBinaryReader, RowBinaryWriter } from "../log/row-binary.js";
import { CORE_SQL, EVERY_DAY_SQL } from "./core.js";
import { type Asked, type Counts, type GroupMeasures, measuresOf, type WorkLine } from "./measures.js";
import { readGrains, readStreams } from "./one-stream.js";
import { daysByStart, type EveryDay } from "./rest.js";
import { readCells, type Sharing } from "./sharing.js";
import { statistic } from "./statistic.js";

/** Minutes of the hour that schedules of up to six starts an hour keep to. */
const BUSY_MINUTES = 6;
/** Pauses shorter than this lie within one run of a job; longer ones span a day that did not judge. */
const GAP_MS_MIN = 60_000;
const GAP_MS_MAX = 12 * 3_600_000;

/** Made anew for these groups, numbered in their order; later queries join against them. */
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

const ACCOUNTS_SQL = `SELECT g, a.id, n, prompts, days, span, single, busiest, marked, toUInt32(length(gaps)),
 toUInt32(arrayCount(d -> 10 * abs(d - middle) <= middle, gaps)), hours FROM (SELECT g, account, toUInt32(count()) AS n, toUInt32(uniqExact(prompt)) AS prompts,
 toUInt32(uniqExact(toDate(ts))) AS days, toUInt32(dateDiff('day', min(ts), max(ts)) + 1) AS span,
 toUInt32(countIf(turn <= 1)) AS single,
 toUInt32(arraySum(arraySlice(arrayReverseSort(sumForEach(arrayMap(i -> toUInt32(i = toMinute(ts)), range(60)))), 1, ${BUSY_MINUTES}))) AS busiest,
 toUInt32(countIf(signals != 0 OR flags != 0)) AS marked,
 arrayMap(i -> toUInt32(i), sumForEach(arrayMap(i -> toUInt32(i = toHour(ts)), range(24)))) AS hours,
 arraySort(arrayFilter(d -> d >= ${GAP_MS_MIN} AND d <= ${GAP_MS_MAX}, arrayDifference(arraySort(groupArray(toInt64(toUnixTimestamp64Milli(ts))))))) AS gaps,
 gaps[intDiv(length(gaps) + 1, 2)] AS middle
FROM (${CORE_SQL}) GROUP BY g, account) AS c INNER JOIN account_numbers AS a USING (account) ORDER BY g, a.id`;

/** Share of rows with such a wording or setting among accounts of no group. */
const MARKED_ELSEWHERE_SQL = `SELECT toUInt64(countIf(signals != 0 OR flags != 0)) AS marked, toUInt64(count()) AS rows
FROM rows WHERE account NOT IN (SELECT account FROM group_members)`;

const SHARED_PROMPTS_SQL = `SELECT g, toUInt64(sum(u * (u - 1))) AS shared, toUInt32(count()) AS prompts
FROM (SELECT g, prompt, toUInt64(uniqExact(account)) AS u FROM (${CORE_SQL}) GROUP BY g, prompt) GROUP BY g ORDER BY g`;

/**
 * Rows under the group's commonest system prompt. One that more than half of the log's accounts use is the log's own and
 * marks no product.
 */
const PRODUCT_SQL = `SELECT g, toUInt64(max(n)) AS product FROM (SELECT g, system, count() AS n FROM (${CORE_SQL}) GROUP BY g, system)
WHERE system != toFixedString('', 8) AND system NOT IN
 (SELECT system FROM rows WHERE system != toFixedString('', 8) GROUP BY system HAVING uniqExact(account) * 2 > (SELECT count() FROM account_numbers)) GROUP BY g ORDER BY g`;

/** Rows by what they ask of such wordings and settings, as bits (log/signals.ts). */
const ASKED_SQL = `SELECT g, toUInt32(signals) AS wordings, toUInt32(flags) AS settings, toUInt32(count()) AS rows
FROM (${CORE_SQL}) WHERE signals != 0 OR flags != 0 GROUP BY g, wordings, settings ORDER BY g, wordings, settings`;

const HOURS_SQL = `SELECT g, toUInt32(toHour(ts)) AS hour, toUInt64(count()) AS n FROM (${CORE_SQL}) GROUP BY g, hour ORDER BY g, hour`;

/**
 * Hours since 1970, as they are: counting days that begin at each hour in the engine would hold every account's hours many
 * times at once, 9.6 GiB for 25,000 accounts.
 */
const everyDaySql = (groups: readonly number[]) => `SELECT g, a.id, hours, arraySort(at)
FROM (SELECT g, account, groupUniqArray(toUInt32(intDiv(toUnixTimestamp64Milli(ts), 3600000))) AS at,
 arrayMap(i -> toUInt32(i), sumForEach(arrayMap(i -> toUInt32(i = toHour(ts)), range(24)))) AS hours
FROM (${EVERY_DAY_SQL}) WHERE g IN (${groups.join(", ")}) GROUP BY g, account) AS c INNER JOIN account_numbers AS a USING (account) ORDER BY g, a.id`;

/** @returns by number of the group, by number of the account */
async function readEveryDay(engine: SqlEngine, groups: readonly number[]): Promise<Map<number, Map<number, EveryDay>>> {
  const out = new Map(groups.map((g) => [g, new Map<number, EveryDay>()]));
  if (groups.length === 0) return out;
  const reader = new RowBinaryReader(await engine.bytes(everyDaySql(groups)));
  while (reader.more) {
    const g = reader.u32();
    const account = reader.u32();
    const hours = [...reader.u32s()];
    out.get(g)!.set(account, { hours, ...daysByStart(reader.u32s()) });
  }
  return out;
}

interface AccountLine extends WorkLine {
  account: number;
}

async function accountLines(engine: SqlEngine, groups: number): Promise<AccountLine[][]> {
  const reader = new RowBinaryReader(await engine.bytes(ACCOUNTS_SQL));
  const out: AccountLine[][] = Array.from({ length: groups }, () => []);
  while (reader.more) {
    const g = reader.u32();
    const [account, n, prompts, days, span, single, busiest, marked, gaps, regular] = Array.from({ length: 10 }, () =>
      reader.u32(),
    );
    const hours = [...reader.u32s()];
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
      hours,
    });
  }
  return out;
}

export interface Measured {
  measures: GroupMeasures;
  sharing: Sharing;
  counts: Counts;
  /** Each account's work, by number. */
  work: Map<number, WorkLine>;
}

/** In the order of the groups; the tables must hold the same ones. */
export async function measure(engine: SqlEngine, groups: readonly Group[]): Promise<Measured[]> {
  if (groups.length === 0) return [];
  const lines = await accountLines(engine, groups.length);
  const shared = new Map(
    (await engine.rows<{ g: number; shared: number; prompts: number }>(SHARED_PROMPTS_SQL)).map((l) => [l.g, l]),
  );
  const product = new Map(
    (await engine.rows<{ g: number; product: number }>(PRODUCT_SQL)).map((l) => [l.g, l.product]),
  );
  const [elsewhere] = await engine.rows<{ marked: number; rows: number }>(MARKED_ELSEWHERE_SQL);
  const streams = await readStreams(engine, groups.length);
  const cells = await readCells(engine, groups.length);
  const asked = groups.map((): Asked[] => []);
  for (const { g, wordings, settings, rows } of await engine.rows<Asked & { g: number }>(ASKED_SQL))
    asked[g]!.push({ wordings, settings, rows });
  const hours = groups.map(() => new Array<number>(24).fill(0));
  for (const { g, hour, n } of await engine.rows<{ g: number; hour: number; n: number }>(HOURS_SQL))
    hours[g]![hour] = n;
  const all = groups.map((group, g): Counts => {
    const overlap = shared.get(g);
    return {
      lines: lines[g]!,
      concentration: group.concentration,
      sharedPrompts: { shared: overlap?.shared ?? 0, prompts: overlap?.prompts ?? 0 },
      productRows: product.get(g) ?? 0,
      streams: streams[g]!,
      byHour: hours[g]!,
      cells: cells[g]!,
      members: group.members.map(({ account }) => account),
      hours: new Map(lines[g]!.map(({ account, hours }) => [account, hours!])),
      elsewhere: elsewhere!,
      asked: asked[g]!,
    };
  });
  const standing = all.flatMap((counts, g) => (mayStand(counts) ? [g] : []));
  const grains = await readGrains(engine, standing);
  const everyDay = await readEveryDay(engine, standing);
  return all.map((counts, g) => {
    const finer = { ...counts, streams: { ...counts.streams, grains: grains.get(g) } };
    const work = lines[g]!.map((line) => ({ ...line, everyDay: everyDay.get(g)?.get(line.account) }));
    return { ...measuresOf(finer), counts: finer, work: new Map(work.map((line) => [line.account, line])) };
  });
}

/** Words and nights are looked at where all else leaves a group above nothing: they only take away. */
function mayStand(counts: Counts): boolean {
  return statistic("traffic/pooled-operation", { ...measuresOf(counts).measures, crowdSeen: 1 }).value > 0;
}
