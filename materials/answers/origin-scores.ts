/** Standard scores of every pair of a set of models, as an examination would count them. */

import { pairIndex } from "../../dist/labs/behaviour/agreement/agreement.js";
import { boilerplateOf } from "../../dist/labs/behaviour/common-origin/boilerplate.js";
import { countOrigin, type OriginCount } from "../../dist/labs/behaviour/common-origin/count-block.js";
import { ORIGIN_STATISTICS } from "../../dist/labs/behaviour/common-origin/holdings.js";
import { ownWordsShare, type Vocabulary, WordCount } from "../../dist/labs/behaviour/common-origin/own-words.js";
import { readAnswers, readBlock } from "../../dist/labs/behaviour/common-origin/read-answers.js";
import { CONTENT, combined, leadsOf, originAbove, SAID } from "../../dist/labs/behaviour/common-origin/rule.js";
import { standardScores } from "../../dist/labs/behaviour/score/standard-scores.js";
import type { OriginSet } from "./origin-sets.ts";

export interface Ruled {
  lead: number;
  prompts: number;
  above: boolean;
}

export interface OriginScores {
  counted: OriginCount;
  /** A triangular array a statistic, in the order of ORIGIN_STATISTICS. */
  scores: Float64Array[];
  /** Of a model's words, the share that are its own. */
  ownWords(model: number): number;
  /** One pair by the rule: its lead over these strangers on the prompts compared, and whether it is above the rule. */
  ruled(pair: readonly [number, number], strangers: readonly number[]): Ruled;
}

/** @param texts in place of the set's own, where a service stands before some of the models */
export function originScores(set: OriginSet, promptIds = set.promptIds, texts = set.texts): OriginScores {
  const names = [...new Set(set.bases)];
  const groups = Int32Array.from(set.bases, (base) => names.indexOf(base));
  const count = new WordCount();
  const vocabularies: Vocabulary[] = [];
  const learned = texts.map((of) => {
    const own = boilerplateOf(readAnswers(promptIds.map((id) => of.get(id) ?? null)), (words) => count.add(words));
    vocabularies.push(count.take());
    return own;
  });
  const counted = countOrigin(
    readBlock({
      prompts: promptIds.map((id) => set.prompts.get(id) ?? null),
      answers: texts.map((of) => promptIds.map((id) => of.get(id) ?? null)),
    }),
    groups,
    learned,
  );
  const scored = (sums: OriginCount["sums"]) => ORIGIN_STATISTICS.map((_, s) => standardScores(sums, s, groups));
  const scores = scored(counted.sums);
  const both = (of: readonly Float64Array[]) => ({ said: combined(of, SAID), content: combined(of, CONTENT) });
  const [all, apart] = [both(scores), both(scored(counted.apart))];
  return {
    counted,
    scores,
    ownWords: (model) => ownWordsShare(vocabularies, groups, model),
    ruled(pair, strangers) {
      const on = (by: typeof all, { answered }: OriginCount["sums"]) => ({
        lead: leadsOf(by, pair, strangers, groups).lead,
        prompts: answered[pairIndex(...pair)]!,
      });
      const whole = on(all, counted.sums);
      return { ...whole, above: strangers.length > 0 && originAbove(whole, on(apart, counted.apart)) };
    },
  };
}
