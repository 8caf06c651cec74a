/**
 * Fresh code words drawn by parts against plain ones drawn bit by bit, and the exact bound against both. The grid is
 * rounded up: a count may be a little too large, never too small.
 */
import { expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { SUM_CELLS, TokenDraws } from "../../../src/kernels/token-draws.js";
import { countFreshWords, partsOf } from "../../../src/labs/marks/leak/fresh-words.js";
import { log10TailBound } from "../../../src/labs/marks/leak/leak.js";

const draws = new TokenDraws();

function evidence(bits: number) {
  const source = prng("test/fresh-words", String(bits));
  const uniform = () => source.uint32() / 2 ** 32;
  const rates = Float64Array.from({ length: bits }, () => Math.sin(0.0577 + uniform() * 1.4554) ** 2);
  // Readings of either sign, a tenth of them missing, some far out.
  const soft = rates.map(() => (uniform() < 0.1 ? 0 : (uniform() + uniform() - 1) * (uniform() < 0.05 ? 20 : 1)));
  const high = rates.map((p, b) => soft[b]! * Math.sqrt((1 - p) / p));
  const low = rates.map((p, b) => -soft[b]! * Math.sqrt(p / (1 - p)));
  return { rates, high, low, spread: Math.sqrt(soft.reduce((sum, y) => sum + y * y, 0)) };
}

/** Marsaglia's xorshift128: 10^8 plain bits would take SHA-256 a minute. */
function xorshift(seed: number): () => number {
  let [x, y, z, w] = [123_456_789 ^ seed, 362_436_069, 521_288_629, 88_675_123];
  return () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
}

for (const bits of [64, 700, 2048])
  test(`parts draw what plain words score, ${bits} bits`, () => {
    const { rates, high, low, spread } = evidence(bits);
    const plain = 20_000;
    const words = 2_000_000;
    const next = xorshift(bits);
    const scores = Float64Array.from({ length: plain }, () => {
      let score = 0;
      for (let b = 0; b < bits; b++) score += next() < rates[b]! * 2 ** 32 ? high[b]! : low[b]!;
      return score;
    });
    for (const deviations of [-1, 0.5, 1.5, 2.5]) {
      const best = deviations * spread;
      const counted = countFreshWords(draws, {
        ...{ rates, high, low, best, weakest: best, words, seed: "a", onProgress: () => undefined },
      });
      expect(counted.reachingWeakest).toBe(counted.reaching);
      const share = counted.reaching / words;
      const plainShare = scores.filter((score) => score >= best).length / plain;
      const error = Math.sqrt((share * (1 - share)) / plain);
      expect(share).toBeGreaterThan(plainShare - 4 * error);
      // Rounding up moves a score by a tenth of a deviation at most.
      const moved = scores.filter((score) => score >= best - 0.1 * spread).length / plain;
      expect(share).toBeLessThan(moved + 4 * error);
      // The bound holds for what is drawn, rounding and all.
      if (deviations > 1) expect(Math.log10(share)).toBeLessThan(log10TailBound(best - 0.1 * spread, rates, high, low));
    }
  });

test("a part's law has the mean of its bits, rounded up by less than a tenth of a deviation in all", () => {
  const { rates, high, low, spread } = evidence(2048);
  const { base, unit, parts } = partsOf(rates, high, low);
  let mean = base;
  for (const law of parts) {
    expect(law.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    mean += unit * law.reduce((sum, p, steps) => sum + p * steps, 0);
  }
  // The exact mean is nought: each bit's is.
  expect(mean).toBeGreaterThanOrEqual(0);
  expect(mean / spread).toBeLessThan(0.1);
});

test("the two bounds are counted apart", () => {
  const { rates, high, low, spread } = evidence(2048);
  const asked = { rates, high, low, best: 2 * spread, weakest: spread, seed: "b", onProgress: () => undefined };
  const { reaching, reachingWeakest, drawn } = countFreshWords(draws, { ...asked, words: 2_000_000 });
  expect(reachingWeakest / drawn).toBeGreaterThan(0.15);
  expect(reachingWeakest / drawn).toBeLessThan(0.19);
  expect(reaching / drawn).toBeGreaterThan(0.021);
  expect(reaching / drawn).toBeLessThan(0.034);
});

test("a second turn draws other sums than the first: two turns are one long one", () => {
  const counted = (...turns: number[]) => {
    // One part whose cells 0 to 8,191 are equally likely.
    const tables = Uint32Array.from({ length: 2 * SUM_CELLS }, (_, i) => (i & 1 ? i >> 1 : 2 ** 32 - 1));
    const state = BigUint64Array.of(1n, 2n, 3n, 4n);
    const sums = draws.sumsReaching({ tables, most: Int32Array.of(SUM_CELLS - 1), low: 4096, high: 8000, state });
    for (const turn of turns) sums.more(turn);
    return [sums.low, sums.high];
  };
  expect(counted(30_000, 70_000)).toEqual(counted(100_000));
  const [low, high] = counted(1_000_000) as [number, number];
  expect(Math.abs(low - 500_000)).toBeLessThan(2500);
  expect(Math.abs(high - (1e6 * 192) / 8192)).toBeLessThan(800);
});
