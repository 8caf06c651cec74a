/**
 * SynchroTrap (Cao, Yang, Yu and Palow, CCS 2014, §4): accounts that act on the same objects at about the same time,
 * again and again. An action is (account, object, time); here the object is a prompt template and times fall into bins
 * of T_sim. Similarity of two accounts: matching actions over all their actions (Jaccard, §4.2.2); pairs above a
 * threshold form a graph, its connected components are the groups (single linkage, §4.3).
 * Assumes that a campaign acts in step; a queue dealt over the day gives it little to match. Written from the paper.
 */
import { UnionFind } from "../templates/union-find.js";

interface Action {
  account: number;
  object: number;
  timeMs: number;
}

interface SynchroTrapSettings {
  /** T_sim, the matching window. */
  windowMs: number;
  /** Pairs below are dropped. */
  similarityMin: number;
  /** Smaller components are no groups. */
  groupMin: number;
  /** (object, bin) cells with more accounts are skipped: n² pairs of a popular object say nothing (§5.2). */
  cellMax: number;
}

export const SYNCHROTRAP_DEFAULTS: SynchroTrapSettings = {
  windowMs: 3_600_000,
  similarityMin: 0.3,
  groupMin: 10,
  cellMax: 1000,
};

/** @returns groups of account numbers below `accounts`, each ascending */
export function synchroTrap(actions: readonly Action[], accounts: number, settings = SYNCHROTRAP_DEFAULTS): number[][] {
  const cells = new Map<string, Set<number>>();
  const total = new Float64Array(accounts);
  for (const { account, object, timeMs } of actions) {
    const name = `${object} ${Math.floor(timeMs / settings.windowMs)}`;
    const cell = cells.get(name) ?? new Set<number>();
    if (cell.size === 0) cells.set(name, cell);
    if (!cell.has(account)) total[account]!++;
    cell.add(account);
  }
  const both = new Map<number, number>();
  for (const cell of cells.values()) {
    if (cell.size > settings.cellMax) continue;
    const members = [...cell].sort((a, b) => a - b);
    for (let i = 0; i < members.length; i++)
      for (let j = i + 1; j < members.length; j++) {
        const pair = members[i]! * 2 ** 26 + members[j]!;
        both.set(pair, (both.get(pair) ?? 0) + 1);
      }
  }
  const sets = new UnionFind(accounts);
  for (const [pair, n] of both) {
    const a = Math.floor(pair / 2 ** 26);
    const b = pair % 2 ** 26;
    if (n / (total[a]! + total[b]! - n) >= settings.similarityMin) sets.union(a, b);
  }
  const groups = new Map<number, number[]>();
  for (let a = 0; a < accounts; a++) {
    const root = sets.find(a);
    const group = groups.get(root);
    if (group) group.push(a);
    else groups.set(root, [a]);
  }
  return [...groups.values()].filter((group) => group.length >= settings.groupMin);
}
