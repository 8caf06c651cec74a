/**
 * Groups of accounts: connected components of the links first. A component too large to mean anything is taken apart by
 * asking for stronger links, step by step, until its parts are small enough: single linkage read at a finer level.
 */
import { COMPONENT_SHARE_MAX, GROUP_MIN } from "../method.js";
import { UnionFind } from "../templates/union-find.js";
import type { Link } from "./links.js";

/** @param least accounts in a group @returns groups of account numbers, each ascending, in order of their first member */
export function components(links: readonly Link[], accounts: number, least = GROUP_MIN): number[][] {
  const largest = Math.max(10 * GROUP_MIN, COMPONENT_SHARE_MAX * accounts);
  const out: number[][] = [];
  const open: { links: readonly Link[]; log10P: number }[] = [{ links, log10P: 0 }];
  for (let part = open.pop(); part; part = open.pop()) {
    for (const [members, inside] of connected(part.links, accounts)) {
      if (members.length < least) continue;
      const stronger = median(inside.map((l) => l.log10P));
      if (members.length <= largest || stronger >= part.log10P) out.push(members);
      else open.push({ links: inside.filter((l) => l.log10P <= stronger), log10P: stronger });
    }
  }
  return out.sort((a, b) => a[0]! - b[0]!);
}

function connected(links: readonly Link[], accounts: number): [number[], Link[]][] {
  const sets = new UnionFind(accounts);
  for (const { a, b } of links) sets.union(a, b);
  const groups = new Map<number, [Set<number>, Link[]]>();
  for (const link of links) {
    const root = sets.find(link.a);
    const group = groups.get(root) ?? [new Set<number>(), []];
    group[0].add(link.a).add(link.b);
    group[1].push(link);
    groups.set(root, group);
  }
  return [...groups.values()].map(([members, inside]) => [[...members].sort((x, y) => x - y), inside]);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
