/** Clopper–Pearson bounds: rounded rightly by exact arithmetic, and beside a library's beta quantiles. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lower95, upper95 } from "../../src/stats/clopper-pearson.js";

/** k, n, upper and lower bound by @stdlib/stats-base-dists-beta-quantile 0.2.3 (k = 0 and k = n by powers). */
const BY_LIBRARY: readonly (readonly [number, number, number, number])[] = [
  [0, 5, 0.4507197283469412, 0],
  [1, 5, 0.6574083180011386, 0.010206218313011496],
  [2, 5, 0.8107446225622291, 0.07644039141232889],
  [4, 5, 0.9897937816869885, 0.3425916819988613],
  [5, 5, 1, 0.5492802716530588],
  [0, 12, 0.22092219194555585, 0],
  [1, 12, 0.33868066843403233, 0.004265318777560666],
  [2, 12, 0.4381054351153113, 0.03046016565913718],
  [5, 12, 0.6847622092755479, 0.18102475724232092],
  [10, 12, 0.9695398343408628, 0.5618945648846886],
  [6, 12, 0.7547001987258748, 0.24529980127412515],
  [11, 12, 0.9957346812224394, 0.6613193315659674],
  [12, 12, 1, 0.7790778080544442],
  [0, 30, 0.09503385285530419, 0],
  [1, 30, 0.14859606865911312, 0.0017083156444657344],
  [2, 30, 0.1953260436549259, 0.011975800965209105],
  [5, 30, 0.31897118194731494, 0.0680555735803845],
  [10, 30, 0.49943869717595274, 0.19330842112059307],
  [15, 30, 0.661107338390485, 0.33889266160951503],
  [29, 30, 0.9982916843555343, 0.8514039313408868],
  [30, 30, 1, 0.9049661471446958],
  [0, 75, 0.03915588747217125, 0],
  [1, 75, 0.06169454289942645, 0.0006836767782907531],
  [2, 75, 0.0815718704532479, 0.0047587145878423345],
  [5, 75, 0.1350712476892609, 0.026633970374005035],
  [10, 75, 0.2156631091165696, 0.07415801988839404],
  [37, 75, 0.5938071136232758, 0.3932661216241616],
  [74, 75, 0.9993163232217093, 0.9383054571005736],
  [75, 75, 1, 0.9608441125278288],
  [0, 366, 0.008151654452708823, 0],
  [1, 366, 0.012895275017083487, 0.00014013579314305202],
  [2, 366, 0.017100950782375973, 0.000971789838806974],
  [5, 366, 0.028508238395770855, 0.005397931604526744],
  [10, 366, 0.045904119085308, 0.014896675494862248],
  [183, 366, 0.5442384161618321, 0.45576158383816784],
  [365, 366, 0.9998598642068569, 0.9871047249829165],
  [366, 366, 1, 0.9918483455472912],
  [0, 805, 0.0037144906991983806, 0],
  [1, 805, 0.005879313657588446, 0.00006371634814844133],
  [2, 805, 0.007800020201428148, 0.000441619781641567],
  [5, 805, 0.01301499211721701, 0.0024504840904063393],
  [10, 805, 0.020979966906519536, 0.00675467028188655],
  [402, 805, 0.5289534173321233, 0.4698077285489349],
  [804, 805, 0.9999362836518516, 0.9941206863424116],
  [805, 805, 1, 0.9962855093008016],
  [0, 1024, 0.0029212446353880095, 0],
  [1, 1024, 0.004624219996744401, 0.000050089853261749153],
  [2, 1024, 0.006135352396230428, 0.0003471420362370742],
  [5, 1024, 0.010239018678139533, 0.0019258848543224224],
  [10, 1024, 0.01650835830108534, 0.005307530398251378],
  [512, 1024, 0.5261648594388215, 0.47383514056117854],
  [1023, 1024, 0.9999499101467383, 0.9953757800032556],
  [1024, 1024, 1, 0.997078755364612],
  [0, 4203, 0.0007125065209095949, 0],
  [1, 4203, 0.0011281827789255178, 0.000012203897548860121],
  [2, 4203, 0.0014971632164143753, 0.00008455597604525866],
  [5, 4203, 0.0024996767062838614, 0.00046886165589603344],
  [10, 4203, 0.004032398423921342, 0.0012913906581082605],
  [2101, 4203, 0.512682995947469, 0.48707920113471226],
  [4202, 4203, 0.9999877961024511, 0.9988718172210744],
  [4203, 4203, 1, 0.9992874934790904],
  [0, 10000, 0.00029952835977664627, 0],
  [1, 10000, 0.00047429765916543674, 0.0000051293162837673],
  [2, 10000, 0.0006294441486871455, 0.000035537296551270406],
  [5, 10000, 0.0010510137186384818, 0.00019703495636091883],
  [10, 10000, 0.001695631453645378, 0.0005426375752908937],
  [5000, 10000, 0.5082734955962621, 0.4917265044037379],
  [9999, 10000, 0.9999948706837163, 0.9995257023408346],
  [10000, 10000, 1, 0.9997004716402234],
];
/** What the library's own search is exact to; with k = 0, what 1 − 0.05^(1/n) loses by cancelling. */
const LIBRARY_SLACK = 2e-14;
const POWER_SLACK = 2e-13;

/** P(X ≤ k) − 1/20 has this sign; the rate is numerator / 2^bits, everything in whole numbers. */
function sign(k: number, n: number, numerator: bigint, bits: bigint): number {
  const one = 1n << bits;
  let [sum, choices] = [0n, 1n];
  for (let i = 0; i <= k; i++) {
    sum += choices * numerator ** BigInt(i) * (one - numerator) ** BigInt(n - i);
    choices = (choices * BigInt(n - i)) / BigInt(i + 1);
  }
  const difference = sum * 20n - one ** BigInt(n);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

/** Half-way to the doubles below and above, as numerators over 2^bits. */
function halves(rate: number): { below: bigint; above: bigint; bits: bigint } {
  const exponent = Math.floor(Math.log2(rate));
  const bits = BigInt(53 - exponent);
  const numerator = BigInt(rate * 2 ** (53 - exponent));
  return { below: numerator - 1n, above: numerator + 1n, bits };
}

describe("Clopper–Pearson bounds", () => {
  test("are the nearest doubles to what defines them", () => {
    const trials = fc
      .integer({ min: 1, max: 90 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(trials, ([k, n]) => {
        if (k < n) {
          const { below, above, bits } = halves(upper95(k, n));
          if (sign(k, n, below, bits) < 0 || sign(k, n, above, bits) > 0) return false;
        }
        if (k > 0) {
          // P(X ≥ k) at a rate is P(X ≤ n − k) at the other.
          const { below, above, bits } = halves(lower95(k, n));
          const one = 1n << bits;
          if (sign(n - k, n, one - below, bits) > 0 || sign(n - k, n, one - above, bits) < 0) return false;
        }
        return true;
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test.each(BY_LIBRARY)("%i of %i: the library's values, as far as they are exact", (k, n, upper, lower) => {
    expect(Math.abs(upper95(k, n) - upper)).toBeLessThanOrEqual((k === 0 ? POWER_SLACK : LIBRARY_SLACK) * upper);
    expect(Math.abs(lower95(k, n) - lower)).toBeLessThanOrEqual(LIBRARY_SLACK * lower);
    // As findings state it: rounded up at the sixth decimal.
    expect(Math.ceil(upper95(k, n) * 1e6)).toBe(Math.ceil(upper * 1e6));
  });

  test("without trials say nothing; the ends are the ends", () => {
    expect([upper95(0, 0), lower95(0, 0), upper95(7, 7), lower95(0, 7)]).toEqual([1, 0, 1, 0]);
  });

  test("are pinned to the bit", () => {
    expect(upper95(0, 30)).toBe(0.09503385285530414);
    expect(lower95(74, 75)).toBe(0.9383054571005736);
  });

  test("fall and rise as they must", () => {
    for (const n of [6, 41])
      for (let k = 1; k <= n; k++) {
        expect(upper95(k, n)).toBeGreaterThanOrEqual(upper95(k - 1, n));
        expect(lower95(k, n)).toBeGreaterThan(lower95(k - 1, n));
      }
  });
});
