/**
 * Could somebody without the key have drawn this mark from what was served? A forger who learned the mark from served
 * texts (Jovanović, Staab, Vechev, ICML 2024) knows draws of the tuples that stand in them; a keyed draw of any other
 * tuple tells nothing of itself. So the text is scored once more over those of its tuples that stand in none of the texts
 * that could be learned from: what a forger knows no draw of, the key's holder marks like the rest.
 * It cannot exclude a forger who learned from other texts, or who has the key.
 */
import type { Test } from "../../../finding/finding.js";
import { roundLog10P } from "../../../stats/combine.js";
import { round } from "../record/round.js";
import { BEYOND_ASSUMPTION } from "../record/words.js";
import { log10Tail } from "../schemes/law.js";
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import { scoreTexts } from "./score-texts.js";
import type { IdText } from "./texts.js";

/**
 * A test beside the finding's own, of no share of α, and the sentence that says what it came to.
 * @param served texts that could be learned from, ids of the mark's vocabulary
 */
export function testBeyondServed(
  scheme: Scheme,
  texts: readonly IdText[],
  served: readonly IdText[],
  vocabulary: number,
): { test: Test; sentence: string } {
  // Whatever was served is known, marked or not.
  const all = scoreTexts({ ...scheme, marksOnce: false }, served, { vocabulary });
  const known = new TupleSet(all.value.length);
  for (let i = 0; i < all.value.length; i++) known.add(all.names[2 * i]!, all.names[2 * i + 1]!);
  const scored = scoreTexts(scheme, texts, { vocabulary });
  let distinct = 0;
  let tuples = 0;
  let score = 0;
  const names = new Uint32Array(scored.names.length);
  for (let i = 0; i < scored.value.length; i++) {
    if (!scored.first[i]) continue;
    distinct++;
    const [high, low] = [scored.names[2 * i]!, scored.names[2 * i + 1]!];
    if (known.has(high, low)) continue;
    names[2 * tuples] = high;
    names[2 * tuples + 1] = low;
    tuples++;
    score += scored.value[i]!;
  }
  const free = log10Tail(scheme.law, score, tuples);
  const held = scheme.keyTail ? scheme.keyTail.log10P(names.subarray(0, 2 * tuples), score) : free;
  const log10P = roundLog10P(Math.max(free, held));
  const test: Test = {
    id: "marks/beyond-served",
    statistic: { name: "sum of scores of distinct tuples that stand in none of the served texts", value: round(score) },
    log10P,
    exact: true,
    assumption: BEYOND_ASSUMPTION,
    n: tuples,
    seed: "",
    share: 0,
    where: `${served.length} served texts`,
  };
  const sentence = `Of ${distinct} distinct tuples ${tuples} stand in none of the ${served.length} texts that could be learned from; over those p is 10^${log10P.toFixed(2)}: the smaller, the less a forger who learned the mark from these texts alone explains it.`;
  return { test, sentence };
}
