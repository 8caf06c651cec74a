/**
 * The exact upper tail of a weighted sum of exponential scores under two keys, (1 − α)·G₁ + α·G₂ with G₁ and G₂
 * independent Gamma(n, 1): in units of the smaller weight the larger part is a gamma whose shape is negative binomial
 * (thinning of a Poisson process), so that the tail is a sum of positive terms, each a negative binomial weight by a gamma
 * tail of whole shape.
 */
import { assert } from "../base/error.js";
import { log10GammaTail } from "./exact-tails.js";
import { logBinomialDensity, logPoissonDensity } from "./log-density.js";

/** Terms below e^−50 of the largest are left out: 2·10^−22 each. */
const NEGLIGIBLE = -50;
/** The smallest term that sums begin with: e^−300, far above the least number. */
const TINY = -300;
/** Spreads of the arrivals below the top at which a first term is looked for: a normal law has e^−60 there. */
const SPREADS = 11;
/** What a sum in double precision cannot show. */
const ROUNDING = 1e-17;

/** log10 P((1 − alpha)·G₁ + alpha·G₂ ≥ x), n whole, 0 ≤ alpha ≤ 1. */
export function log10TwoExponentialsTail(x: number, n: number, alpha: number): number {
  assert(Number.isInteger(n) && n >= 0 && x >= 0 && alpha >= 0 && alpha <= 1, "log10TwoExponentialsTail: arguments");
  if (n === 0) return x > 0 ? Number.NEGATIVE_INFINITY : 0;
  const small = Math.min(alpha, 1 - alpha);
  if (small === 0) return log10GammaTail(x, n);
  if (small === 0.5) return log10GammaTail(2 * x, 2 * n);
  const y = x / small;
  const p = small / (1 - small);
  /** ln of the weight of k further arrivals, n·p^n·(1 − p)^k·C(n + k, k)/(n + k). */
  const weight = (k: number) => logBinomialDensity(n, n + k, p) + Math.log(n / (n + k));
  const logTail = (k: number) => log10GammaTail(y, 2 * n + k) * Math.LN10;
  const term = (k: number) => weight(k) + logTail(k);
  const hazardAt = (k: number) => Math.exp(logPoissonDensity(2 * n + k, y) - logTail(k));
  const rises = (k: number) => ((n + k) / (k + 1)) * (1 - p) * (1 + hazardAt(k)) > 1;
  const spread = Math.sqrt(n * (1 - p)) / p;
  const top = peak(rises, Math.round((n * (1 - p)) / p));
  const most = term(top);
  let k = below((k) => term(k) - most, top, Math.ceil(SPREADS * spread));
  // Upwards from there by the recurrences of both factors: a term over the largest, and the Poisson density over its tail.
  let value = Math.exp(term(k) - most);
  let hazard = hazardAt(k);
  let sum = value;
  for (;;) {
    const ratio = ((n + k) / (k + 1)) * (1 - p) * (1 + hazard);
    hazard *= y / (2 * n + k + 1) / (1 + hazard);
    value *= ratio;
    sum += value;
    k++;
    // Ratios fall for good: what is left out is a geometric series at most.
    if (ratio < 1 && value < ROUNDING * sum * (1 - ratio)) break;
  }
  return Math.min(0, (most + Math.log(sum)) / Math.LN10);
}

/** Where a log-concave sequence is largest: the first place from which it does not rise, looked for around a guess. */
function peak(rises: (k: number) => boolean, guess: number): number {
  let [low, high] = [0, guess];
  for (let step = 1; rises(high); step *= 2) {
    low = high + 1;
    high += step;
  }
  // From the guess downwards in steps that grow, while that is shorter than halving.
  for (let step = 1; high - step > low && !rises(high - step); step *= 2) high -= step;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (rises(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A place below the top whose term is negligible and can still be shown, or the first place of all. */
function below(logOverTop: (k: number) => number, top: number, step: number): number {
  let [low, high] = [0, top];
  let k = Math.max(0, top - step);
  while (low < high) {
    const over = logOverTop(k);
    if (over < TINY) low = k + 1;
    else if (over < NEGLIGIBLE || k === 0) return k;
    else high = k;
    k = Math.floor((low + high) / 2);
  }
  return low;
}
