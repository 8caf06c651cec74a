/**
 * Exact upper tails as log10: binomial, hypergeometric, gamma with a whole shape. Each is a sum of positive terms from
 * the first one on, so it stays exact below 10⁻⁵⁰⁰, where distribution libraries return zero.
 */
import { assert } from "../base/error.js";
import { logBinomialDensity, logPoissonDensity } from "./log-density.js";

/** A term this small beside the sum changes no bit of it. */
const NEGLIGIBLE = 1e-18;

/** log10 P(Bin(n, p) ≥ k). */
export function log10BinomialTail(k: number, n: number, p: number): number {
  assert(
    Number.isInteger(k) && Number.isInteger(n) && n >= 0 && p >= 0 && p <= 1,
    "log10BinomialTail: expected counts",
  );
  if (k <= 0 || p === 1) return 0;
  if (k > n || p === 0) return Number.NEGATIVE_INFINITY;
  const odds = p / (1 - p);
  if (k > n * p)
    return Math.min(
      0,
      log10Series(logBinomialDensity(k, n, p), (j) => ((n - k - j) / (k + j + 1)) * odds),
    );
  // Below the mean the other tail is the small one.
  const below = log10Series(logBinomialDensity(k - 1, n, p), (j) => (k - 1 - j) / (n - k + 2 + j) / odds);
  return log10Complement(below);
}

/** log10 P(Gamma(shape, 1) ≥ x) = P(Poisson(x) ≤ shape − 1) for a whole shape. */
export function log10GammaTail(x: number, shape: number): number {
  assert(Number.isInteger(shape) && shape >= 0 && x >= 0, "log10GammaTail: expected a whole shape");
  if (shape === 0 || x === 0) return x > 0 ? Number.NEGATIVE_INFINITY : 0;
  if (x > shape)
    return Math.min(
      0,
      log10Series(logPoissonDensity(shape - 1, x), (j) => (shape - 1 - j) / x),
    );
  return log10Complement(log10Series(logPoissonDensity(shape, x), (j) => x / (shape + 1 + j)));
}

/** log10 P(at least k marked among n drawn without replacement from `population`, of which `marked` are). */
export function log10HypergeometricTail(k: number, n: number, marked: number, population: number): number {
  assert(n <= population && marked <= population, "log10HypergeometricTail: expected draws within the population");
  const low = Math.max(0, n + marked - population);
  if (k <= low) return 0;
  if (k > Math.min(n, marked)) return Number.NEGATIVE_INFINITY;
  // C(marked, k) C(population − marked, n − k) / C(population, n), as a product of three binomial densities.
  const p = n / population;
  const logDensity = (i: number) =>
    p === 1
      ? 0
      : logBinomialDensity(i, marked, p) +
        logBinomialDensity(n - i, population - marked, p) -
        logBinomialDensity(n, population, p);
  const up = (i: number) => ((marked - i) / (i + 1)) * ((n - i) / (population - marked - n + i + 1));
  if (k > (n * marked) / population)
    return Math.min(
      0,
      log10Series(logDensity(k), (j) => up(k + j)),
    );
  return log10Complement(log10Series(logDensity(k - 1), (j) => 1 / up(k - 2 - j)));
}

/** log10 of first + first·r₀ + first·r₀·r₁ + …, with `first` given as its ln and ratios that fall below one for good. */
function log10Series(logFirst: number, ratio: (j: number) => number): number {
  let sum = 1;
  let term = 1;
  for (let j = 0; ; j++) {
    const r = ratio(j);
    if (!(r > 0)) break;
    term *= r;
    sum += term;
    if (r < 1 && term < NEGLIGIBLE * sum * (1 - r)) break;
  }
  return (logFirst + Math.log(sum)) / Math.LN10;
}

/** log10 (1 − 10^x). */
function log10Complement(x: number): number {
  if (x >= 0) return Number.NEGATIVE_INFINITY;
  return Math.log1p(-(10 ** x)) / Math.LN10;
}
