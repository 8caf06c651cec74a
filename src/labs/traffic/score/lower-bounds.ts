/**
 * One-sided 99 % bounds over accounts, so that ten accounts with a dozen rows each are not called even or steady because
 * they happened to look it: a small group must be shown to be so. Accounts, not rows, are the units that are drawn.
 * The variance's bound takes counts as normal; heavy tails make it wider than told.
 */
import { logChoose } from "../../../stats/log-factorial.js";

/** One tail of the normal distribution at 99 %. */
const Z = 2.326348;
const TAIL = 0.01;

/**
 * Lower bound of a median: the largest order statistic that lies above it in at most 1 % of samples (no assumption on
 * the distribution). 0 for fewer than seven values, of which even the least lies above it more often.
 */
export function medianAtLeast(values: readonly number[]): number {
  const rank = medianRank(values.length);
  return rank === 0 ? 0 : [...values].sort((a, b) => a - b)[rank - 1]!;
}

/** Beyond this the binomial is taken as normal. */
const EXACT_MAX = 10_000;

/** Largest k with P(Bin(n, ½) ≤ k − 1) ≤ 1 %. */
function medianRank(n: number): number {
  if (n > EXACT_MAX) return Math.floor((n - Z * Math.sqrt(n)) / 2);
  let below = 0;
  for (let k = 0; k < n; k++) {
    below += Math.exp(logChoose(n, k) - n * Math.LN2);
    if (below > TAIL) return k;
  }
  return n;
}

/** Upper bound of a variance from n values: (n − 1) s² over a quantile of χ² (Wilson and Hilferty 1931). */
export function varianceAtMost(variance: number, n: number): number {
  const df = n - 1;
  const root = 1 - 2 / (9 * df) - Z * Math.sqrt(2 / (9 * df));
  return root <= 0 ? Number.POSITIVE_INFINITY : variance / root ** 3;
}

/** Lower bound of a share Σ own / Σ all over accounts, from its linearised standard error (Cochran 1977, chapter 6). */
export function shareAtLeast(parts: Iterable<{ own: number; all: number }>): number {
  let own = 0;
  let all = 0;
  let ownSquares = 0;
  let products = 0;
  let allSquares = 0;
  for (const part of parts) {
    own += part.own;
    all += part.all;
    ownSquares += part.own ** 2;
    products += part.own * part.all;
    allSquares += part.all ** 2;
  }
  if (all === 0) return 0;
  const share = own / all;
  const squares = Math.max(0, ownSquares - 2 * share * products + share ** 2 * allSquares);
  return Math.max(0, share - (Z * Math.sqrt(squares)) / all);
}

/** Upper bound of a share k of n (Wilson 1927): 1 where there is nothing to tell it from. */
export function shareAtMost(k: number, n: number): number {
  if (n === 0) return 1;
  const z2 = Z * Z;
  const share = k / n;
  const half = Z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return Math.min(1, (share + z2 / (2 * n) + half) / (1 + z2 / n));
}
