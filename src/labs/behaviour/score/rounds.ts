/**
 * Ask less: may one stop before all prompts are asked? The pair's score after each round is compared with the largest
 * value that any null pair reached in any round, so looking after each round costs nothing: were the pair one of the
 * nulls, its own supremum would be the largest of all with probability 1 / (nulls + 1) at the most. Nulls here are the
 * reference's pairs with the panel and the panel's own, which can be known in full before the suspect is asked.
 */
import { pairIndex } from "../agreement/agreement.js";
import type { BehaviourObservations } from "../observations.js";
import { type Cast, panelPairs, rounded } from "./nulls.js";

/** Of one round: the pair's score and the largest of the null pairs. */
export interface Round {
  prompts: number;
  score: number;
  nullLargest: number;
}

/** @param combined scores of all pairs after `prompts` prompts */
export function roundOf(prompts: number, combined: Float64Array, cast: Cast): Round {
  let nullLargest = -1e9;
  for (const k of cast.panel) nullLargest = Math.max(nullLargest, combined[pairIndex(0, k)]!);
  for (const at of panelPairs(cast)) nullLargest = Math.max(nullLargest, combined[at]!);
  return { prompts, score: combined[pairIndex(0, 1)]!, nullLargest };
}

/** Rounded as a finding carries them; the supremum is over all rounds, so it is the same in each. */
export function roundsOf(rounds: readonly Round[]): BehaviourObservations["rounds"] {
  const supremum = rounds.reduce((most, { nullLargest }) => Math.max(most, nullLargest), -1e9);
  return rounds.map(({ prompts, score }) => ({
    prompts,
    score: rounded(score),
    nullSupremum: rounded(supremum),
    above: score > supremum,
  }));
}
