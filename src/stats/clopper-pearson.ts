/**
 * One-sided 95 % bounds for a rate from k of n independent trials (Clopper and Pearson, 1934): the rate at which so few
 * (or so many) as k successes have probability 1/20, bisected on the binomial tail itself in integers. The rate is
 * rounded once, to the nearest double: the same bits on every machine, where logarithms and powers need not agree.
 */
import { assert } from "../base/error.js";

/** 1 − 0.95, as one part of so many. */
const TAIL_PARTS = 20;
/** A share of 5 % among a million tests. */
const TAIL_PARTS_MAX = 1e9;
/**
 * Bits of a rate and of a mantissa below. Sums of k + 1 terms lose some log2 k of them; a double needs 53 behind the
 * leading bit, and rates are no smaller than 1/(100 n).
 */
const BITS = 192n;
const ONE = 1n << BITS;

/** Upper bound; 1 when there were no trials. */
export function upper95(k: number, n: number): number {
  return upperBound(k, n, TAIL_PARTS);
}

/** Lower bound; 0 when there were no trials: as many as k succeed where at most n − k fail. */
export function lower95(k: number, n: number): number {
  return lowerBound(k, n, TAIL_PARTS);
}

/** The upper bound that fails with probability 1/parts at most. @param parts whole; 20 for 95 % */
export function upperBound(k: number, n: number, parts: number): number {
  check(k, n, parts);
  return k === n ? 1 : rateOfTail(k, n, BigInt(parts), (rate) => Number(rate) / Number(ONE));
}

/** The lower bound that fails with probability 1/parts at most. @param parts whole; 20 for 95 % */
export function lowerBound(k: number, n: number, parts: number): number {
  check(k, n, parts);
  return k === 0 ? 0 : rateOfTail(n - k, n, BigInt(parts), (rate) => Number(ONE - rate) / Number(ONE));
}

function check(k: number, n: number, parts: number): void {
  assert(Number.isInteger(parts) && parts >= 2 && parts <= TAIL_PARTS_MAX, "clopperPearson: expected 2 to 1e9 parts");
  assert(Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n, "clopperPearson: expected 0 <= k <= n");
}

/**
 * The rate at which P(X ≤ k) is 1/parts, k < n, or what is asked of it.
 * @param rounded from units of 1/ONE to the double wanted: bisected until both ends give the same
 */
function rateOfTail(k: number, n: number, parts: bigint, rounded: (rate: bigint) => number): number {
  const choices = choose(n, k);
  // At k/n the median is k: the tail is at least a half.
  let low = (BigInt(k) * ONE) / BigInt(n);
  let high = ONE;
  while (high - low > 1n && rounded(low) !== rounded(high)) {
    const rate = (low + high) >> 1n;
    if (tailIsBelow(k, n, choices, rate, parts)) high = rate;
    else low = rate;
  }
  return rounded(low);
}

/** Whether P(X ≤ k) < 1/parts at a rate of at least k/n: the last term, times a sum of falling ratios. */
function tailIsBelow(k: number, n: number, choices: Float, rate: bigint, parts: bigint): boolean {
  const other = ONE - rate;
  let sum = ONE;
  let term = ONE;
  for (let i = k; i > 0 && term > 0n; i--) {
    term = (term * BigInt(i) * other) / (BigInt(n - i + 1) * rate);
    sum += term;
  }
  const last = times(times(choices, power(rate, k)), power(other, n - k));
  const { mantissa, exponent } = times(last, normal(sum, -BITS));
  // Far below: the shift would be as long as the number is small.
  return exponent < -4n * BITS || mantissa * parts < 1n << -exponent;
}

/** mantissa · 2^exponent, the mantissa cut to BITS bits. */
interface Float {
  mantissa: bigint;
  exponent: bigint;
}

function normal(mantissa: bigint, exponent: bigint): Float {
  const over = BigInt(mantissa.toString(16).length * 4) - BITS;
  return over > 0n ? { mantissa: mantissa >> over, exponent: exponent + over } : { mantissa, exponent };
}

function times(a: Float, b: Float): Float {
  return normal(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

/** @param base in units of 1/ONE */
function power(base: bigint, exponent: number): Float {
  let out: Float = { mantissa: 1n, exponent: 0n };
  let square = normal(base, -BITS);
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) out = times(out, square);
    square = times(square, square);
  }
  return out;
}

function choose(n: number, k: number): Float {
  let out: Float = { mantissa: ONE, exponent: -BITS };
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    const { mantissa, exponent } = normal(out.mantissa * BigInt(n - i + 1), out.exponent);
    // Room before the division, so that it cuts nothing off that counts.
    out = normal((mantissa << 64n) / BigInt(i), exponent - 64n);
  }
  return out;
}
