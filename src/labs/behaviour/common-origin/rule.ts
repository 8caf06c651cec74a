/**
 * The rule of `behaviour/common-origin`. Two scores of a pair: how it is said and what is said. Each must be the
 * largest in both models' rows, above the best of the panel's strangers by a margin.
 *
 * Why. (1) A model that resembles everybody is nobody's first in both rows. (2) If an unrelated suspect is exchangeable
 * with n unrelated families of the panel given the reference, it comes first in the reference's row with probability at
 * most 1/(n + 1), whatever the score measures; a family of several models only raises the bar. (3) Without that
 * assumption: among N models none of which are related, first rank in both rows joins each model to one other at most,
 * so at most ⌊N/2⌋ of N(N − 1)/2 pairs, 1/(N − 1) of them or fewer, can be accused (finding/strength.ts). Scores change
 * a little with the models that are left out of a pair's panel; the margin is asked of both pairs that would share a
 * model, so that (3) holds while such changes stay below twice the margin. (4) Content is asked apart, because
 * a frame that lifts how two strangers say things does not lift what they know. (5) Scores of few prompts vary more;
 * the margin grows as their standard error does. (6) Two services that quote one source, a search engine's page or a list
 * of references, share wording and content that neither model made; so the pair must also lead where its two answers
 * share no run of nine words, by a third of the margin that so many prompts need. Copies stay alike there (of 24 pairs
 * of near relatives found with 805 prompts, 23 are kept); strangers who quote do not.
 *
 * It needs strangers like the suspect in the panel: one that alone shares a fashion with the reference comes first.
 */
import { pairIndex } from "../agreement/agreement.js";
import { ORIGIN_STATISTICS, type OriginStatistic } from "./holdings.js";

/** How it is said, and what is said; equal weights, so that none was fitted. */
export const SAID = ["first-words", "long-phrases", "phrases-share"] as const satisfies readonly OriginStatistic[];
export const CONTENT = [
  "content-words-share",
  "facts",
  "numbers",
  "names",
] as const satisfies readonly OriginStatistic[];

/** Past ±these, in asinh units, more says nothing new. */
const SCORE_MIN = -1.5;
const SCORE_MAX = 6;

/**
 * The lead that many prompts need, and how many prompts double its square. Wide enough for every innocent that was met:
 * two small models trained here, of other bases, wholly on one public set, led a panel that held none like them by .89
 * with 143 prompts, where 1.24 is asked (validation/behaviour-trained.md). Versions 1 and 2 asked for .55, and accused them.
 */
const MARGIN = 0.8;
const MARGIN_PROMPTS = 200;

/** @param prompts compared of the pair @returns how far the pair must stand above the best stranger, asinh units */
export function marginAsked(prompts: number): number {
  return MARGIN * Math.sqrt(1 + MARGIN_PROMPTS / Math.max(1, prompts));
}

/** Of the margin, what is asked where no long run of words is shared. */
const APART_SHARE = 1 / 3;

/** @param prompts compared on which the pair shares no long run @returns the lead asked there; without any, what none reaches */
export function apartAsked(prompts: number): number {
  return prompts > 0 ? APART_SHARE * marginAsked(prompts) : Number.MAX_VALUE;
}

/** Whether a pair stands above the rule. */
export function originAbove(all: { lead: number; prompts: number }, apart: { lead: number; prompts: number }): boolean {
  return all.lead > marginAsked(all.prompts) && apart.lead > apartAsked(apart.prompts);
}

/** Mean of the asinh standard scores of some statistics, for every pair. @param scores in the order of ORIGIN_STATISTICS */
export function combined(scores: readonly Float64Array[], of: readonly OriginStatistic[]): Float64Array {
  const places = of.map((statistic) => ORIGIN_STATISTICS.indexOf(statistic));
  return scores[0]!.map((_, pair) => {
    let sum = 0;
    for (const s of places) {
      const value = Math.asinh(scores[s]![pair]!);
      sum += Number.isNaN(value) ? 0 : Math.max(SCORE_MIN, Math.min(SCORE_MAX, value));
    }
    return sum / places.length;
  });
}

/** One score of one pair among strangers. */
export interface Standing {
  pair: number;
  /** The best stranger's score with each side. */
  best: [number, number];
  /** Its place among the models. */
  nearest: [number, number];
  /** Families of which a model scores as high with that side. */
  familiesAtOrAbove: [number, number];
  lead: number;
}

/** @param strangers places of the panel's models @param groups family of each model */
function standing(
  scores: Float64Array,
  [a, b]: readonly [number, number],
  strangers: readonly number[],
  groups: Int32Array,
): Standing {
  const pair = scores[pairIndex(a, b)]!;
  const rows = [a, b].map((side) => {
    let best = Number.NEGATIVE_INFINITY;
    let nearest = -1;
    const above = new Set<number>();
    for (const k of strangers) {
      const score = scores[pairIndex(side, k)]!;
      if (score >= pair) above.add(groups[k]!);
      if (score > best) [best, nearest] = [score, k];
    }
    return { best, nearest, above: above.size };
  });
  const [x, y] = rows as [(typeof rows)[0], (typeof rows)[0]];
  return {
    pair,
    best: [x.best, y.best],
    nearest: [x.nearest, y.nearest],
    familiesAtOrAbove: [x.above, y.above],
    lead: pair - Math.max(x.best, y.best),
  };
}

interface Leads {
  said: Standing;
  content: Standing;
  /** The smaller lead: what the rule decides by. */
  lead: number;
}

/**
 * @param scores by pair (pairIndex) @param strangers numbers of the panel's models @returns both leads, and the lesser
 * as the pair's
 */
export function leadsOf(
  scores: { said: Float64Array; content: Float64Array },
  pair: readonly [number, number],
  strangers: readonly number[],
  groups: Int32Array,
): Leads {
  const said = standing(scores.said, pair, strangers, groups);
  const content = standing(scores.content, pair, strangers, groups);
  return { said, content, lead: Math.min(said.lead, content.lead) };
}
