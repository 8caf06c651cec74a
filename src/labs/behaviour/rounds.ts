/**
 * Ask less: may one stop before all prompts are asked? The pair's score after each round is compared with the largest
 * value that any null pair reached in any round, so looking after each round costs nothing: were the pair one of the
 * nulls, its own supremum would be the largest of all with probability 1 / (nulls + 1) at the most. Nulls here are the
 * reference's pairs with the panel and the panel's own, which can be known in full before the suspect is asked.
 */
import { pairIndex, type Sums } from "./agreement.js";
import { type Cast, panelPairs, rounded } from "./nulls.js";
import type { BehaviourObservations } from "./observations.js";
import { combinedScores } from "./score.js";

export function roundsOf(
  rounds: readonly Sums[],
  scores: readonly Float64Array[][],
  cast: Cast,
  weights: readonly number[],
): BehaviourObservations["rounds"] {
  const combined = scores.map((of) => combinedScores(of, weights));
  const nulls = [...cast.panel.map((k) => pairIndex(0, k)), ...panelPairs(cast)];
  let supremum = -1e9;
  for (const of of combined) for (const at of nulls) supremum = Math.max(supremum, of[at]!);
  return rounds.map(({ prompts }, r) => {
    const score = combined[r]![pairIndex(0, 1)]!;
    return { prompts, score: rounded(score), nullSupremum: rounded(supremum), above: score > supremum };
  });
}
