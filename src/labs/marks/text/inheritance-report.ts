/** The tests and observations of an inheritance finding, from its numbers. */
import type { Test } from "../../../finding/finding.js";
import { roundLog10P } from "../../../stats/combine.js";
import type { InheritedObservations } from "../record/observations.js";
import { round } from "../record/round.js";
import { INHERITED_ASSUMPTION } from "../record/words.js";
import type { Inheritance } from "./inheritance.js";
import type { IdText } from "./texts.js";

/** @param seed of the other keys, stated with each test */
export function describeInheritance(
  result: Inheritance,
  request: { texts: readonly IdText[]; reading: boolean },
  seed: string,
): { tests: Test[]; observations: Omit<InheritedObservations, "mark"> } {
  const { tuples, others, reaching, scored } = result;
  const m = others.length;
  const base = { exact: true, assumption: INHERITED_ASSUMPTION, n: tuples };
  const log10P = roundLog10P(result.log10P);
  const tests: Test[] = [
    {
      ...base,
      id: "marks/calibrated",
      statistic: { name: "standard deviations above the mean of other keys", value: round(result.calibrated) },
      log10P: roundLog10P(result.log10PExact),
      seed,
      share: 1,
      where: `mean ${result.mean.toFixed(3)}, spread ${result.spread.toFixed(3)} over ${m} other keys`,
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
      statistic: {
        tuples,
        score: round(result.score),
        expected: round(result.expected),
        deviations: round(result.deviations),
        mean: round(result.mean),
        spread: round(result.spread),
        calibrated: round(result.calibrated),
      },
      others: Array.from(others, round).sort((a, b) => a - b),
      reaching,
      reading: request.reading,
    },
  };
}
