/**
 * Differences of differences. Attribution: does the suspect stand closer to this teacher than to any other, more than
 * models that nobody accuses do? Before and after: did the suspect move towards the reference between two releases,
 * more than towards the panel's models? Intervals come from these placebos, not from prompts alone: prompts are many,
 * models are what varies (Abadie, Diamond, Hainmueller 2010).
 */
import { pairIndex } from "./agreement/agreement.js";
import type { BehaviourObservations } from "./observations.js";
import { type Cast, rounded } from "./score/nulls.js";
import { median } from "./score/standard-scores.js";

/** Teachers listed. */
const TEACHERS_SHOWN = 10;

/**
 * Null with fewer than two panel models: there is nobody to compare the reference with. Scores are standard scores by
 * pair (pairIndex).
 */
export function attribution(
  scores: Float64Array,
  cast: Cast,
  names: readonly string[],
): BehaviourObservations["attribution"] {
  const { panel, siblings } = cast;
  if (panel.length < 2) return null;
  const with_ = (a: number, b: number) => scores[pairIndex(a, b)]!;
  // Rivals of the reference: the panel's models, which are of its date or not as the panel was chosen, and its siblings.
  const teachers = [...siblings, ...panel].map((k) => {
    // What the reference's answers have over this rival's with models that nobody accuses; neither's own kin is asked.
    const controls = panel
      .filter((c) => cast.groups[c] !== cast.groups[k])
      .map((c) => with_(0, c) - with_(k, c))
      .sort((a, b) => a - b);
    const usual = median(controls);
    return {
      teacher: names[k]!,
      sibling: siblings.includes(k),
      score: rounded(with_(1, k)),
      difference: rounded(with_(0, 1) - with_(1, k) - usual),
      placeboLow: rounded(quantile(controls, 0.025) - usual),
      placeboHigh: rounded(quantile(controls, 0.975) - usual),
    };
  });
  teachers.sort((a, b) => b.score - a.score);
  const next = teachers[0]!;
  const lead = with_(0, 1) - next.score;
  // A placebo student: how far does the reference lead the other teachers there? Its own relatives are no rivals.
  const placebos = panel.map((c) => {
    const rivals = panel.filter((k) => cast.groups[k] !== cast.groups[c]).map((k) => with_(c, k));
    return with_(0, c) - rivals.reduce((max, score) => Math.max(max, score), Number.NEGATIVE_INFINITY);
  });
  return {
    lead: rounded(lead),
    nextTeacher: next.teacher,
    placebosAtOrAbove: placebos.filter((p) => p >= lead).length,
    placebos: placebos.length,
    score: rounded(with_(0, 1)),
    teachers: teachers.slice(0, TEACHERS_SHOWN),
  };
}

/** @param before place of the earlier release @param after of the later */
export function beforeAfter(
  scores: Float64Array,
  cast: Cast,
  before: number,
  after: number,
): NonNullable<BehaviourObservations["beforeAfter"]> {
  const change = (k: number) => scores[pairIndex(k, after)]! - scores[pairIndex(k, before)]!;
  const placebos = cast.panel.map(change).sort((a, b) => a - b);
  const own = change(0);
  return {
    before: rounded(scores[pairIndex(0, before)]!),
    after: rounded(scores[pairIndex(0, after)]!),
    change: rounded(own),
    placebosAtOrAbove: placebos.filter((p) => p >= own).length,
    placebos: placebos.length,
    placeboLow: rounded(quantile(placebos, 0.025)),
    placeboHigh: rounded(quantile(placebos, 0.975)),
  };
}

/** Of ascending values; 0 for none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
