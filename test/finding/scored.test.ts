/** The scored rule of the house: a rank among nulls of every kind, bounded by validation, in both directions. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { incoherences } from "../../src/finding/coherence.js";
import type { Finding } from "../../src/finding/finding.js";
import { decideScored, type ScoredResult } from "../../src/finding/outcome.js";
import { STUDY, sampleFinding } from "../app/sample-bundle.js";
import { wordsOf } from "../asked.js";

const counts = (nulls: number, accused: number, positives: number, found: number) => ({
  nulls: { pairs: nulls, families: nulls, accusedPairs: accused, accusedFamilies: accused },
  positives: { pairs: positives, families: positives, foundPairs: found, foundFamilies: found },
});

const result: ScoredResult = {
  proposition: wordsOf("behaviour/same-model"),
  statistic: 0.9,
  nullKinds: [
    { kind: "unrelated", families: 40, statisticMax: 0.5 },
    { kind: "siblings", families: 12, statisticMax: 0.8 },
  ],
  log10LR: { low: 0.4, high: 3 },
  outside: null,
  validation: { ...STUDY, ...counts(120, 0, 40, 38), opposed: counts(90, 0, 60, 58) },
};

test("a statistic above every null of every kind supports, cut at the cap", () => {
  const { outcome, strength } = decideScored(result);
  expect(outcome).toBe("supports-hp");
  expect(strength!.log10LR.high).toBe(strength!.cap.log10LR);
});

test("one sibling above it, one accused family, too few families, a low end at 1, or being outside: no support", () => {
  const sibling = { kind: "siblings", families: 12, statisticMax: 0.9 };
  expect(decideScored({ ...result, nullKinds: [result.nullKinds[0]!, sibling] }).outcome).toBe("inconclusive");
  const accused = { ...result, validation: { ...STUDY, ...counts(120, 1, 40, 38) } };
  expect(decideScored(accused).outcome).toBe("uncalibrated");
  const few = result.nullKinds.map((kind) => ({ ...kind, families: 7 }));
  expect(decideScored({ ...result, nullKinds: few }).outcome).toBe("uncalibrated");
  expect(decideScored({ ...result, nullKinds: [] }).outcome).toBe("uncalibrated");
  expect(decideScored({ ...result, log10LR: { low: 0, high: 1 } }).outcome).toBe("inconclusive");
  expect(decideScored({ ...result, outside: "another language" }).outcome).toBe("uncalibrated");
  expect(decideScored({ ...result, statistic: Number.NaN }).outcome).toBe("inconclusive");
});

test("a study of many kinds names the highest, and its reason stays a sentence", () => {
  const nullKinds = Array.from({ length: 80 }, (_, i) => ({
    kind: `kind-of-honest-people-${i}`,
    families: 3,
    statisticMax: i / 100,
  }));
  for (const statistic of [0.9, -1]) {
    const { reason } = decideScored({ ...result, statistic, nullKinds });
    expect(reason.length).toBeLessThan(2000);
    expect(reason).toContain("kind-of-honest-people-79");
    expect(reason).toContain("and 50 kinds more");
  }
});

test("the second proposition is supported by the same rule turned round, and never where the question is one-sided", () => {
  const opposed = { statistic: 5, nullKinds: [{ kind: "same", families: 20, statisticMax: 4 }] };
  const turned = { ...result, statistic: 0.1, log10LR: { low: -4, high: -0.3 }, opposed };
  const { outcome, strength } = decideScored(turned);
  expect(outcome).toBe("supports-hd");
  expect(strength!.log10LR.high).toBe(-0.3);
  expect(strength!.log10LR.low).toBe(-strength!.cap.log10LR);
  expect(decideScored({ ...turned, proposition: wordsOf("behaviour/tuned-from") }).outcome).toBe("inconclusive");
});

test("whatever is decided is coherent", () => {
  const number = fc.double({ min: -4, max: 4, noNaN: true });
  const rates = fc.record({ n: fc.integer({ min: 1, max: 300 }), p: fc.integer({ min: 1, max: 80 }), miss: fc.nat(5) });
  fc.assert(
    fc.property(
      fc.constantFrom("behaviour/same-model" as const, "marks/present" as const, "weights/direction" as const),
      number,
      number,
      number,
      number,
      rates,
      (proposition, statistic, other, a, b, { n, p, miss }) => {
        const study = counts(n, 0, p, Math.max(0, p - miss));
        const decision = decideScored({
          ...result,
          proposition: wordsOf(proposition),
          statistic,
          log10LR: { low: Math.min(a, b), high: Math.max(a, b) },
          validation: { ...STUDY, ...study, opposed: study },
          opposed: { statistic: other, nullKinds: [{ kind: "same", families: 20, statisticMax: 0 }] },
        });
        const { hp, hd } = wordsOf(proposition);
        const scored = { ...sampleFinding().tests[0]!, id: "score", exact: false, log10P: -1 };
        const finding: Finding = {
          ...sampleFinding(),
          ...decision,
          proposition: { id: proposition, hp, hd },
          tests: [scored],
        };
        expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
      },
    ),
  );
});
