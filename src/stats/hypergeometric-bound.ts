/**
 * Exact one-sided bounds for the number of marked items among N, from x marked among k drawn without replacement: the
 * hypergeometric tail inverted in whole numbers (Clopper and Pearson's way for a finite population), so that bounds are
 * the same everywhere. For every true number of marked items the upper bound is at least that number with probability 1 − α or more;
 * `coverage` sums that probability exactly. It knows nothing of how the draw was made.
 */
import { assert } from "../base/error.js";

/** α = alphaPer / alphaOf, as whole numbers: 1/20, or 1/40 over two rules. */
export interface Level {
  alphaPer: bigint;
  alphaOf: bigint;
}

export const LEVEL_95: Level = { alphaPer: 1n, alphaOf: 20n };
/** More draws make whole numbers of a million bits; 4,603 bound one in a thousand by 99 %. */
export const DRAWS_MAX = 20_000;

/** The largest number of marked items that x of k does not rule out: P(X ≤ x | m) > α. @param population up to 2⁵³ and beyond */
export function upperCount(x: number, k: number, population: bigint, level: Level = LEVEL_95): bigint {
  check(x, k, population);
  const most = population - BigInt(k - x);
  // P(X ≤ x | m) falls as m grows: at m = x it is 1, so the search begins inside.
  let [low, high] = [BigInt(x), most];
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (tailExceeds(x, k, middle, population, level)) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** Whether so many as x marked would be drawn with probability at most α if no more than m were marked. */
export function exceeds(x: number, k: number, m: bigint, population: bigint, level: Level = LEVEL_95): boolean {
  check(x, k, population);
  if (x === 0 || m >= population - BigInt(k - x)) return false;
  if (m < BigInt(x)) return true;
  // P(X ≥ x | m) ≤ α is P(X ≤ x − 1 | m) ≥ 1 − α.
  const { sum, all } = below(x - 1, k, m, population);
  return (all - sum) * level.alphaOf <= all * level.alphaPer;
}

function tailExceeds(x: number, k: number, m: bigint, population: bigint, { alphaPer, alphaOf }: Level): boolean {
  const { sum, all } = below(x, k, m, population);
  return sum * alphaOf > all * alphaPer;
}

/** Ways to draw k with at most x of m marked, and ways to draw k. */
function below(x: number, k: number, m: bigint, population: bigint): { sum: bigint; all: bigint } {
  const clean = population - m;
  const least = clean < BigInt(k) ? k - Number(clean) : 0;
  let sum = 0n;
  if (least <= x) {
    let term = choose(m, least) * choose(clean, k - least);
    for (let i = least; ; i++) {
      sum += term;
      if (i === x || BigInt(i) >= m) break;
      term = (term * (m - BigInt(i)) * BigInt(k - i)) / (BigInt(i + 1) * (clean - BigInt(k - i) + 1n));
    }
  }
  return { sum, all: choose(population, k) };
}

/** C(n, k) for a small k, as a product tree: halves multiply numbers of like length. */
function choose(n: bigint, k: number): bigint {
  if (k < 0 || BigInt(k) > n) return 0n;
  const least = n - BigInt(k) < BigInt(k) ? Number(n - BigInt(k)) : k;
  return product(n - BigInt(least) + 1n, least) / product(1n, least);
}

/** from · (from + 1) · …, `count` of them. */
function product(from: bigint, count: number): bigint {
  if (count === 0) return 1n;
  if (count === 1) return from;
  const half = count >> 1;
  return product(from, half) * product(from + BigInt(half), count - half);
}

/** The least probability, over all m from 0 to N, that the bound is at least m: parts of 10¹², rounded down. */
export function coverage(population: number, k: number, level: Level = LEVEL_95): { least: number; at: number } {
  const bounds = Array.from({ length: k + 1 }, (_, x) => Number(upperCount(x, k, BigInt(population), level)));
  const scale = 10n ** 12n;
  let [least, at] = [scale, 0];
  for (let m = 0; m <= population; m++) {
    // Bounds rise with x: all x from the first whose bound reaches m cover it.
    let x = 0;
    while (x <= k && bounds[x]! < m) x++;
    if (x === 0) continue;
    const { sum, all } = below(x - 1, k, BigInt(m), BigInt(population));
    const covered = ((all - sum) * scale) / all;
    if (covered < least) [least, at] = [covered, m];
  }
  return { least: Number(least) / 1e12, at };
}

function check(x: number, k: number, population: bigint): void {
  assert(
    Number.isInteger(x) && Number.isInteger(k) && x >= 0 && x <= k && BigInt(k) <= population && k <= DRAWS_MAX,
    "hypergeometricBound: expected 0 <= x <= k <= N, k <= 20,000",
  );
}
