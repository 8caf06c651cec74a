/**
 * How a group's members work, in the judging half and in the group's own templates only: seven measures from 0 to 1, each
 * made so that one kind of benign coordinated group has little of it, and all but two lower bounds (lower-bounds.ts), so
 * that few accounts or rows make them small. One stated SQL query a table, integers only.
 */
import type { SqlEngine } from "../engine.js";
import { HALF_SQL, NONE } from "../graph/activity.js";
import type { Group } from "../graph/membership.js";
import type { Hashes } from "../log/hashes.js";
import { RowBinaryReader, RowBinaryWriter } from "../log/row-binary.js";
import { medianAtLeast, shareAtLeast, varianceAtMost } from "./lower-bounds.js";

export interface Measures {
  /** Share of all rows in the group's templates that its members sent: a popular product's templates are others' too. */
  concentration: number;
  /** Evenness of work over accounts: 1 for an even deal, small for people's own, uneven habits. */
  balance: number;
  /** 1 − share of one account's prompts that another account sent too: near 0 for a benchmark or one class's exercises. */
  division: number;
  /** Share of the days between its first and last on which an account worked (median): small for lessons and single runs. */
  persistence: number;
  /** 1 − share of an account's rows in its busiest minute of the hour (median): near 0 for jobs started by a clock. */
  offClock: number;
  /** Share of rows that open a conversation and are not followed up, from half upwards: small for people and agents. */
  singleTurn: number;
  /** 1 − share of rows under the commonest system prompt that marks a product: 0 where all are one product's users. */
  beyondProduct: number;
}

export interface GroupMeasures extends Measures {
  accounts: number;
  rows: number;
  distinctPrompts: number;
  days: number;
}

/** One account's work in its group's templates, in the judging half. */
interface AccountLine {
  account: number;
  n: number;
  prompts: number;
  days: number;
  span: number;
  single: number;
  busiest: number;
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

const TEMPLATES_SQL = "(SELECT template FROM group_templates)";
const MEMBERS_SQL = "(SELECT account FROM group_members)";

/** The rows that are judged: of members, in the group's own templates, in the judging half. */
export const CORE_SQL = `SELECT m.g AS g, r.account AS account, r.prompt AS prompt, r.ts AS ts, r.turn AS turn, r.system AS system FROM (
 SELECT account, prompt, ts, turn, system, template FROM rows
 WHERE template != ${NONE} AND template IN ${TEMPLATES_SQL} AND account IN ${MEMBERS_SQL} AND ${HALF_SQL} = 1
 UNION ALL SELECT r.account, r.prompt, r.ts, r.turn, r.system, t.template
 FROM (SELECT account, prompt, ts, turn, system FROM rows WHERE template = ${NONE} AND prompt != ${NONE} AND account IN ${MEMBERS_SQL} AND ${HALF_SQL} = 1) AS r
 INNER JOIN (SELECT prompt, template FROM templates WHERE template IN ${TEMPLATES_SQL}) AS t ON r.prompt = t.prompt
) AS r INNER JOIN group_members AS m ON r.account = m.account
INNER JOIN group_templates AS o ON o.template = r.template AND o.g = m.g`;

export const ACCOUNTS_SQL = `SELECT g, a.id, toUInt32(count()) AS n, toUInt32(uniqExact(prompt)) AS prompts,
 toUInt32(uniqExact(toDate(ts))) AS days, toUInt32(dateDiff('day', min(ts), max(ts)) + 1) AS span,
 toUInt32(countIf(turn <= 1)) AS single,
 toUInt32(arrayMax(sumForEach(arrayMap(i -> toUInt32(i = toMinute(ts)), range(60))))) AS busiest
FROM (${CORE_SQL}) AS c INNER JOIN account_numbers AS a USING (account) GROUP BY g, a.id ORDER BY g, a.id`;

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
    const [account, n, prompts, days, span, single, busiest] = Array.from({ length: 7 }, () => reader.u32());
    out[g]!.push({
      account: account!,
      n: n!,
      prompts: prompts!,
      days: days!,
      span: span!,
      single: single!,
      busiest: busiest!,
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
  return groups.map((group, g) => ({
    measures: measuresOf(group, lines[g]!, shared.get(g), product.get(g) ?? 0),
    ways: new Map(lines[g]!.map((l) => [l.account, { pace: l.n / l.days, single: l.single / l.n }])),
  }));
}

function measuresOf(
  group: Group,
  own: readonly AccountLine[],
  overlap: { shared: number; prompts: number } | undefined,
  productRows: number,
): GroupMeasures {
  const n = own.length;
  const rows = sum(own.map((line) => line.n));
  if (n < 2 || !overlap) return { ...NOTHING, accounts: n, rows };
  const meanPrompts = sum(own.map((line) => line.prompts)) / n;
  return {
    concentration: round(group.concentration),
    balance: round(balance(own.map((line) => line.n))),
    division: round(1 - Math.min(1, overlap.shared / (n * (n - 1)) / meanPrompts)),
    // Every other day is looked at: a span of s days holds about s / 2 of them.
    persistence: round(
      medianAtLeast(
        own
          .map((line) => Math.min(1, line.days / Math.ceil(line.span / 2)))
          .map((v, i) => (own[i]!.span < SPAN_MIN ? 0 : v)),
      ),
    ),
    offClock: round(
      medianAtLeast(own.map((line) => 1 - Math.max(0, line.busiest / line.n - SMALL_SAMPLE / Math.sqrt(line.n)))),
    ),
    singleTurn: round(Math.max(0, 2 * shareAtLeast(own.map((line) => ({ own: line.single, all: line.n }))) - 1)),
    beyondProduct: round(1 - productRows / rows),
    accounts: n,
    rows,
    distinctPrompts: overlap.prompts,
    days: own.reduce((most, line) => Math.max(most, line.days), 0),
  };
}

/** Evenness of work over accounts; what exceeds Poisson scatter counts, which an even deal shows too. */
export function balance(counts: readonly number[]): number {
  const mean = sum(counts) / counts.length;
  const variance = sum(counts.map((n) => (n - mean) ** 2)) / (counts.length - 1);
  return 1 / (1 + BALANCE_SCALE * Math.max(0, varianceAtMost(variance, counts.length) / mean ** 2 - 1 / mean));
}

/** Squared coefficient of variation at which balance falls to a half: 0.5, between an even deal (0) and people (above 1). */
const BALANCE_SCALE = 2;
/** An account that worked within fewer days than this shows no persistence. */
const SPAN_MIN = 3;
/** Of n rows spread evenly over 60 minutes the busiest minute holds about 1/60 + 2.5/√(60 n); the excess counts. */
const SMALL_SAMPLE = 0.35;
const NOTHING = {
  concentration: 0,
  balance: 0,
  division: 0,
  persistence: 0,
  offClock: 0,
  singleTurn: 0,
  beyondProduct: 0,
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
