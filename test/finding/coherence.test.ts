import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { incoherences } from "../../src/finding/coherence.js";
import { decideExact, refuse } from "../../src/finding/outcome.js";
import { SHARED_ANCESTRY } from "../../src/labs/weights/propositions.js";
import { atMostLower95, isUpper95 } from "../../src/stats/binomial-bound.js";
import { lower95, upper95 } from "../../src/stats/clopper-pearson.js";
import { STUDY, sampleFinding } from "../app/sample-bundle.js";

test("whatever the outcome rules decide is coherent", () => {
  const study = fc.record({ families: fc.integer({ min: 30, max: 5000 }), found: fc.nat(60), of: fc.nat(60) });
  fc.assert(
    fc.property(fc.integer({ min: -400, max: 0 }), study, fc.option(fc.constant("too small")), (log10P, s, outside) => {
      const nulls = { pairs: s.families * 3, families: s.families, accusedPairs: 0, accusedFamilies: 0 };
      const foundFamilies = Math.min(s.found, s.of);
      const positives = { pairs: s.of, families: s.of, foundPairs: foundFamilies, foundFamilies };
      const decision = decideExact({
        proposition: SHARED_ANCESTRY,
        log10P,
        outside,
        validation: { ...STUDY, nulls, positives },
      });
      const finding = { ...sampleFinding(), ...decision, tests: [{ ...sampleFinding().tests[0]!, log10P }] };
      expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
    }),
  );
});

test("a refusal, and a decision without a study, are coherent", () => {
  expect(incoherences({ ...sampleFinding(), ...refuse("No tensor was found."), tests: [] }, KNOWN_RULES)).toEqual([]);
  const alone = decideExact({ proposition: SHARED_ANCESTRY, log10P: -9, outside: null, validation: null });
  expect(incoherences({ ...sampleFinding(), ...alone }, KNOWN_RULES)).toEqual([]);
});

describe("a stated bound is checked by the binomial tail", () => {
  const counts = fc.integer({ min: 1, max: 3000 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));
  test("the bounds of clopper-pearson.ts pass, and better ones do not", () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const upper = Math.ceil(upper95(k, n) * 1e6) / 1e6;
        expect(isUpper95(upper, k, n, 1e-6)).toBe(true);
        expect(isUpper95(upper * 0.99 - 1e-6, k, n, 1e-6)).toBe(false);
        expect(atMostLower95(lower95(k, n), k, n)).toBe(true);
        expect(atMostLower95(lower95(k, n) * 1.01 + 1e-6, k, n)).toBe(false);
      }),
    );
  });
  test("counts that cannot be are refused", () => {
    expect(isUpper95(0.5, 3, 2, 1e-6)).toBe(false);
    expect(isUpper95(1, 0, 0, 1e-6)).toBe(true);
    expect(isUpper95(0.5, 0, 1e9, 1e-6)).toBe(false);
    expect(atMostLower95(0.5, 1.5, 2)).toBe(false);
  });
});
