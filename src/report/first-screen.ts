/**
 * The first screen of a finding, for a page and for a terminal alike: who and what, the outcome, one strength after its
 * cap, how often the method errs and on what that was measured, and what is not said. Made from the finding, so that
 * page, terminal and JSON agree. The test's own p is not among it: beside a capped ratio, a power of ten in large type
 * is read as the odds of innocence (the prosecutor's fallacy; PD 2015, §4). It stands with the method.
 */
import type { Finding } from "../finding/finding.js";
import type { Proposition } from "../finding/propositions.js";
import { type About, type AboutRow, listed, subjectAbout } from "./about.js";
import { percentUp, ratio, whole } from "./figure-words.js";
import { outcomeWords } from "./outcome-words.js";
import { rateBound } from "./rate-bound.js";
import { strengthWords } from "./strength-words.js";

interface FirstScreen {
  tag: string;
  /** Those whom the finding names, or what was examined: goes before the headline. */
  names: string;
  headline: string;
  rows: readonly AboutRow[];
  meaning: string;
  /** One strength, after its cap; null where none is stated, and then `why` says why. */
  strength: string | null;
  why: string | null;
  /** In two or three words, and in a sentence. */
  ratio: { value: string; says: string };
  errors: { value: string; says: string };
  notSaid: readonly string[];
}

export interface FirstScreenInput {
  finding: Finding;
  words: Proposition;
  /** What the laboratory's view makes of the observations; null for the subject alone. */
  about: About | null;
  /** The material of the study in a few words, with its sizes; null where no study is at hand. */
  measuredOn: string | null;
  /** Sentences on a study that the finding does not lean on: of another version of the method; null where there is none. */
  studiedBefore: string | null;
}

/** `strength` and `why` exclude each other: a finding without a strength gives its reason in that place. */
export function firstScreen({ finding, words, about, measuredOn, studiedBefore }: FirstScreenInput): FirstScreen {
  const { names, rows } = about ?? subjectAbout(finding);
  const strength = strengthWords(finding);
  const outcome = outcomeWords(finding, words);
  return {
    ...outcome,
    names: listed(names),
    headline: lowerFirst(outcome.headline),
    rows,
    strength: strength?.join(" ") ?? null,
    why: strength ? null : finding.reason,
    ratio: ratioFigure(finding),
    errors: errorsFigure(finding, measuredOn, studiedBefore),
    notSaid: words.notSaid,
  };
}

/** The headline goes on after the names. */
function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Other explanations are called for where something was seen. */
export function explains({ outcome }: Finding): boolean {
  return outcome !== "inconclusive" && outcome !== "refused";
}

export const NOTHING_TO_EXPLAIN =
  "The outcome speaks for neither proposition, so that nothing here calls for another explanation.";

function ratioFigure({ strength }: Finding): FirstScreen["ratio"] {
  if (strength === null)
    return { value: "none stated", says: "A ratio is stated only when the outcome supports a proposition." };
  return {
    value: stated(strength.log10LR),
    says: "How many times more probable the observations are under the one proposition than under the other: no more than the known cases can carry. It assumes that this case is of the kind that was validated.",
  };
}

/** The end of the interval that is nearer to 1: what is claimed at least, for whichever proposition. */
function stated({ low, high }: { low: number | null; high: number | null }): string {
  const nearest = (low ?? 0) > 0 ? low! : (high ?? 0) < 0 ? -high! : null;
  return nearest === null ? "none stated" : ratio(nearest);
}

function errorsFigure(
  { errorRate, method, outcome }: Finding,
  measuredOn: string | null,
  studiedBefore: string | null,
): FirstScreen["errors"] {
  if (errorRate === null) {
    if (method.validation !== null)
      return { value: "none stated", says: "A validation study was made; this outcome leans on no rate of it." };
    if (measuredOn !== null)
      return {
        value: "none stated",
        says: `A validation study was made, on ${measuredOn}; this finding does not lean on it.`,
      };
    return studiedBefore === null
      ? { value: "not measured", says: "No validation study of this method was made." }
      : {
          value: "none stated",
          says: `No rate of version ${method.version} of the method is stated. ${studiedBefore}`,
        };
  }
  const { falsePositives, families, nulls, upper95, firstAmong } = errorRate;
  const on = measuredOn === null ? "" : ` Measured on ${measuredOn}.`;
  const tail =
    outcome === "uncalibrated"
      ? "It does not speak for this case."
      : "It is not known to be nought, nor on material of another size or kind.";
  const bounded =
    firstAmong === undefined
      ? `With 95 % confidence the rate of false accusation on such material is below ${percentUp(upper95)}`
      : capitalised(rateBound(errorRate));
  return {
    value: `${whole(falsePositives)} of ${whole(families)} families`,
    says: `${whole(nulls)} unrelated cases.${on} ${bounded}. ${tail}`,
  };
}
