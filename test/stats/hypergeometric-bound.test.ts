/** Exact bounds for a finite population: coverage summed over every true number, and values computed elsewhere. */
import { describe, expect, test } from "vitest";
import { coverage, exceeds, LEVEL_95, upperCount } from "../../src/stats/hypergeometric-bound.js";

test("coverage is at least 95 % for every number of bad units, summed exactly (N = 2,000, k = 300)", () => {
  const { least } = coverage(2000, 300);
  expect(least).toBeGreaterThanOrEqual(0.95);
  expect(least).toBeLessThan(0.9501);
});

test.each([1, 2, 5, 30])("coverage holds at small sizes, over all m (N = 60, k = %i)", (k) => {
  expect(coverage(60, k).least).toBeGreaterThanOrEqual(0.95);
});

describe("values that scipy's hypergeom gives", () => {
  test.each([
    [0, 300, 1_000_000, 9_934],
    [2, 300, 1_000_000, 20_834],
    [0, 4_603, 1_000_000, 649],
    [0, 300, 5_000, 48],
  ])("%i bad of %i drawn from %i: at most %i", (x, k, n, upper) => {
    expect(upperCount(x, k, BigInt(n))).toBe(BigInt(upper));
  });
});

test("tokens: a population of a million million keeps its digits", () => {
  const upper = upperCount(0, 300, 10n ** 12n);
  // 1 − 0.05^(1/300), as a share without end.
  expect(Number(upper) / 1e12).toBeCloseTo(1 - 0.05 ** (1 / 300), 9);
});

test("so many bad that a declared share does not explain them: the tail from above, brute force", () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  for (let x = 0; x <= 10; x++)
    for (let m = 0; m <= 40; m += 4) {
      let tail = 0;
      for (let i = x; i <= Math.min(10, m); i++)
        if (10 - i <= 40 - m) tail += (choose(m, i) * choose(40 - m, 10 - i)) / choose(40, 10);
      expect(exceeds(x, 10, BigInt(m), 40n, LEVEL_95), `${x} of 10, ${m} of 40`).toBe(tail <= 0.05);
    }
});
