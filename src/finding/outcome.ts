/**
 * The outcome rules, one function: from a combined p and a validation study to an outcome and its reason.
 * Thresholds are data with a version (outcome-rules.ts); they were fixed before any case.
 */
import { lower95 } from "../stats/clopper-pearson.js";
import type { ErrorRate, Outcome, Strength } from "./finding.js";
import { OUTCOME_RULES } from "./outcome-rules.js";
import type { Proposition } from "./propositions.js";
import { type Counts, cappedOpposedStrength, cappedStrength, errorRate } from "./strength.js";
import type { ValidationSummary } from "./validation.js";

export { OUTCOME_RULES };

export interface Decision {
  outcome: Outcome;
  reason: string;
  strength: Strength | null;
  errorRate: ErrorRate | null;
}

/** What an exact method puts before the rules. */
interface ExactResult {
  proposition: Proposition;
  /** Combined over all tests, all multiplicity paid. */
  log10P: number;
  /** Why the subject lies outside the reference class, or null when inside. */
  outside: string | null;
  validation: ValidationSummary | null;
}

/** An exact test of a one-sided proposition: `supports-hp`, `inconclusive` or `uncalibrated`. */
export function decideExact({ proposition, log10P, outside, validation }: ExactResult): Decision {
  const rate = validation ? errorRate(proposition, validation) : null;
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
      reason: `The combined p, 10^${format(log10P)}, does not reach 10^${OUTCOME_RULES.log10Alpha}. This does not show that the second proposition holds.`,
      ...none,
    };
  const strength = cappedStrength(proposition, validation, {
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

/** Presumed-unrelated material of one kind: how many independent families, and the largest statistic among them. */
export interface NullKind {
  kind: string;
  families: number;
  statisticMax: number;
}

/** How a scored method sees one proposition of its pair. */
interface Score {
  /** Larger speaks for the proposition. */
  statistic: number;
  /** Every kind of null that could look alike, siblings and co-students as kinds of their own. */
  nullKinds: readonly NullKind[];
}

/** What a scored method puts before the rules. */
export interface ScoredResult extends Score {
  proposition: Proposition;
  /** Calibrated 95 % interval for the first proposition over the second, before the cap. */
  log10LR: { low: number; high: number };
  outside: string | null;
  validation: ValidationSummary | null;
  /** Why nothing is concluded although the statistic stands above every null: a further condition that does not hold. */
  withheld?: string | null;
  /** Two-sided questions: the statistic of the second proposition, ranked among cases where the first is true. */
  opposed?: Score;
}

/**
 * A rank among nulls (HOUSE §3): `supports-hp` when the statistic stands above every null of every kind, at least 15
 * independent families among them, the study accused none, and the capped ratio's lower end is above 1. For a
 * two-sided question the same is asked of the second proposition with the study's `opposed` counts.
 */
export function decideScored(result: ScoredResult): Decision {
  const { proposition, validation, outside, log10LR, opposed, withheld } = result;
  const rate = validation ? errorRate(proposition, validation) : null;
  const none = { strength: null, errorRate: rate };
  if (outside !== null)
    return { outcome: "uncalibrated", reason: `Outside the validated reference class: ${outside}.`, ...none };
  if (validation === null)
    return {
      outcome: "uncalibrated",
      reason: "No validation study of this version of the method is at hand.",
      ...none,
    };
  const short = tooFewNulls(validation, result);
  if (short !== null) return { outcome: "uncalibrated", reason: short, ...none };
  const above = rivals(result);
  if (above.length === 0) {
    if (withheld) return { outcome: "inconclusive", reason: `${aboveAll(result)} ${withheld}`, ...none };
    const strength = cappedStrength(proposition, validation, log10LR);
    if ((strength.log10LR.low ?? 0) > 0)
      return { outcome: "supports-hp", reason: aboveAll(result), strength, errorRate: rate };
    return {
      outcome: "inconclusive",
      reason: `${aboveAll(result)} The interval of the capped likelihood ratio still reaches 1 or less.`,
      ...none,
    };
  }
  if (opposed && validation.opposed && !proposition.oneSided) {
    const counts = validation.opposed;
    if (tooFewNulls(counts, opposed) === null && rivals(opposed).length === 0) {
      const strength = cappedOpposedStrength(proposition, counts, log10LR);
      if ((strength.log10LR.high ?? 0) < 0)
        return {
          outcome: "supports-hd",
          reason: `For the second proposition: ${aboveAll(opposed)}`,
          strength,
          errorRate: errorRate(proposition, counts),
        };
    }
  }
  const held = named(above, ({ kind, statisticMax }) => `${kind} (up to ${short3(statisticMax)})`);
  return {
    outcome: "inconclusive",
    reason: `The statistic, ${short3(result.statistic)}, does not stand above every presumed-unrelated null: ${held}. This does not show that the second proposition holds.`,
    ...none,
  };
}

/** Why the nulls cannot carry a scored outcome; null when they can. */
function tooFewNulls({ nulls }: Counts, { nullKinds }: Score): string | null {
  const { scoredFamiliesMin } = OUTCOME_RULES;
  if (nulls.families < scoredFamiliesMin || nulls.accusedFamilies > 0)
    return `The study must hold at least ${scoredFamiliesMin} independent families with none accused; it holds ${nulls.families} with ${nulls.accusedFamilies} accused.`;
  const ranked = nullKinds.reduce((total, { families }) => total + families, 0);
  if (ranked < scoredFamiliesMin)
    return `The statistic must be ranked among at least ${scoredFamiliesMin} independent families; it was among ${ranked}.`;
  return null;
}

/** The kinds of null that the statistic does not stand above. */
function rivals({ statistic, nullKinds }: Score): readonly NullKind[] {
  return nullKinds.filter(({ statisticMax }) => !(statistic > statisticMax));
}

function aboveAll({ statistic, nullKinds }: Score): string {
  const kinds = named(
    nullKinds,
    ({ kind, families, statisticMax }) => `${kind} (${families} families, up to ${short3(statisticMax)})`,
  );
  return `The statistic, ${short3(statistic)}, stands above every presumed-unrelated null: ${kinds}.`;
}

/** A reason is a sentence of at most 2,000 characters, and kinds have names of at most some forty. */
const KINDS_NAMED = 30;

/** All kinds, or of many the highest, in the study's order, and how many others stand no higher. */
function named(kinds: readonly NullKind[], say: (kind: NullKind) => string): string {
  if (kinds.length <= KINDS_NAMED) return kinds.map(say).join(", ");
  const highest = [...kinds].sort((a, b) => b.statisticMax - a.statisticMax).slice(0, KINDS_NAMED);
  const shown = kinds.filter((kind) => highest.includes(kind)).map(say);
  return `${shown.join(", ")} and ${kinds.length - KINDS_NAMED} kinds more, none of them higher`;
}

function short3(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

/** Input that the method cannot read or that breaks its assumption. */
export function refuse(reason: string): Decision {
  return { outcome: "refused", reason, strength: null, errorRate: null };
}

function format(log10P: number): string {
  return (Math.ceil(log10P * 100) / 100 + 0).toFixed(2);
}
