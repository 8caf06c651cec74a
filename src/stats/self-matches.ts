/**
 * How surprising it is that k of m mutual nearest neighbours carry the same label, when the labels of one side are a
 * uniform permutation given everything else. Markov on the number of k-subsets of agreeing pairs:
 *   P(F ≥ k) ≤ E C(F, k) = C(m, k) (n − k)! / n!,
 * finite-sample, whatever the matching rule, as long as the rule does not look at labels.
 * Several groups, each with its own independent permutation: E C(F, k) = Σ over k_1+…=k of the products.
 * It cannot see why labels agree: shared ancestry and a shared seed look the same.
 */
import { assert } from "../base/error.js";
import { logChoose, logFactorial, logSumExp } from "./log-factorial.js";

const LN10 = Math.LN10;

/**
 * log10 of the bound, at most 0.
 * @param pairs m of each group: matched pairs
 * @param labels n: labels in each group (the smaller side when widths differ)
 * @param self k: pairs with equal labels, over all groups
 */
export function log10SelfMatchBound(pairs: readonly number[], labels: number, self: number): number {
  const total = pairs.reduce((sum, m) => sum + m, 0);
  assert(self >= 0 && self <= total, "log10SelfMatchBound: expected 0 <= k <= m");
  if (self === 0) return 0;
  const value = logCoefficientOrBound(pairs, self, (m, k) => (k <= labels ? logExpectedSubsets(m, labels, k) : null));
  // With m > n (pairs cannot exceed labels on both sides) there is nothing to bound.
  return Number.isFinite(value) ? Math.min(0, value / LN10) : 0;
}

/** Products of longer series are bounded instead: their cost grows with the square of the degree. */
const EXACT_DEGREE_MAX = 64;

/**
 * ln of the coefficient of x^degree in the product of the groups' series, or of a bound above it.
 * @param pairs m of each group: the highest degree of its series @param term ln of a coefficient; null from where the series ends
 */
export function logCoefficientOrBound(
  pairs: readonly number[],
  degree: number,
  term: (m: number, k: number) => number | null,
): number {
  // Of one group a single term is asked for; its series has thousands, and there is a pair for every two layers.
  if (pairs.length === 1) return (degree <= pairs[0]! ? term(pairs[0]!, degree) : null) ?? Number.NEGATIVE_INFINITY;
  const groups = pairs.map((m) => {
    const series: number[] = [];
    for (let k = 0; k <= Math.min(m, degree); k++) {
      const value = term(m, k);
      if (value === null) break;
      series.push(value);
    }
    return series;
  });
  return degree <= EXACT_DEGREE_MAX ? logCoefficient(groups, degree) : logCoefficientBound(groups, degree);
}

/** ln of the coefficient of x^degree in the product of the groups' series (given as logarithms). */
export function logCoefficient(groups: readonly (readonly number[])[], degree: number): number {
  let product: number[] = [0];
  for (const group of groups) product = multiply(product, group, degree);
  return product[degree] ?? Number.NEGATIVE_INFINITY;
}

/**
 * An upper bound of the same: with terms that are not negative, the coefficient is at most Π A_g(x) / x^degree for
 * every x > 0. The best x by bisection of its slope; any x is valid, so where the bisection stops does not matter.
 */
export function logCoefficientBound(groups: readonly (readonly number[])[], degree: number): number {
  let low = -50;
  let high = 50;
  let best = Number.POSITIVE_INFINITY;
  const tilted = new Float64Array(Math.max(...groups.map((series) => series.length)));
  for (let step = 0; step < 60; step++) {
    const lnX = (low + high) / 2;
    let value = -degree * lnX;
    let meanDegree = 0;
    for (const series of groups) {
      for (let k = 0; k < series.length; k++) tilted[k] = series[k]! + k * lnX;
      const total = logSumExp(tilted.subarray(0, series.length));
      value += total;
      for (let k = 0; k < series.length; k++) meanDegree += k * Math.exp(tilted[k]! - total);
    }
    best = Math.min(best, value);
    if (meanDegree < degree) low = lnX;
    else high = lnX;
  }
  return best;
}

/** ln of E C(F, k) for one uniform permutation of n labels and m pairs. */
function logExpectedSubsets(m: number, n: number, k: number): number {
  return logChoose(m, k) + logFactorial(n - k) - logFactorial(n);
}

function multiply(a: readonly number[], b: readonly number[], degreeMax: number): number[] {
  const out: number[] = [];
  for (let d = 0; d <= Math.min(a.length + b.length - 2, degreeMax); d++) {
    const terms: number[] = [];
    for (let i = Math.max(0, d - b.length + 1); i <= Math.min(d, a.length - 1); i++) terms.push(a[i]! + b[d - i]!);
    out.push(logSumExp(terms));
  }
  return out;
}
