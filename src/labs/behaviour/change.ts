/**
 * Differences of differences. Attribution: does the suspect stand closer to this teacher than to any other, more than
 * models that nobody accuses do? Before and after: did the suspect move towards the reference between two releases,
 * more than towards the panel's models? Intervals come from these placebos, not from prompts alone: prompts are many,
 * models are what varies (Abadie, Diamond, Hainmueller 2010).
 */
import { pairIndex } from "./agreement.js";
import { type Cast, rounded } from "./nulls.js";
import type { BehaviourObservations } from "./observations.js";

/** Teachers listed. */
const TEACHERS_SHOWN = 10;

export function attribution(
  scores: Float64Array,
  cast: Cast,
  names: readonly string[],
): BehaviourObservations["attribution"] {
  const { panel } = cast;
  if (panel.length < 2) return null;
  const with_ = (a: number, b: number) => scores[pairIndex(a, b)]!;
  const teachers = panel.map((k) => ({ teacher: names[k]!, score: rounded(with_(1, k)) }));
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
    teachers: [{ teacher: names[0]!, score: rounded(with_(0, 1)) }, ...teachers.slice(0, TEACHERS_SHOWN)],
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
  const at = (share: number) => placebos[Math.min(placebos.length - 1, Math.floor(share * placebos.length))] ?? 0;
  return {
    before: rounded(scores[pairIndex(0, before)]!),
    after: rounded(scores[pairIndex(0, after)]!),
    change: rounded(own),
    placebosAtOrAbove: placebos.filter((p) => p >= own).length,
    placebos: placebos.length,
    placeboLow: rounded(at(0.025)),
    placeboHigh: rounded(at(0.975)),
  };
}
