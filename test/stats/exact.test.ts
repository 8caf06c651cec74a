import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lower95, upper95 } from "../../src/stats/clopper-pearson.js";
import {
  log10Bonferroni,
  log10PFromE,
  logEValue,
  logMeanE,
  logWeightedMeanE,
  roundLog10P,
} from "../../src/stats/combine.js";
import { logChoose, logFactorial } from "../../src/stats/log-factorial.js";
import { log10SelfMatchBound, logCoefficient, logCoefficientBound } from "../../src/stats/self-matches.js";

function* permutations(n: number, chosen: number[] = []): Generator<number[]> {
  if (chosen.length === n) yield chosen;
  else for (let i = 0; i < n; i++) if (!chosen.includes(i)) yield* permutations(n, [...chosen, i]);
}

describe("bound on equal labels", () => {
  test("holds for every count, over all permutations of 6 labels and any pairing", () => {
    for (const m of [1, 3, 6]) {
      const counts = new Map<number, number>();
      let total = 0;
      for (const p of permutations(6)) {
        const self = p.slice(0, m).filter((x, i) => x === i).length;
        counts.set(self, (counts.get(self) ?? 0) + 1);
        total++;
      }
      for (let k = 0; k <= m; k++) {
        const tail = [...counts].filter(([f]) => f >= k).reduce((s, [, c]) => s + c, 0) / total;
        expect(10 ** log10SelfMatchBound([m], 6, k)).toBeGreaterThanOrEqual(tail - 1e-12);
      }
      // At k = m = n the bound is the probability itself.
      expect(10 ** log10SelfMatchBound([6], 6, 6)).toBeCloseTo(1 / 720, 12);
    }
  });

  test("holds for two groups of 4 labels with permutations of their own", () => {
    const counts = new Map<number, number>();
    const all = [...permutations(4)].map((p) => p.filter((x, i) => x === i).length);
    for (const a of all) for (const b of all) counts.set(a + b, (counts.get(a + b) ?? 0) + 1);
    for (let k = 0; k <= 8; k++) {
      const tail = [...counts].filter(([f]) => f >= k).reduce((s, [, c]) => s + c, 0) / all.length ** 2;
      expect(10 ** log10SelfMatchBound([4, 4], 4, k)).toBeGreaterThanOrEqual(tail - 1e-12);
    }
  });

  test("for many equal labels in several groups the bound is above the exact sum, and near it", () => {
    const series = (m: number, n: number) =>
      Array.from({ length: m + 1 }, (_, k) => logChoose(m, k) + logFactorial(n - k) - logFactorial(n));
    for (const [ms, n, k] of [
      [[24, 24], 24, 48],
      [[20, 18, 24, 11], 24, 40],
      [[60, 64, 40], 64, 90],
    ] as const) {
      const groups = ms.map((m) => series(m, n));
      const [exact, bound] = [logCoefficient(groups, k), logCoefficientBound(groups, k)];
      expect(bound).toBeGreaterThanOrEqual(exact - 1e-9);
      expect(bound - exact).toBeLessThan(0.5 * Math.log(2 * Math.PI * k) + 1);
    }
    expect(log10SelfMatchBound([128, 128, 128, 128], 128, 512)).toBeLessThan(-800);
  });

  test("survives 10^−16000: 5,000 of 11,008", () => {
    expect(log10SelfMatchBound([11_008], 11_008, 5000)).toBeLessThan(-16_000);
    expect(Number.isFinite(log10SelfMatchBound([11_008], 11_008, 11_008))).toBe(true);
  });

  test("never exceeds 1 and never falls when a pair more agrees", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (n, m0) => {
        const m = Math.min(m0, n);
        let before = 0;
        for (let k = 0; k <= m; k++) {
          const p = log10SelfMatchBound([m], n, k);
          expect(p).toBeLessThanOrEqual(before + 1e-9);
          before = p;
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("combination", () => {
  test("the calibrator is an e-value: its mean over uniform p is 1", () => {
    // Substituting p = e^−t: ∫ e(p) dp = ∫ e(e^−t) e^−t dt, by the midpoint rule to t = 4·10⁵ in log steps.
    let mean = 0;
    let at = 0;
    for (let step = 1e-4; at < 5e5; step = Math.max(1e-4, at * 1e-3)) {
      const t = at + step / 2;
      mean += Math.exp(logEValue(-t / Math.LN10) - t) * step;
      at += step;
    }
    expect(mean).toBeGreaterThan(0.999);
    expect(mean).toBeLessThan(1.0001);
  });

  test("averaged e-values: nothing staked, nothing won; one overwhelming part carries its weight", () => {
    const p = (logEs: number[]) => log10PFromE(logMeanE(logEs));
    expect(p([0, 0])).toBeCloseTo(0, 12);
    expect(p([logEValue(0), logEValue(-500)])).toBeLessThan(-490);
    expect(p([logEValue(0), logEValue(0)])).toBeCloseTo(0, 12);
    const weighted = logWeightedMeanE([
      { weight: 0.7, logE: 0 },
      { weight: 0.3, logE: Math.log(10) },
    ]);
    expect(Math.exp(weighted)).toBeCloseTo(0.7 + 3, 12);
  });

  test("repeating one p-value any number of times does not make it smaller", () => {
    for (const log10P of [-0.5, -2, -40])
      for (const times of [2, 32])
        expect(logMeanE(new Array<number>(times).fill(logEValue(log10P)))).toBeCloseTo(logEValue(log10P), 9);
  });

  test("rounding goes towards 1", () => {
    expect(roundLog10P(-6.0000001)).toBe(-6);
    expect(Object.is(roundLog10P(0), 0)).toBe(true);
    expect(log10Bonferroni(-1, 100)).toBe(0);
  });
});

describe("Clopper–Pearson", () => {
  test("gives the published figures for 0 of n", () => {
    for (const [n, want] of [
      [30, 0.095],
      [100, 0.0295],
      [300, 0.0099],
      [1000, 0.003],
    ] as const)
      expect(upper95(0, n)).toBeCloseTo(want, 3);
    expect(upper95(1, 600)).toBeCloseTo(0.00788, 4);
    expect(lower95(20, 20)).toBeCloseTo(0.05 ** (1 / 20), 12);
    expect(lower95(0, 0)).toBe(0);
    expect(upper95(0, 0)).toBe(1);
    expect(lower95(18, 20)).toBeCloseTo(1 - upper95(2, 20), 9);
  });

  test("ln n! is the sum of logarithms", () => {
    expect(logFactorial(10)).toBeCloseTo(Math.log(3_628_800), 12);
  });
});
