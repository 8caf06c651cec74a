/** The bound of a mutual first rank: its lemma on any scores at all, and what a finding that leans on it must state. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { incoherences, incoherencesWithStudy } from "../../src/finding/coherence.js";
import { frameFinding } from "../../src/finding/frame.js";
import { decideScored } from "../../src/finding/outcome.js";
import { errorRate, firstRankBound, log10Cap } from "../../src/finding/strength.js";
import { leadsOf } from "../../src/labs/behaviour/common-origin/rule.js";
import { BEHAVIOUR_PROPOSITIONS } from "../../src/labs/behaviour/propositions.js";
import { rateBound } from "../../src/report/rate-bound.js";
import { STUDY, sampleFinding } from "../app/sample-bundle.js";

const ORIGIN = BEHAVIOUR_PROPOSITIONS.entries["behaviour/common-origin"];

test("of N models, one a family, at most half are in a pair that comes first in both rows, whatever the scores", () => {
  const scores = fc
    .integer({ min: 4, max: 12 })
    .chain((n) =>
      fc.tuple(
        fc.constant(n),
        fc.array(fc.double({ min: -2, max: 6, noNaN: true }), { minLength: n * n, maxLength: n * n }),
        fc.array(fc.double({ min: -2, max: 6, noNaN: true }), { minLength: n * n, maxLength: n * n }),
      ),
    );
  fc.assert(
    fc.property(scores, ([n, s, c]) => {
      const [said, content] = [Float64Array.from(s), Float64Array.from(c)];
      const models = Array.from({ length: n }, (_, i) => i);
      const groups = Int32Array.from(models);
      const accused: number[] = [];
      for (let a = 1; a < n; a++)
        for (let b = 0; b < a; b++) {
          const panel = models.filter((k) => k !== a && k !== b);
          if (leadsOf({ said, content }, [a, b], panel, groups).lead > 0) accused.push(a, b);
        }
      expect(new Set(accused).size).toBe(accused.length);
      const pairs = (n * (n - 1)) / 2;
      expect(accused.length / 2 / pairs).toBeLessThanOrEqual(firstRankBound(n - 2));
    }),
    { seed: 1, numRuns: 200 },
  );
});

const nulls = { pairs: 500, families: 23, accusedPairs: 0, accusedFamilies: 0 };
const positives = { pairs: 40, families: 9, foundPairs: 30, foundFamilies: 6 };
const decided = (firstAmong?: number) => {
  const validation = { ...STUDY, nulls: firstAmong === undefined ? nulls : { ...nulls, firstAmong }, positives };
  const decision = decideScored({
    proposition: ORIGIN,
    statistic: 2,
    nullKinds: [{ kind: "strangers", families: 22, statisticMax: 1 }],
    log10LR: { low: 0.9, high: 1.3 },
    outside: null,
    validation,
  });
  const sample = sampleFinding();
  const method = { id: STUDY.method, version: STUDY.methodVersion };
  const finding = frameFinding({
    list: BEHAVIOUR_PROPOSITIONS,
    proposition: ORIGIN,
    method,
    validation: { summary: validation, digest: sha256Digest(utf8("study")) },
    subject: sample.subject,
    decision,
    tests: ["a score", "combined"].map((test) => ({ ...sample.tests[0]!, id: test, exact: false, log10P: -1 })),
    observations: null,
    alternatives: [],
    limits: [],
    evidence: sample.evidence,
    software: sample.software,
  });
  return { finding, validation };
};
test("a study that ranks among twenty-one families caps at their bound, and a finding says so", () => {
  expect(log10Cap(ORIGIN, { nulls, positives })).toBe(0.16);
  expect(log10Cap(ORIGIN, { nulls: { ...nulls, firstAmong: 21 }, positives })).toBe(0.88);
  const rate = errorRate(ORIGIN, { nulls: { ...nulls, firstAmong: 21 }, positives });
  expect(rate).toMatchObject({ upper95: 0.045455, firstAmong: 21 });
  expect(rateBound(rate)).toMatch(/among 21 families in at most 4\.6 % of cases/);
  // Many families with none accused: what was counted is the lesser bound, and is said as such.
  const many = errorRate(ORIGIN, { nulls: { ...nulls, families: 4000, firstAmong: 21 }, positives });
  expect(rateBound(many)).toMatch(/with 95 % confidence/);
});

test("the bound is read back: more families than the study has, another number, or none at all do not follow", () => {
  const { finding, validation } = decided(21);
  expect(finding.outcome).toBe("supports-hp");
  expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
  expect(incoherencesWithStudy(finding, validation)).toEqual([]);
  const altered = (errors: object) => ({ ...finding, errorRate: { ...finding.errorRate!, ...errors } });
  expect(incoherences(altered({ firstAmong: 22 }), KNOWN_RULES).join()).toMatch(/first rank among 22 of 23/);
  expect(incoherences(altered({ firstAmong: 20 }), KNOWN_RULES).join()).toMatch(/first rank among 20/);
  expect(incoherences(altered({ upper95: 0.02 }), KNOWN_RULES).join()).toMatch(/first rank among 21/);
  const { firstAmong: _, ...without } = finding.errorRate!;
  expect(incoherences({ ...finding, errorRate: without }, KNOWN_RULES).join()).toMatch(/Clopper/);
  expect(incoherencesWithStudy(finding, { ...validation, nulls }).join()).toMatch(/study's counts/);
});
