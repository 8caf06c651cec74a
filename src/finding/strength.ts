/**
 * Strength bounded by validation: LR ≤ lower95(true-positive rate) / upper95(false-positive rate), both
 * Clopper–Pearson: true positives by independent family, false positives by disjoint pairs of families. However small a p-value, a study of N families cannot
 * carry more than this.
 */
import { lower95, upper95 } from "../stats/clopper-pearson.js";
import type { ErrorRate, Strength } from "./finding.js";
import { SCALE, SCALE_DIGEST, scaleTerm } from "./scale.js";
import type { ValidationSummary } from "./validation.js";

/**
 * Independent trials in a study of null pairs. A false accusation is an event of a pair, and n models hold no more than
 * ⌊n/2⌋ pairs that share none (Hoeffding 1963, U-statistics): counting models as trials would halve the bound unfairly.
 */
export function independentPairs(families: number): number {
  return Math.floor(families / 2);
}

/** Upper 95 % bound of the rate of false accusation; families accused count each as a trial gone wrong. */
function falsePositiveBound({ families, accusedFamilies }: ValidationSummary["nulls"]): number {
  const trials = independentPairs(families);
  return upper95(Math.min(accusedFamilies, trials), trials);
}

export function errorRate({ nulls }: ValidationSummary): ErrorRate {
  return {
    falsePositives: nulls.accusedFamilies,
    nulls: nulls.pairs,
    families: nulls.families,
    upper95: round(falsePositiveBound(nulls)),
  };
}

/** The most that may be said, as log10 of a likelihood ratio, rounded down to two decimals. */
export function log10Cap({ nulls, positives }: ValidationSummary): number {
  const ratio = lower95(positives.foundFamilies, positives.families) / falsePositiveBound(nulls);
  return ratio > 0 ? Math.floor(Math.log10(ratio) * 100) / 100 : Number.NEGATIVE_INFINITY;
}

/**
 * Strength of an exact test below α: under its assumption the ratio is at least lower95(TPR)/α, which the cap
 * cuts; both ends of the interval therefore stand at the cap.
 */
export function cappedStrength(summary: ValidationSummary, uncapped: { low: number; high: number }): Strength {
  const cap = log10Cap(summary);
  const low = Math.min(uncapped.low, cap);
  return {
    log10LR: { low, high: Math.min(uncapped.high, cap) },
    cap: { log10LR: cap, nulls: summary.nulls.pairs, families: summary.nulls.families },
    scale: { id: SCALE.id, digest: SCALE_DIGEST },
    term: scaleTerm(low),
  };
}

function round(rate: number): number {
  return Math.ceil(rate * 1e6) / 1e6;
}
