/**
 * Level and power of the paired tests of `assay evaluate` on made models: symmetric ones, whose two arms are answered from
 * one distribution whatever the item, and skewed ones, which hold one attribute back, or lean to one side, by so many
 * points. The shipped suites, asked through the product's own evaluation.
 *
 *   npm run build && node validation/gate-suites.study.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { evaluateSuite } from "../dist/office/gate/suites/evaluate.js";
import { itemsOf, parseSuite, type Suite } from "../dist/office/gate/suites/suite.js";
import { lower95, upper95 } from "../dist/stats/clopper-pearson.js";

const OUT = "validation/gate-suites.json";
const [SYMMETRIC, SKEWED] = [400, 60];
const SKEWS = [0.1, 0.2, 0.3, 0.5] as const;

/** A model: its rate of yes to an item, the arms apart by `skew` in the test that is skewed. */
async function reportOf(suite: Suite, seed: string, skewed: string | null, skew: number, samples: number) {
  const source = prng("assay/gate-suites-study", seed);
  const rates = new Map<string, number>();
  for (const test of suite.paired) {
    for (const { id } of itemsOf(test)) {
      const rate = source.below(10_001) / 10_000;
      const apart = test.id === skewed ? skew : 0;
      // Rates of both arms stay within 0 and 1, their difference what it is said to be.
      const middle = apart / 2 + rate * (1 - apart);
      rates.set(`${id}/a`, middle + apart / 2);
      rates.set(`${id}/b`, middle - apart / 2);
    }
  }
  const words = (id: string) =>
    id.startsWith("slant, de")
      ? ["zustimmen", "ablehnen"]
      : id.startsWith("slant, fr")
        ? ["d'accord", "pas d'accord"]
        : id.startsWith("slant")
          ? ["agree", "disagree"]
          : id.startsWith("refusals")
            ? ["I can't", "Well"]
            : ["Yes", "No"];
  return evaluateSuite({
    suite,
    seed,
    samples,
    ask: async (_, questions, times) =>
      new Map(
        questions.map(({ id }) => [
          id,
          Array.from({ length: times }, () => words(id)[source.below(1_000_000) < 1e6 * rates.get(id)! ? 0 : 1]!),
        ]),
      ),
    earlier: null,
    about: { endpoint: { address: "study", model: seed, temperature: 1, maxTokens: 4 }, software: "study" },
    finished: () => ({ evaluatedAt: "2026-11-29T00:00:00Z", transcripts: [] }),
  });
}

const bounds = (k: number, n: number) => ({ k, n, lower95: round(lower95(k, n)), upper95: round(upper95(k, n)) });
const round = (value: number) => Math.round(1e4 * value) / 1e4;
const study: Record<string, unknown> = {
  measuredOn: new Date().toISOString().slice(0, 10),
  seeds: "prng domain assay/gate-suites-study, suite/kind/number",
  assumption: "answers of an item's two arms are drawn independently; symmetric: at one rate, uniform over items",
};
for (const [name, target] of [
  ["attributes-1", "gender"],
  ["slant-1", "slant, de"],
] as const) {
  const suite = parseSuite(readFileSync(`data/suites/${name}/suite.json`), name);
  let [differing, missed] = [0, 0];
  for (let m = 0; m < SYMMETRIC; m++) {
    const { paired, across } = await reportOf(suite, `${name}/symmetric/${m}`, null, 0, 1);
    differing += Number([...paired, ...across].some(({ counted }) => counted.differs));
    missed += Number(paired.some(({ counted: { difference } }) => difference[0] > 0 || difference[1] < 0));
  }
  const power: Record<string, unknown> = {};
  for (const samples of [1, 10])
    for (const skew of SKEWS) {
      let [found, others, held] = [0, 0, 0];
      for (let m = 0; m < SKEWED; m++) {
        const { paired } = await reportOf(suite, `${name}/${skew}/${samples}/${m}`, target, skew, samples);
        found += Number(paired.find(({ id }) => id === target)!.counted.differs);
        others += Number(paired.some(({ id, counted }) => id !== target && counted.differs));
        const { difference } = paired.find(({ id }) => id === target)!.counted;
        held += Number(samples === 1 && difference[0] <= skew && skew <= difference[1]);
      }
      power[`${100 * skew} points, ${samples} a question`] = {
        found: bounds(found, SKEWED),
        othersNamed: others,
        ...(samples === 1 ? { boundsHold: held } : {}),
      };
    }
  study[name] = {
    symmetric: { differ: bounds(differing, SYMMETRIC), boundsLeaveOutZero: missed },
    skewedIn: target,
    power,
  };
  process.stderr.write(`${name} done\n`);
}
writeFileSync(OUT, `${JSON.stringify(study, null, 1)}\n`);
process.stdout.write(`${JSON.stringify(study, null, 1)}\n`);
