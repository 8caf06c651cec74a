/**
 * Combining p-values, all as log10.
 * Fisher (1932) where the p-values are independent; averaged e-values (Vovk and Wang, Annals of Statistics 2021)
 * where nothing is known of their dependence; Bonferroni for a choice among several.
 */
import { assert } from "../base/error.js";
import { logFactorial, logSumExp } from "./log-factorial.js";

const LN10 = Math.LN10;

/**
 * Fisher's method for independent p-values that are uniform or larger: −2 Σ ln p against χ² with 2L degrees of
 * freedom, whose tail at even degrees is finite: e^−x Σ_{i<L} x^i / i!, x = −Σ ln p. Exact down to any size.
 */
export function log10Fisher(log10Ps: readonly number[]): number {
  if (log10Ps.length === 0) return 0;
  for (const p of log10Ps) assert(p <= 0, "log10Fisher: expected log10 p <= 0");
  const x = -LN10 * log10Ps.reduce((sum, p) => sum + p, 0);
  if (x === 0) return 0;
  const terms = log10Ps.map((_, i) => i * Math.log(x) - logFactorial(i));
  return Math.min(0, (logSumExp(terms) - x) / LN10);
}

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

/**
 * One p-value from several under any dependence: the weighted mean of their e-values, then p = min(1, 1/e) by Markov.
 * A part that was not examined counts as e = 1: nothing was staked on it.
 */
export function log10FromAveragedE(parts: readonly { weight: number; log10P: number | null }[]): number {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  assert(Math.abs(total - 1) < 1e-12, "log10FromAveragedE: expected weights that sum to 1");
  const terms = parts.map((p) => Math.log(p.weight) + (p.log10P === null ? 0 : logEValue(p.log10P)));
  return Math.min(0, -logSumExp(terms) / LN10);
}

/** Stored figures are rounded towards 1 at the sixth decimal: last-bit differences of a logarithm do not reach them. */
export function roundLog10P(log10P: number): number {
  return Math.min(0, Math.ceil(log10P * 1e6) / 1e6) + 0;
}
