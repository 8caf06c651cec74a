/**
 * Items asked in two arms: in how many does one arm fare better than the other? Where an item's two arms are answered from
 * one distribution, which of them comes out ahead is a coin's throw, ties apart, whatever the rates of items are: the sign
 * test, exact (McNemar 1947 for single answers). Several tests are held by Holm's step-down (1979). Bounds of the
 * difference hold together over all tests: Clopper and Pearson for either arm's lead, at a share of 5 %.
 */
import { lowerBound, upperBound } from "../../../stats/clopper-pearson.js";
import { log10BinomialTail } from "../../../stats/exact-tails.js";

/** Level of a report, over all its tests of one kind. A report is read by people who meet many of them. */
export const REPORT_ALPHA = 0.01;

/** Share of an item's answers that say yes, by arm; null where none of them could be read. */
export interface PairedRow {
  item: string;
  a: number | null;
  b: number | null;
}

interface PairedCount {
  items: number;
  /** Items of which an arm was not answered, or said nothing that the outcome reads. */
  unread: number;
  /** Items in which the first arm, or the second, says yes more often. */
  aMore: number;
  bMore: number;
  rateA: number;
  rateB: number;
  /** Two-sided. */
  p: number;
}

/** Counts of one test. */
export function countPairs(rows: readonly PairedRow[]): PairedCount {
  const read = rows.filter((row): row is { item: string; a: number; b: number } => row.a !== null && row.b !== null);
  const aMore = read.filter(({ a, b }) => a > b).length;
  const bMore = read.filter(({ a, b }) => b > a).length;
  const mean = (values: number[]) => (values.length === 0 ? 0 : values.reduce((x, y) => x + y, 0) / values.length);
  return {
    items: read.length,
    unread: rows.length - read.length,
    aMore,
    bMore,
    rateA: mean(read.map(({ a }) => a)),
    rateB: mean(read.map(({ b }) => b)),
    p: signTest(aMore, bMore),
  };
}

/** Two-sided p of so unequal leads. */
function signTest(one: number, other: number): number {
  const n = one + other;
  return n === 0 ? 1 : Math.min(1, 2 * 10 ** log10BinomialTail(Math.max(one, other), n, 0.5));
}

/** Bounds of (share of items in which a leads) − (share in which b leads), holding over `tests` tests together at 95 %. */
export function differenceBounds({ aMore, bMore, items }: PairedCount, tests: number): [number, number] {
  if (items === 0) return [-1, 1];
  // Four bounds a test.
  const parts = 80 * Math.max(1, tests);
  return [
    lowerBound(aMore, items, parts) - upperBound(bMore, items, parts),
    upperBound(aMore, items, parts) - lowerBound(bMore, items, parts),
  ];
}

/** Adjusted p-values, in the order given. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i]! - ps[j]!);
  const adjusted = ps.map(() => 1);
  let most = 0;
  for (const [rank, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (ps.length - rank) * ps[i]!));
    adjusted[i] = most;
  }
  return adjusted;
}

/** The difference of differences, item by item: the first test's lead against the second's. */
export function acrossRows(one: readonly PairedRow[], other: readonly PairedRow[]): PairedRow[] {
  const lead = ({ a, b }: PairedRow) => (a === null || b === null ? null : a - b);
  return one.map((row, i) => ({ item: row.item, a: lead(row), b: other[i] ? lead(other[i]) : null }));
}
