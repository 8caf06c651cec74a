/** The bound on pairs in one order and the shift e-value: exhaustively where small, by simulation where not. */
import { describe, expect, test } from "vitest";
import { prng, sample } from "../../src/base/prng.js";
import { longestIncreasing } from "../../src/kernels/increasing.js";
import { log10IncreasingBound } from "../../src/stats/increasing-matches.js";
import { logShiftE, SHIFT_BLOCK } from "../../src/stats/shift-evidence.js";

function* permutations(n: number, chosen: number[] = []): Generator<number[]> {
  if (chosen.length === n) yield chosen;
  else for (let i = 0; i < n; i++) if (!chosen.includes(i)) yield* permutations(n, [...chosen, i]);
}

function lengthByTable(values: readonly number[]): number {
  const best = values.map(() => 1);
  for (let i = 0; i < values.length; i++)
    for (let j = 0; j < i; j++) if (values[j]! < values[i]!) best[i] = Math.max(best[i]!, best[j]! + 1);
  return Math.max(0, ...best);
}

describe("longest increasing subsequence", () => {
  test("is as long as the quadratic table says, rises, and lies in place", () => {
    for (let run = 0; run < 200; run++) {
      const values = Array.from(sample(40, run % 40, prng("lis", String(run))));
      const at = longestIncreasing(values);
      expect(at.length).toBe(lengthByTable(values));
      for (let i = 1; i < at.length; i++) {
        expect(at[i]!).toBeGreaterThan(at[i - 1]!);
        expect(values[at[i]!]!).toBeGreaterThan(values[at[i - 1]!]!);
      }
    }
    expect(longestIncreasing([])).toEqual([]);
    expect(longestIncreasing([3, 3, 3]).length).toBe(1);
  });
});

describe("bound on pairs in one order", () => {
  const tails = (lengths: number[]) => (l: number) => lengths.filter((x) => x >= l).length / lengths.length;

  test("holds for every length, over all permutations of up to 8 pairs", () => {
    for (const m of [1, 3, 6, 8]) {
      const tail = tails([...permutations(m)].map((p) => longestIncreasing(p).length));
      for (let l = 0; l <= m; l++) expect(10 ** log10IncreasingBound([m], l)).toBeGreaterThanOrEqual(tail(l) - 1e-12);
    }
    // All in order: the bound is the probability itself.
    expect(10 ** log10IncreasingBound([8], 8)).toBeCloseTo(1 / 40_320, 14);
  });

  test("holds for two groups with orders of their own", () => {
    const one = [...permutations(4)].map((p) => longestIncreasing(p).length);
    const tail = tails(one.flatMap((a) => one.map((b) => a + b)));
    for (let l = 0; l <= 8; l++) expect(10 ** log10IncreasingBound([4, 4], l)).toBeGreaterThanOrEqual(tail(l) - 1e-12);
  });

  test("holds in 20,000 simulated orders of 60 pairs, and speaks from about e√m on", () => {
    const source = prng("lis simulation", "1");
    const lengths = Array.from({ length: 20_000 }, () => longestIncreasing(Array.from(sample(60, 60, source))).length);
    const tail = tails(lengths);
    for (let l = 1; l <= 60; l++) expect(10 ** log10IncreasingBound([60], l)).toBeGreaterThanOrEqual(tail(l));
    expect(log10IncreasingBound([60], 15)).toBe(0);
    expect(log10IncreasingBound([60], 24)).toBeLessThan(-4);
    expect(log10IncreasingBound([256], 200)).toBeLessThan(-300);
  });
});

describe("shift e-value", () => {
  /** T_k of blocks whose likenesses are given. */
  function turns(likeness: number[][][]) {
    const squares = { sum: 0, count: 0 };
    const sums = likeness.map((block) => {
      for (const x of block.flat()) {
        squares.sum += x * x;
        squares.count++;
      }
      return block.map((_, k) => block.reduce((s, row, i) => s + row[(i + k) % block.length]!, 0));
    });
    return { sums, squares };
  }

  test("has mean 1 over all turns of the labels, whatever the likenesses", () => {
    const source = prng("shift", "1");
    for (let run = 0; run < 20; run++) {
      const likeness = Array.from({ length: 3 }, () =>
        Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => source.uint32() / 2 ** 32 - 0.5)),
      );
      let mean = 0;
      for (let a = 0; a < 4; a++)
        for (let b = 0; b < 4; b++)
          for (let c = 0; c < 4; c++) {
            const turned = likeness.map((block, at) =>
              block.map((row) => row.map((_, j) => row[(j + [a, b, c][at]!) % 4]!)),
            );
            const { sums, squares } = turns(turned);
            mean += Math.exp(logShiftE(sums, squares)) / 64;
          }
      expect(mean).toBeCloseTo(1, 10);
    }
  });

  test("sees a likeness of half a standard deviation, far too faint for nearest neighbours", () => {
    const source = prng("shift", "2");
    const normal = () =>
      Math.sqrt(-2 * Math.log((source.uint32() + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * source.uint32()) / 2 ** 32);
    const blocks = (lift: number) =>
      Array.from({ length: 64 }, () =>
        Array.from({ length: SHIFT_BLOCK }, (_, i) =>
          Array.from({ length: SHIFT_BLOCK }, (_, j) => normal() + (i === j ? lift : 0)),
        ),
      );
    const log10E = (lift: number) => {
      const { sums, squares } = turns(blocks(lift));
      return logShiftE(sums, squares) / Math.LN10;
    };
    expect(log10E(0.5)).toBeGreaterThan(12);
    expect(log10E(0)).toBeLessThan(1);
  });

  test("is 1 where nothing is alike", () => {
    expect(logShiftE([[0, 0]], { sum: 0, count: 4 })).toBe(0);
  });
});
