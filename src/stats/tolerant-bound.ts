/**
 * How surprising k agreements among m are, when up to ⌈0.05 n⌉ of the n units may lawfully agree and the others are
 * paired by a uniform permutation. Pay the tolerated u first, then bound what is left as in self-matches.ts:
 *   P(F ≥ k) ≤ C(m′, k − u) (n − k)! / (n − u)!,  m′ = min(m, n − u).
 * It cannot see whether 5 % is enough: that is a choice, and a validation study has to bear it out.
 */
import { assert } from "../base/error.js";
import { logChoose, logFactorial } from "./log-factorial.js";

/** Independent models learn some of the same pairings: measured excess is under one unit in 256; this allows thirteen. */
const TOLERANCE = 0.05;

/** Units that may agree without being evidence. */
export function toleratedUnits(labels: number): number {
  return Math.ceil(TOLERANCE * labels);
}

/**
 * log10 of the bound, at most 0.
 * @param pairs m: units that could agree
 * @param labels n: units of the smaller side
 * @param agreeing k
 */
export function log10TolerantBound(pairs: number, labels: number, agreeing: number): number {
  assert(agreeing >= 0 && agreeing <= pairs && pairs <= labels, "log10TolerantBound: expected 0 <= k <= m <= n");
  const spared = toleratedUnits(labels);
  if (agreeing <= spared) return 0;
  const open = Math.min(pairs, labels - spared);
  const value = logChoose(open, agreeing - spared) + logFactorial(labels - agreeing) - logFactorial(labels - spared);
  return Math.min(0, value / Math.LN10);
}
