/** Standard scores of every pair of a set of models, as an examination would count them. */
import { boilerplateOf } from "../../dist/labs/behaviour/common-origin/boilerplate.js";
import { countOrigin, type OriginCount } from "../../dist/labs/behaviour/common-origin/count-block.js";
import { ORIGIN_STATISTICS } from "../../dist/labs/behaviour/common-origin/holdings.js";
import { standardScores } from "../../dist/labs/behaviour/score/standard-scores.js";
import type { OriginSet } from "./origin-sets.ts";

export interface OriginScores {
  counted: OriginCount;
  /** A triangular array a statistic, in the order of ORIGIN_STATISTICS. */
  scores: Float64Array[];
}

/** @param texts in place of the set's own, where a service stands before some of the models */
export function originScores(set: OriginSet, promptIds = set.promptIds, texts = set.texts): OriginScores {
  const names = [...new Set(set.bases)];
  const groups = Int32Array.from(set.bases, (base) => names.indexOf(base));
  const learned = texts.map((of) => boilerplateOf(promptIds.flatMap((id) => of.get(id) ?? [])));
  const counted = countOrigin(
    {
      prompts: promptIds.map((id) => set.prompts.get(id) ?? null),
      answers: texts.map((of) => promptIds.map((id) => of.get(id) ?? null)),
    },
    groups,
    learned,
  );
  return { counted, scores: ORIGIN_STATISTICS.map((_, s) => standardScores(counted.sums, s, groups)) };
}
