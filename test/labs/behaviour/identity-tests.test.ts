/** The tests of "one distribution answered": their level under equality, their power, and what they cannot use. */
import { describe, expect, it } from "vitest";
import { type Prng, prng } from "../../../src/base/prng.js";
import { type PairedSamples, pairSamples, SAMPLES_MAX } from "../../../src/labs/behaviour/answers/samples.js";
import { hamming, testEquality } from "../../../src/labs/behaviour/one-distribution/equality.js";
import { identityTests, testsOfIdentity } from "../../../src/labs/behaviour/one-distribution/one-distribution.js";
import { testRankUniformity } from "../../../src/labs/behaviour/one-distribution/rank-uniformity.js";

const LETTERS = "abcdefgh";

/** A "model": letters drawn from the first `breadth` of eight, so that another breadth is another distribution. */
function answer(source: Prng, breadth: number) {
  const text = Array.from({ length: 20 }, () => LETTERS[source.below(breadth)]).join("");
  return { text, logprob: -Math.log(breadth) - source.below(1000) / 1e4 };
}

function paired(seed: string, prompts: number, samples: number, breadths: readonly [number, number]): PairedSamples[] {
  const source = prng("test/identity", seed);
  const draw = (breadth: number) => Array.from({ length: samples }, () => answer(source, breadth));
  return Array.from({ length: prompts }, () => ({ reference: draw(breadths[0]), suspect: draw(breadths[1]) }));
}

const p = ({ atOrAbove, draws }: { atOrAbove: number; draws: number }) => (atOrAbove + 1) / (draws + 1);

describe("model equality", () => {
  it("keeps its level where one distribution answered", () => {
    const rejected = Array.from({ length: 100 }, (_, i) => {
      const test = testEquality(paired(`equal ${i}`, 5, 3, [4, 4]), prng("test/level", String(i)))!;
      return p(test) <= 0.1;
    }).filter(Boolean).length;
    // Binomial(100, 0.1): above 21 with probability 0.0003.
    expect(rejected).toBeLessThanOrEqual(21);
  });

  it("finds another distribution", () => {
    const test = testEquality(paired("other", 10, 5, [3, 6]), prng("test/power", "1"))!;
    expect(p(test)).toBe(1 / 1000);
    expect(test.statistic).toBeGreaterThan(0);
  });

  it("compares characters by place, as a share of the two lengths", () => {
    expect(hamming("abcd", "abxd")).toBeCloseTo(0.75);
    expect(hamming("ab", "abcdefgh")).toBeCloseTo(0.5);
    expect([hamming("", ""), hamming("", "a")]).toEqual([1, 0]);
  });

  it("says nothing of one answer a prompt", () => {
    expect(testEquality(paired("one", 30, 1, [3, 6]), prng("t", "1"))).toBeNull();
  });
});

describe("rank uniformity", () => {
  it("keeps its level, ties included, and finds another distribution", () => {
    const rejected = Array.from({ length: 40 }, (_, i) => {
      const same = paired(`ranks ${i}`, 30, 4, [4, 4]);
      return p(testRankUniformity(same, prng("test/level", String(i)))!) <= 0.1;
    }).filter(Boolean).length;
    expect(rejected).toBeLessThanOrEqual(11);
    const other = testRankUniformity(paired("other", 30, 4, [4, 5]), prng("test/power", "1"))!;
    expect(p(other)).toBeLessThan(0.001);
    expect(other.meanRank).toBeLessThan(0.3);
    const constant = paired("ties", 60, 4, [4, 4]).map(({ reference, suspect }) => ({
      reference: reference.map((a) => ({ ...a, logprob: -1 })),
      suspect: suspect.map((a) => ({ ...a, logprob: -1 })),
    }));
    expect(p(testRankUniformity(constant, prng("test/ties", "1"))!)).toBeGreaterThan(0.01);
  });

  it("needs probabilities on both sides and twenty prompts", () => {
    const silent = paired("silent", 30, 3, [4, 4]).map(({ reference, suspect }) => ({
      reference,
      suspect: suspect.map((a) => ({ ...a, logprob: null })),
    }));
    expect(testRankUniformity(silent, prng("t", "1"))).toBeNull();
    expect(testRankUniformity(paired("few", 19, 3, [4, 4]), prng("t", "1"))).toBeNull();
  });
});

it("goes into a finding as exact tests without a share of α, bounded in samples", () => {
  const many = { text: "a", logprob: null };
  const of = new Map([["1", Array.from({ length: 100 }, () => many)]]);
  expect(pairSamples(["1", "2"], of, of)[0]!.reference).toHaveLength(SAMPLES_MAX);
  const pairs = paired("finding", 25, 3, [3, 6]);
  const side = (which: "reference" | "suspect") => new Map(pairs.map((pair, i) => [String(i), pair[which]]));
  const request = {
    samples: { reference: side("reference"), suspect: side("suspect") },
    source: { promptIds: pairs.map((_, i) => String(i)) },
    settings: { seed: "t" },
  };
  const seen = identityTests(request)!;
  expect(seen.calibration).toBe("uncalibrated");
  const tests = testsOfIdentity(seen, "t");
  expect(tests.map(({ id, exact, share }) => [id, exact, share])).toEqual([
    ["behaviour/model-equality", true, 0],
    ["behaviour/rank-uniformity", true, 0],
  ]);
  expect(identityTests({ ...request, samples: null })).toBeNull();
  expect(identityTests(request)).toEqual(seen);
});
