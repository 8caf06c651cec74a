/** The tests and observations of an inheritance finding, from its numbers. */
import type { Test } from "../../../finding/finding.js";
import { roundLog10P } from "../../../stats/combine.js";
import type { InheritedObservations } from "../record/observations.js";
import { round } from "../record/round.js";
import { INHERITED_ASSUMPTION } from "../record/words.js";
import type { CalibratedSet, testInheritance } from "./inheritance.js";
import type { IdText } from "./texts.js";

/** @param seed of the other keys, stated with each test */
export function describeInheritance(
  result: ReturnType<typeof testInheritance>,
  request: { texts: readonly IdText[]; reading: boolean },
  seed: string,
): { tests: Test[]; observations: Omit<InheritedObservations, "mark"> } {
  const { best, sets, others, reaching, scored } = result;
  const m = others.length;
  const base = { exact: true, assumption: INHERITED_ASSUMPTION, n: best.tuples };
  const log10P = roundLog10P(result.log10P);
  const tests: Test[] = [
    {
      ...base,
      id: "marks/calibrated",
      statistic: { name: "standard deviations above the mean of other keys", value: round(best.calibrated) },
      log10P: roundLog10P(result.log10PExact),
      seed,
      share: 1,
      where: `${setOf(best.least)}, the best of ${sets.length} sets, which are paid for; mean ${best.mean.toFixed(3)}, spread ${best.spread.toFixed(3)} over ${m} other keys`,
    },
    {
      ...base,
      id: "marks/rank",
      statistic: { name: "other keys that reach the true key", value: reaching },
      log10P: roundLog10P(Math.log10((reaching + 1) / (m + 1))),
      n: m,
      seed,
      share: 0,
      where:
        reaching === 0
          ? `first of ${m + 1}`
          : `${reaching + 1} of ${m + 1}: not first, so the exact tail does not count`,
    },
    {
      ...base,
      id: "combined",
      statistic: {
        name: "the calibrated tail where the key ranks first, else the larger of tail and rank",
        value: -log10P,
      },
      log10P,
      seed,
      share: 1,
    },
  ];
  return {
    tests,
    observations: {
      tuples: {
        positions: scored.positions,
        repeated: scored.repeated,
        excluded: scored.excluded,
        scored: scored.value.length,
      },
      promptsKnown: request.texts.filter(({ promptIds }) => promptIds.length > 0).length,
      texts: request.texts.length,
      choiceless: result.choiceless,
      statistic: numbersOf(best),
      sets: sets.map((set) => ({ least: set.least, ...numbersOf(set), log10P: roundLog10P(set.log10P) })),
      most: round(result.most),
      others: Array.from(others, round).sort((a, b) => a - b),
      reaching,
      reading: request.reading,
    },
  };
}

/** In words, which tuples a set holds. */
function setOf(least: number): string {
  return least === 1
    ? "all tuples"
    : `tuples that stand in at least ${least} texts, those that repeat one form counted once`;
}

function numbersOf({ tuples, score, expected, deviations, mean, spread, calibrated }: CalibratedSet) {
  return {
    tuples,
    score: round(score),
    expected: round(expected),
    deviations: round(deviations),
    mean: round(mean),
    spread: round(spread),
    calibrated: round(calibrated),
  };
}
