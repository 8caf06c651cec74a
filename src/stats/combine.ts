/**
 * Combining p-values, all as log10: averaged e-values (Vovk and Wang, Annals of Statistics 2021), valid under any
 * dependence; Bonferroni for a choice among several. Fisher's method is not here on purpose: it needs independence,
 * and layers that a maker copied within one model (depth up-scaling) do not have it.
 */
import { assert } from "../base/error.js";
import { logSumExp } from "./log-factorial.js";

const LN10 = Math.LN10;

/** The smallest of `choices` p-values, paid for: min(1, choices · p). */
export function log10Bonferroni(log10P: number, choices: number): number {
  return Math.min(0, log10P + Math.log10(choices));
}

/**
 * ln of the e-value of a p-value: the mixture over κ of the calibrators κ p^(κ−1),
 * e(p) = (1 − p + p ln p) / (p (ln p)²). Needs no tuning; ½ at p = 1.
 */
export function logEValue(log10P: number): number {
  const lnP = log10P * LN10;
  // Near p = 1 the quotient cancels: with t = −ln p the series there is ½ + t/6 + …
  if (lnP > -1e-3) return Math.log(0.5 - lnP / 6);
  const p = Math.exp(lnP);
  return Math.log(1 - p + p * lnP) - lnP - 2 * Math.log(-lnP);
}

/** ln of the mean of e-values given as logarithms: an e-value under any dependence among them. */
export function logMeanE(logEs: readonly number[]): number {
  assert(logEs.length > 0, "logMeanE: expected at least one e-value");
  return logSumExp(logEs) - Math.log(logEs.length);
}

/** ln of the weighted mean; weights sum to 1. */
export function logWeightedMeanE(parts: readonly { weight: number; logE: number }[]): number {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  assert(Math.abs(total - 1) < 1e-12, "logWeightedMeanE: expected weights that sum to 1");
  return logSumExp(parts.map(({ weight, logE }) => Math.log(weight) + logE));
}

/** The p-value of an e-value by Markov: p = min(1, 1/e), as log10. */
export function log10PFromE(logE: number): number {
  return Math.min(0, -logE / LN10);
}

/** Stored figures are rounded towards 1 at the sixth decimal: last-bit differences of a logarithm do not reach them. */
export function roundLog10P(log10P: number): number {
  return Math.min(0, Math.ceil(log10P * 1e6) / 1e6) + 0;
}
