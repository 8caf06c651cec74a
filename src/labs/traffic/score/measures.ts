/**
 * How a group's members work, in the judging half and in the group's own templates only: five measures from 0 to 1, each
 * made so that one kind of benign coordinated group has little of it. One stated SQL query a table, integers only.
 */
import type { SqlEngine } from "../engine.js";
import { HALF_SQL } from "../graph/activity.js";
import type { Group } from "../graph/membership.js";
import { RowBinaryWriter } from "../log/row-binary.js";

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
}

export interface GroupMeasures extends Measures {
  accounts: number;
  rows: number;
  distinctPrompts: number;
  days: number;
}

interface AccountLine {
  g: number;
  n: number;
  prompts: number;
  days: number;
  span: number;
  single: number;
  busiest: number;
}

export async function fillGroupTables(
  engine: SqlEngine,
  groups: readonly Group[],
  names: { accounts: readonly string[]; templates: readonly string[] },
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
    groups.forEach((group, g) => {
      const hashes =
        column === "account"
          ? group.members.map((m) => names.accounts[m.account]!)
          : group.templates.map((t) => names.templates[t]!);
      for (const hash of hashes) {
        writer.u32(g);
        writer.fixed(fromHex(hash));
      }
    });
    await engine.insert(table, `g UInt32, ${column} FixedString(16)`, writer.take());
  }
}

/** The rows that are judged: of members, in the group's own templates, in the judging half. */
export const CORE_SQL = `SELECT m.g AS g, r.account AS account, r.prompt AS prompt, r.ts AS ts, r.turn AS turn
FROM rows AS r INNER JOIN templates AS t ON r.prompt = t.prompt
INNER JOIN group_members AS m ON r.account = m.account
INNER JOIN group_templates AS o ON o.template = t.template AND o.g = m.g
WHERE ${HALF_SQL.replace("(ts)", "(r.ts)")} = 1`;

export const ACCOUNTS_SQL = `SELECT g, account, toUInt32(count()) AS n, toUInt32(uniqExact(prompt)) AS prompts,
 toUInt32(uniqExact(toDate(ts))) AS days, toUInt32(dateDiff('day', min(ts), max(ts)) + 1) AS span,
 toUInt32(countIf(turn <= 1)) AS single,
 toUInt32(arrayMax(sumForEach(arrayMap(i -> toUInt32(i = toMinute(ts)), range(60))))) AS busiest
FROM (${CORE_SQL}) GROUP BY g, account ORDER BY g, account`;

export const SHARED_PROMPTS_SQL = `SELECT g, toUInt64(sum(u * (u - 1))) AS shared, toUInt32(count()) AS prompts
FROM (SELECT g, prompt, toUInt64(uniqExact(account)) AS u FROM (${CORE_SQL}) GROUP BY g, prompt) GROUP BY g ORDER BY g`;

export async function measure(engine: SqlEngine, groups: readonly Group[]): Promise<GroupMeasures[]> {
  const lines = await engine.rows<AccountLine>(ACCOUNTS_SQL);
  const shared = await engine.rows<{ g: number; shared: number; prompts: number }>(SHARED_PROMPTS_SQL);
  return groups.map((group, g) => {
    const own = lines.filter((line) => line.g === g);
    const overlap = shared.find((line) => line.g === g);
    const n = own.length;
    const rows = sum(own.map((line) => line.n));
    if (n < 2 || !overlap) return { ...NOTHING, accounts: n, rows };
    const mean = rows / n;
    const variance = sum(own.map((line) => (line.n - mean) ** 2)) / (n - 1);
    // Poisson scatter is what an even deal shows; only what exceeds it counts.
    const excess = Math.max(0, variance / mean ** 2 - 1 / mean);
    const meanPrompts = sum(own.map((line) => line.prompts)) / n;
    return {
      concentration: round(group.concentration),
      balance: round(1 / (1 + BALANCE_SCALE * excess)),
      division: round(1 - Math.min(1, overlap.shared / (n * (n - 1)) / meanPrompts)),
      // Every other day is looked at: a span of s days holds about s / 2 of them.
      persistence: round(
        median(
          own
            .map((line) => Math.min(1, line.days / Math.ceil(line.span / 2)))
            .map((v, i) => (own[i]!.span < SPAN_MIN ? 0 : v)),
        ),
      ),
      offClock: round(
        1 - median(own.map((line) => Math.max(0, line.busiest / line.n - SMALL_SAMPLE / Math.sqrt(line.n)))),
      ),
      singleTurn: round(Math.max(0, 2 * (sum(own.map((line) => line.single)) / rows) - 1)),
      accounts: n,
      rows,
      distinctPrompts: overlap.prompts,
      days: Math.max(...own.map((line) => line.days)),
    };
  });
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
  distinctPrompts: 0,
  days: 0,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
