/**
 * What others would compute: agreement of first words as it is (the statistic of Model Provenance Testing, arXiv
 * 2502.00706, whose next token is here the first word), and rarity-weighted, double-centred agreement of the first four.
 */
import { pairIndex } from "../../dist/labs/behaviour/agreement/agreement.js";
import { median } from "../../dist/labs/behaviour/score/standard-scores.js";
import { normalise } from "../../dist/transcript/normaliser.js";
import { hashPair, scanWords } from "../../dist/transcript/words.js";
import type { OriginSet } from "../../materials/answers/origin-sets.ts";

export function plainBaselines(set: OriginSet, promptIds: readonly string[]) {
  const models = set.names.length;
  const size = (models * (models - 1)) / 2;
  const [one, four, count] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (const id of promptIds) {
    const values = set.texts.map((of) => {
      const text = of.get(id);
      if (text === undefined) return null;
      const { hashes, count: n } = scanWords(normalise(text.slice(0, 200)));
      let h = 0;
      for (let k = 0; k < 4; k++) h = hashPair(h, k < n ? hashes[k]! : 0);
      return [hashes[0] ?? 0, h] as const;
    });
    const holders = new Map<number, number>();
    for (const value of values) if (value) holders.set(value[1], (holders.get(value[1]) ?? 0) + 1);
    for (let a = 1; a < models; a++)
      for (let b = 0; b < a; b++) {
        const [x, y] = [values[a], values[b]];
        if (!x || !y) continue;
        const at = pairIndex(a, b);
        count[at]!++;
        if (x[0] === y[0]) one[at]!++;
        if (x[1] === y[1]) four[at]! -= Math.log(holders.get(x[1])! / models);
      }
  }
  for (let at = 0; at < size; at++) {
    one[at]! /= Math.max(1, count[at]!);
    four[at]! /= Math.max(1, count[at]!);
  }
  return { firstWord: one, fourWords: centred(four, models) };
}

function centred(scores: Float64Array, models: number): Float64Array {
  const rows = Array.from({ length: models }, (_, a) =>
    median(Array.from({ length: models }, (_, b) => b).flatMap((b) => (a === b ? [] : [scores[pairIndex(a, b)]!]))),
  );
  const all = median(rows);
  return scores.map((score, at) => {
    const a = Math.floor((1 + Math.sqrt(1 + 8 * at)) / 2);
    return score - rows[a]! - rows[at - (a * (a - 1)) / 2]! + all;
  });
}
