/**
 * Who pays with which card and comes from which network, and which accounts share either though they stand under
 * different organisations and keys: the legs of "operated together" that do not stand on content. A value counts as an
 * account's own when a fifth of its rows carry it. Accounts of one organisation, or behind one key, are one customer's,
 * openly, and count as one; where the log names no organisation all are one. It cannot tell an operator from an agency
 * that pays for its clients.
 */
import type { SqlEngine } from "../engine.js";
import { ranges } from "../log/ranges.js";
import { RowBinaryReader } from "../log/row-binary.js";
import { CELL_MIN } from "../method.js";

export const ABSENT = "toFixedString('', 8)";

/** The kinds of value, as they stand in the table. */
const KINDS = ["payment", "network"] as const;
/** A card with a network, of accounts that have both: a value of its own, since a card of one seller and a shared line by themselves join nobody. */
const BOTH = 2;

/** Rows of an account that must carry a value: a hotel's network, once, is not where it lives. */
const HELD_SHARE = 0.2;

const OWNERS_SQL = (range: string) =>
  `SELECT account, argMax(org, (n, org)), argMax(key, (n, key)) FROM
 (SELECT account, org, key, count() AS n FROM rows WHERE ${range} GROUP BY account, org, key) GROUP BY account`;

const HOLDERS_SQL = (kind: number, column: string, range: string) =>
  `SELECT toUInt8(${kind}), value, account FROM (SELECT account, ${column} AS value, count() AS n, sum(count()) OVER (PARTITION BY account) AS total
 FROM rows WHERE ${range} GROUP BY account, value) WHERE value != ${ABSENT} AND n >= ${HELD_SHARE} * total`;

/** Separate customers among accounts: organisations, and no more than keys where keys are logged. */
export const CUSTOMERS_SQL = `least(uniqExact(org), uniqExact(if(key = ${ABSENT}, substring(account, 1, 8), key)))`;

/** Two tables: `owners` (an account's organisation and key) and `holders` (its cards and networks, with both again). */
export async function fillHolders(engine: SqlEngine, rows: number): Promise<void> {
  await table(engine, "owners", "account FixedString(16), org FixedString(8), key FixedString(8)", "account");
  await table(engine, "held", "kind UInt8, value FixedString(8), account FixedString(16)", "(kind, value, account)");
  for (const range of ranges("account", rows)) {
    await engine.run(`INSERT INTO owners ${OWNERS_SQL(range)}`);
    for (const [kind, column] of KINDS.entries())
      await engine.run(`INSERT INTO held ${HOLDERS_SQL(kind, column, range)}`);
  }
  await engine.run(`INSERT INTO held ${BOTH_SQL}`);
  const columns = "kind UInt8, value FixedString(8), account FixedString(16), org FixedString(8), key FixedString(8)";
  await table(engine, "holders", columns, "(kind, value, account)");
  await engine.run(
    "INSERT INTO holders SELECT h.kind, h.value, h.account, o.org, o.key FROM held AS h INNER JOIN owners AS o ON h.account = o.account",
  );
  await engine.run("DROP TABLE held");
}

const BOTH_SQL = `SELECT toUInt8(${BOTH}), reinterpretAsFixedString(sipHash64(c.value, n.value)) AS value, c.account
FROM (SELECT value, account FROM held WHERE kind = 0) AS c INNER JOIN (SELECT value, account FROM held WHERE kind = 1) AS n USING (account)`;

async function table(engine: SqlEngine, name: string, columns: string, order: string): Promise<void> {
  await engine.run(`DROP TABLE IF EXISTS ${name}`);
  await engine.run(`CREATE TABLE ${name} (${columns}) ENGINE = MergeTree ORDER BY ${order}`);
}

/** Accounts that share a card with others, and a network with others, as separate customers: by number, ascending. */
export async function joinedAccounts(engine: SqlEngine): Promise<Uint32Array> {
  const reader = new RowBinaryReader(await engine.bytes(JOINED_SQL));
  const out: number[] = [];
  while (reader.more) out.push(reader.u32());
  return Uint32Array.from(out);
}

const JOINED_SQL = `SELECT a.id FROM (SELECT account FROM holders WHERE (kind, value) IN
 (SELECT kind, value FROM holders WHERE kind != ${BOTH} GROUP BY kind, value HAVING ${CUSTOMERS_SQL} >= ${CELL_MIN})
 GROUP BY account HAVING uniqExact(kind) = ${KINDS.length}) AS j INNER JOIN account_numbers AS a USING (account) ORDER BY a.id`;

/** Separate customers on one card and one network: their accounts by number, ascending; the cell of most accounts first. */
export async function joinedCells(engine: SqlEngine): Promise<number[][]> {
  const reader = new RowBinaryReader(await engine.bytes(CELLS_SQL));
  const cells = new Map<string, number[]>();
  while (reader.more) {
    const value = reader.hex(8);
    const cell = cells.get(value) ?? [];
    cells.set(value, cell);
    cell.push(reader.u32());
  }
  return [...cells.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}

const CELLS_SQL = `SELECT h.value, a.id FROM (SELECT value, account FROM holders WHERE kind = ${BOTH} AND value IN
 (SELECT value FROM holders WHERE kind = ${BOTH} GROUP BY value HAVING ${CUSTOMERS_SQL} >= ${CELL_MIN})) AS h
 INNER JOIN account_numbers AS a USING (account) ORDER BY h.value, a.id`;

/** What the log knows of its accounts: without it a conclusion is out of reach. */
export interface Fill {
  accounts: number;
  /** Accounts that any row names a card, a network, an organisation of. */
  payment: number;
  network: number;
  org: number;
}

/**
 * Of how many accounts organisation, card and network are known: without them nothing but content can join accounts.
 */
export async function readFill(engine: SqlEngine): Promise<Fill> {
  const [fill] =
    await engine.rows<Fill>(`SELECT toUInt64(count()) AS accounts, toUInt64(countIf(org != ${ABSENT})) AS org,
 toUInt64((SELECT uniqExact(account) FROM holders WHERE kind = 0)) AS payment,
 toUInt64((SELECT uniqExact(account) FROM holders WHERE kind = 1)) AS network FROM owners`);
  return fill!;
}
