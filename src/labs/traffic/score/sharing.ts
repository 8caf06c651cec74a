/**
 * How far a group's accounts are joined by what they pay with and where they come from, though they stand as separate
 * customers. An account counts when it shares a card with others of the group and a network with others of the group:
 * a card alone is shared by those who bought accounts of one seller, a network alone by a hosted tool's users and a
 * rented server's neighbours. A value that mostly other accounts of the log have does not count. One card behind nearly all
 * of a group is what a school, a product or a reseller shows openly, and is told apart from many cards.
 */
import type { SqlEngine } from "../engine.js";
import { CUSTOMERS_SQL } from "../graph/holders.js";
import { RowBinaryReader } from "../log/row-binary.js";
import { HOLDERS_SHARE_MIN } from "../method.js";
import { shareAtLeast } from "./lower-bounds.js";

export interface Sharing {
  /** By account: from 0 to 1, the lesser of what it shares in cards and in networks. */
  joined: Map<number, number>;
  /** By account: separate customers of the group on its commonest card, and on its commonest network, itself included. */
  customers: Map<number, [number, number]>;
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
export const weightOf = (customers: number) => WEIGHTS[Math.min(customers, WEIGHTS.length - 1)]!;

/** Values that a group's accounts have in common, with how many separate customers, and how many accounts of the log. */
export const CELLS_SQL = `SELECT m.g AS g, h.kind AS kind, h.value AS value, toUInt32(${CUSTOMERS_SQL}) AS customers, toUInt32(uniqExact(h.account)) AS inside
FROM holders AS h INNER JOIN group_members AS m ON h.account = m.account GROUP BY g, kind, value HAVING inside >= 2`;

export const SHARING_SQL = `SELECT c.g, a.id, h.kind, h.value, c.customers FROM (${CELLS_SQL}) AS c
INNER JOIN (SELECT kind, value, toUInt32(count()) AS everyone FROM holders WHERE (kind, value) IN (SELECT kind, value FROM (${CELLS_SQL})) GROUP BY kind, value) AS e
 ON e.kind = c.kind AND e.value = c.value
INNER JOIN holders AS h ON h.kind = c.kind AND h.value = c.value
INNER JOIN group_members AS m ON m.account = h.account AND m.g = c.g
INNER JOIN account_numbers AS a ON a.account = h.account
WHERE c.inside >= ${HOLDERS_SHARE_MIN} * e.everyone ORDER BY c.g, a.id, h.kind, h.value`;

interface Seen {
  best: Map<number, [number, number]>;
  largestCard: number;
  cells: [Set<string>, Set<string>];
}

/** @param sizes accounts of each group */
export async function sharing(engine: SqlEngine, groups: readonly (readonly number[])[]): Promise<Sharing[]> {
  const seen: Seen[] = groups.map(() => ({ best: new Map(), largestCard: 0, cells: [new Set(), new Set()] }));
  const reader = new RowBinaryReader(await engine.bytes(SHARING_SQL));
  while (reader.more) {
    const group = seen[reader.u32()]!;
    const account = reader.u32();
    const kind = reader.u8() as 0 | 1;
    const value = reader.hex(8);
    const customers = reader.u32();
    const best = group.best.get(account) ?? [0, 0];
    best[kind] = Math.max(best[kind], customers);
    group.best.set(account, best);
    if (customers >= 3) group.cells[kind].add(value);
    if (kind === 0) group.largestCard = Math.max(group.largestCard, customers);
  }
  return groups.map((accounts, g) => {
    const { best, largestCard, cells } = seen[g]!;
    const joined = new Map(
      accounts.map((account) => {
        const [card, network] = best.get(account) ?? [0, 0];
        return [account, Math.min(weightOf(card), weightOf(network))];
      }),
    );
    return {
      joined,
      customers: best,
      share: shareAtLeast([...joined.values()].map((own) => ({ own, all: 1 }))),
      oneCard: accounts.length === 0 ? 0 : Math.min(1, largestCard / accounts.length),
      cards: cells[0].size,
      networks: cells[1].size,
    };
  });
}
