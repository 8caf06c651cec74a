/**
 * The outcome rules, one function: from a combined p and a validation study to an outcome and its reason.
 * Thresholds are data with a version; they were fixed before any case.
 */
import { lower95 } from "../stats/clopper-pearson.js";
import type { ErrorRate, Outcome, Strength } from "./finding.js";
import { cappedStrength, errorRate } from "./strength.js";
import type { ValidationSummary } from "./validation.js";

export const OUTCOME_RULES = {
  version: "1",
  /** α: a false accusation in a million, under the test's assumption, after all multiplicity. */
  log10Alpha: -6,
  /** Independent nulls an exact test must have met without accusing one. */
  exactNullsMin: 30,
} as const;

export interface Decision {
  outcome: Outcome;
  reason: string;
  strength: Strength | null;
  errorRate: ErrorRate | null;
}

/** What an exact method puts before the rules. */
export interface ExactResult {
  /** Combined over all tests, all multiplicity paid. */
  log10P: number;
  /** Why the subject lies outside the reference class, or null when inside. */
  outside: string | null;
  validation: ValidationSummary | null;
}

/** An exact test of a one-sided proposition: `supports-hp`, `inconclusive` or `uncalibrated`. */
export function decideExact({ log10P, outside, validation }: ExactResult): Decision {
  const rate = validation ? errorRate(validation) : null;
  const none = { strength: null, errorRate: rate };
  if (outside !== null)
    return { outcome: "uncalibrated", reason: `Outside the validated reference class: ${outside}.`, ...none };
  if (validation === null)
    return {
      outcome: "uncalibrated",
      reason: "No validation study of this version of the method is at hand.",
      ...none,
    };
  const { nulls, positives } = validation;
  if (nulls.families < OUTCOME_RULES.exactNullsMin || nulls.accusedFamilies > 0) {
    const met = `${nulls.families} independent families with ${nulls.accusedFamilies} accused`;
    return {
      outcome: "uncalibrated",
      reason: `The study must hold at least ${OUTCOME_RULES.exactNullsMin} independent nulls with none accused; it holds ${met}.`,
      ...none,
    };
  }
  if (log10P > OUTCOME_RULES.log10Alpha)
    return {
      outcome: "inconclusive",
      reason: `The combined p, 10^${format(log10P)}, does not reach 10^${OUTCOME_RULES.log10Alpha}. This does not show that the models are independent.`,
      ...none,
    };
  const strength = cappedStrength(validation, {
    low: Math.log10(lower95(positives.foundFamilies, positives.families)) - OUTCOME_RULES.log10Alpha,
    high: -log10P,
  });
  if (!((strength.log10LR.low ?? 0) > 0))
    return {
      outcome: "uncalibrated",
      reason: "The validation study does not permit a likelihood ratio above 1.",
      ...none,
    };
  return {
    outcome: "supports-hp",
    reason: `The combined p, 10^${format(log10P)}, is at most 10^${OUTCOME_RULES.log10Alpha}, and the study holds ${nulls.families} independent nulls with none accused.`,
    strength,
    errorRate: rate,
  };
}

/** Input that the method cannot read or that breaks its assumption. */
export function refuse(reason: string): Decision {
  return { outcome: "refused", reason, strength: null, errorRate: null };
}

function format(log10P: number): string {
  return (Math.ceil(log10P * 100) / 100 + 0).toFixed(2);
}
