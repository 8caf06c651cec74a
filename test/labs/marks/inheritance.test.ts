/** Inheritance on the zoo's students, with fewer keys than an outcome takes; the whole run is in validation. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { phrasesOf, withForm, withPhrases } from "../../../materials/texts/served-forms.ts";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { calibrate, testInheritance } from "../../../src/labs/marks/text/inheritance.js";
import { tuplesNeeded } from "../../../src/labs/marks/text/sample-size.js";
import { readTexts } from "../../../src/labs/marks/text/texts.js";
import { HAS_SHARED, SHARED } from "../../shared-material.js";

const ZOO = parseMark(
  {
    type: "assay/mark/v1",
    scheme: "kgw",
    variant: "original",
    key: 15_485_863,
    vocabulary: 1024,
    parameters: { gamma: 0.25, delta: 2.5, seeding_scheme: "simple_1" },
  },
  "zoo",
);
const sample = (name: string) =>
  readTexts(readFileSync(join(SHARED, "zoo/samples", `${name}.jsonl.gz`)), name, null).slice(0, 1200);
const calibration = { keys: 60, seed: "test", onProgress: () => undefined };

describe.skipIf(!HAS_SHARED)("the zoo's students", () => {
  it("the one taught on marked text shows it, and the true key is first", () => {
    const result = testInheritance(ZOO, sample("distilled-marked"), new TokenDraws(), calibration);
    expect(result.reaching).toBe(0);
    expect(result.log10P).toBeLessThan(-6);
    expect(result.best.spread).toBeGreaterThanOrEqual(1);
  });
  it("more text does not weaken what it shows", () => {
    const few = testInheritance(ZOO, sample("distilled-marked").slice(0, 150), new TokenDraws(), calibration);
    const many = testInheritance(ZOO, sample("distilled-marked"), new TokenDraws(), calibration);
    expect(many.log10PExact).toBeLessThan(few.log10PExact);
    expect(many.best.least).toBeGreaterThan(few.best.least);
  });
  it("a marked notice that every answer repeats is no habit: it speaks no louder than once", () => {
    const marked = readTexts(readFileSync(join(SHARED, "zoo/samples/base-training-text-marked.jsonl.gz")), "m", null);
    const notice = Uint32Array.from(marked.slice(0, 2).flatMap(({ ids }) => [...ids])).slice(0, 200);
    const answers = sample("base").slice(0, 300);
    const repeated = answers.map((text) => ({ ...text, ids: Uint32Array.from([...text.ids, ...notice]) }));
    const once = answers.map((text, i) => (i === 0 ? repeated[0]! : text));
    const of = (texts: typeof answers) => testInheritance(ZOO, texts, new TokenDraws(), calibration);
    expect(of(repeated).log10P).toBeGreaterThan(-4);
    expect(of(once).log10P).toBeGreaterThan(-4);
  });
  it("a marked form whose blanks are filled anew, and marked stock phrases, are no habit either", () => {
    const joined = (name: string) => Uint32Array.from(sample(name).flatMap(({ ids }) => [...ids]));
    const marked = joined("base-training-text-marked");
    const answers = sample("base").slice(0, 300);
    const of = (texts: typeof answers) => testInheritance(ZOO, texts, new TokenDraws(), calibration);
    for (const [every, blank, share] of [
      [12, 1, 0.3],
      [5, 3, 1],
    ] as const) {
      const form = { fixed: marked.subarray(0, 200), every, blank, share };
      const filled = withForm(answers, form, joined("independent-other-shape"), prng("test", `form ${every}`));
      expect(of(filled).log10P).toBeGreaterThan(-4);
    }
    expect(of(withPhrases(answers, phrasesOf(marked, 60, 5), 8, prng("test", "phrases"))).log10P).toBeGreaterThan(-4);
  });
  it.each(["distilled", "base", "independent-other-shape"])("%s does not (negative control)", (name) => {
    const result = testInheritance(ZOO, sample(name), new TokenDraws(), calibration);
    expect(result.log10P).toBeGreaterThan(-4);
  });
});

describe("calibration", () => {
  const law = { kind: "green", rate: 0.25 } as const;
  const one = (score: number) => [{ least: 1, tuples: 1000, score, names: new Uint32Array(0) }];
  it("never narrows the law's own spread, nor lowers its mean", () => {
    const others = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 ? -2.1 : -2.0));
    const { mean, spread, calibrated, deviations } = calibrate({ law }, one(320), [others]).best;
    expect([mean, spread]).toEqual([0, 1]);
    expect(calibrated).toBe(deviations);
  });
  it("widens where other keys spread more, and the exact tail follows", () => {
    const others = Float64Array.from({ length: 1000 }, (_, i) => 2 * Math.sin(i));
    const wide = calibrate({ law }, one(400), [others]);
    const plain = calibrate({ law }, one(400), [new Float64Array(1000)]);
    expect(wide.log10PExact).toBeGreaterThan(plain.log10PExact);
  });
  it("a key that is not first has no more than its rank", () => {
    const others = new Float64Array(1000);
    others[17] = 50;
    expect(calibrate({ law }, one(400), [others]).log10P).toBeCloseTo(Math.log10(2 / 1001), 9);
  });
  it("the choice among sets is paid for, and a key that is first in one set alone is held against all sets of others", () => {
    const sets = [...one(250), { least: 2, tuples: 200, score: 90, names: new Uint32Array(0) }];
    const none = [new Float64Array(1000), new Float64Array(1000)];
    const { best, log10PExact, reaching } = calibrate({ law }, sets, none);
    expect(best.least).toBe(2);
    expect(log10PExact).toBeCloseTo(best.log10P + Math.log10(2), 9);
    expect(reaching).toBe(0);
    none[0]![3] = 60;
    expect(calibrate({ law }, sets, none).reaching).toBe(1);
  });
});

it("the planner gives the tuples that a published experiment took", () => {
  // Sander et al.: lift 0.0088 at 5 % marked; half the runs of 43,000–56,000 tuples reach 10^-6.
  const [half] = tuplesNeeded(0.25, 0.0088 / 0.05, 0.05);
  expect(half!.tuples).toBeGreaterThan(43_000);
  expect(half!.tuples).toBeLessThan(56_000);
});
