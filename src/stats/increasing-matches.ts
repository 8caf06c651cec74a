/**
 * How surprising it is that matched pairs stand in the same order on both sides: the form of self-matches.ts that
 * survives when units were removed or added and the labels moved up, as width pruning and the slicing of an MLP into
 * experts do. Sort m matched pairs by one side's label; when the labels of one side are a uniform permutation given all
 * else, the other side's labels stand in a uniform order, and Markov on the number of increasing subsequences gives
 *   P(longest increasing subsequence ≥ l) ≤ C(m, l) / l!,
 * finite-sample and whatever labels either side has. Several groups, each with its own permutation, and l the sum of
 * their longest: the coefficient of x^l in the product of Σ C(m, k)/k! x^k. The bound says nothing below about e√m.
 * It cannot see units that were sorted after copying, nor tell a copied order from one that both sides were put into.
 */
import { assert } from "../base/error.js";
import { logChoose, logFactorial } from "./log-factorial.js";
import { logCoefficientOrBound } from "./self-matches.js";

/**
 * log10 of the bound, at most 0.
 * @param pairs m of each group: matched pairs
 * @param increasing l: longest increasing subsequences, summed over groups
 */
export function log10IncreasingBound(pairs: readonly number[], increasing: number): number {
  const total = pairs.reduce((sum, m) => sum + m, 0);
  assert(increasing >= 0 && increasing <= total, "log10IncreasingBound: expected 0 <= l <= m");
  if (increasing === 0) return 0;
  const value = logCoefficientOrBound(pairs, increasing, (m, k) => logChoose(m, k) - logFactorial(k));
  return Math.min(0, value / Math.LN10);
}
