/**
 * How far a group's accounts are joined by what they pay with and where they come from, though they stand as separate
 * customers. An account counts when others of the group have its card *and* its network: a card alone is shared by those
 * who bought accounts or prepaid cards of one seller, a network alone by a hosted tool's users, an office's desks and a
 * carrier's subscribers, and he who is in both kinds of company shares them with different people. A value that mostly other accounts of the log have does not count. One card behind nearly all
 * of a group is what a school, a product or a reseller shows openly, and is told apart from many cards.
 */
import type { SqlEngine } from "../engine.js";
import { CUSTOMERS_SQL } from "../graph/holders.js";
import { RowBinaryReader } from "../log/row-binary.js";
import { CELL_MIN, HOLDERS_SHARE_MIN } from "../method.js";
import { keepsNight } from "./around-clock.js";
import { shareAtLeast } from "./lower-bounds.js";

export interface Sharing {
  /** By account: from 0 to 1, the least of what it shares in cards, in networks, and in both with the same others. */
  joined: Map<number, number>;
  /** By account: separate customers of the group on its commonest card, and on its commonest network, and on both at once; itself included. */
  customers: Map<number, [number, number, number]>;
  /** Lower bound of the mean over accounts. */
  share: number;
  /** Largest share of the group's separate customers behind one card. */
  oneCard: number;
  /** Cards, and networks, that three or more separate customers of the group share. */
  cards: number;
  networks: number;
}

/** What sharing with so many separate customers (oneself included) counts: a couple has two accounts, a family three. */
const WEIGHTS = [0, 0, 0.1, 0.3, 1] as const;
const weightOf = (customers: number) => WEIGHTS[Math.min(customers, WEIGHTS.length - 1)]!;

/** Values that a group's accounts have in common, with how many separate customers, and how many accounts of the log. */
const CELLS_SQL = `SELECT m.g AS g, h.kind AS kind, h.value AS value, toUInt32(${CUSTOMERS_SQL}) AS customers, toUInt32(uniqExact(h.account)) AS inside
FROM holders AS h INNER JOIN group_members AS m ON h.account = m.account GROUP BY g, kind, value HAVING inside >= 2`;

const SHARING_SQL = `SELECT c.g, a.id, h.kind, h.value, c.customers, e.everyone FROM (${CELLS_SQL}) AS c
INNER JOIN (SELECT kind, value, toUInt32(count()) AS everyone FROM holders WHERE (kind, value) IN (SELECT kind, value FROM (${CELLS_SQL})) GROUP BY kind, value) AS e
 ON e.kind = c.kind AND e.value = c.value
INNER JOIN holders AS h ON h.kind = c.kind AND h.value = c.value
INNER JOIN group_members AS m ON m.account = h.account AND m.g = c.g
INNER JOIN account_numbers AS a ON a.account = h.account ORDER BY c.g, h.kind, h.value, a.id`;

/** A card, a network, or a card with a network that accounts of a group have in common. */
export interface Cell {
  /** 0 a card, 1 a network, 2 a card with a network. */
  kind: number;
  value: string;
  /** Separate customers of the group on it, and accounts of the whole log. */
  customers: number;
  everyone: number;
  /** The group's accounts on it, by number. */
  accounts: number[];
}

/** Names of a cell's kinds, in the order of their numbers. */
export const CELL_KINDS = ["payment", "network", "both"] as const;

/**
 * @param groups how many the engine's tables hold @returns for each group the cards and networks that its accounts
 * hold, with how many customers hold them anywhere
 */
export async function readCells(engine: SqlEngine, groups: number): Promise<Cell[][]> {
  const out: Cell[][] = Array.from({ length: groups }, () => []);
  const reader = new RowBinaryReader(await engine.bytes(SHARING_SQL));
  while (reader.more) {
    const cells = out[reader.u32()]!;
    const account = reader.u32();
    const kind = reader.u8();
    const value = reader.hex(8);
    const [customers, everyone] = [reader.u32(), reader.u32()];
    const last = cells.at(-1);
    if (last && last.kind === kind && last.value === value) last.accounts.push(account);
    else cells.push({ kind, value, customers, everyone, accounts: [account] });
  }
  return out;
}

/** @param accounts the group's, by number @param hours rows by hour of the day, of accounts that have any to judge */
export function sharingOf(
  accounts: readonly number[],
  cells: readonly Cell[],
  hours: ReadonlyMap<number, readonly number[]>,
): Sharing {
  const customers = new Map<number, [number, number, number]>();
  const shared = [0, 0, 0];
  let largestCard = 0;
  for (const cell of cells) {
    if (cell.accounts.length < HOLDERS_SHARE_MIN * cell.everyone) continue;
    if (CELL_KINDS[cell.kind] === "both" && resting(cell.accounts, hours)) continue;
    const kind = cell.kind as 0 | 1 | 2;
    for (const account of cell.accounts) {
      const best = customers.get(account) ?? [0, 0, 0];
      best[kind] = Math.max(best[kind], cell.customers);
      customers.set(account, best);
    }
    if (cell.customers >= CELL_MIN) shared[kind]!++;
    if (kind === 0) largestCard = Math.max(largestCard, cell.customers);
  }
  const joined = new Map(
    accounts.map((account) => {
      const [card, network, both] = customers.get(account) ?? [0, 0, 0];
      return [account, Math.min(weightOf(card), weightOf(network), weightOf(both))];
    }),
  );
  return {
    joined,
    customers,
    share: shareAtLeast([...joined.values()].map((own) => ({ own, all: 1 }))),
    oneCard: accounts.length === 0 ? 0 : Math.min(1, largestCard / accounts.length),
    cards: shared[0]!,
    networks: shared[1]!,
  };
}

/** Accounts of one place, who sleep at once. Nothing is known of accounts whose hours the tables do not tell. */
function resting(accounts: readonly number[], hours: ReadonlyMap<number, readonly number[]>): boolean {
  const known = accounts.flatMap((account) => {
    const own = hours.get(account);
    return own ? [own] : [];
  });
  return known.length > 0 && keepsNight(Array.from({ length: 24 }, (_, h) => known.reduce((n, own) => n + own[h]!, 0)));
}
