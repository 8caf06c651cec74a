/**
 * The thresholds of the outcome rules, each version a data file that is never changed once a finding was made by it: a
 * new threshold is a new file. outcome.ts decides by the newest; coherence.ts reads every version backwards. Light on
 * purpose: a verifier imports this file and no quantile.
 */
import version2 from "./outcome-rules/2.json" with { type: "json" };

export interface OutcomeRules {
  version: string;
  /** α: a false accusation in a million, under the test's assumption, after all multiplicity. */
  log10Alpha: number;
  /** Independent nulls an exact test must have met without accusing one. */
  exactNullsMin: number;
  /** Independent families that the nulls of a scored test must hold (HOUSE §3). */
  scoredFamiliesMin: number;
  /** The rules in words, so that the digest binds what the numbers mean. */
  exact: string;
  scored: string;
  cap: string;
  otherwise: string;
  /** Words that no finding may use, as regular expressions, whatever the case: no test supports them. */
  forbidden: readonly string[];
}

/** By these a finding is made today. */
export const OUTCOME_RULES: OutcomeRules = version2;
