/** Exact tails against direct sums of rational terms, and far beyond where libraries return zero. */
import { describe, expect, it } from "vitest";
import { log10BinomialTail, log10GammaTail, log10HypergeometricTail } from "../../src/stats/exact-tails.js";
import { log10WeightedBitsTail } from "../../src/stats/weighted-bits-tail.js";

function choose(n: number, k: number): bigint {
  let c = 1n;
  for (let i = 0; i < k; i++) c = (c * BigInt(n - i)) / BigInt(i + 1);
  return c;
}
function log10Ratio(a: bigint, b: bigint): number {
  const log = (x: bigint) => {
    const text = x.toString();
    return Math.log10(Number(`0.${text.slice(0, 17)}`)) + text.length;
  };
  return log(a) - log(b);
}

describe("binomial", () => {
  it("is the sum of its terms", () => {
    for (const [n, k] of [
      [1, 1],
      [10, 0],
      [10, 3],
      [40, 10],
      [40, 11],
      [40, 40],
      [300, 150],
      [300, 299],
      [2000, 1500],
    ] as const) {
      let sum = 0n;
      for (let i = k; i <= n; i++) sum += choose(n, i) * 3n ** BigInt(n - i);
      expect(log10BinomialTail(k, n, 0.25)).toBeCloseTo(log10Ratio(sum, 4n ** BigInt(n)), 9);
    }
  });
  it("survives 10^-5000", () => {
    expect(log10BinomialTail(10_000, 10_000, 0.25)).toBeCloseTo(-6020.5999, 3);
    expect(log10BinomialTail(300_000, 1_000_000, 0.25)).toBeLessThan(-2500);
  });
});

it("hypergeometric is the sum of its terms", () => {
  for (const [k, n, marked, population] of [
    [3, 10, 12, 50],
    [9, 10, 12, 50],
    [1, 10, 12, 50],
    [30, 40, 45, 50],
    [200, 400, 256, 1024],
    [12, 12, 12, 12],
  ] as const) {
    let sum = 0n;
    for (let i = k; i <= Math.min(n, marked); i++) sum += choose(marked, i) * choose(population - marked, n - i);
    expect(log10HypergeometricTail(k, n, marked, population)).toBeCloseTo(log10Ratio(sum, choose(population, n)), 9);
  }
});

it("gamma is the sum of its terms", () => {
  for (const [x, shape] of [
    [0.5, 1],
    [3, 10],
    [30, 10],
    [200, 100],
    [700, 100],
  ] as const) {
    let term = 1;
    let sum = 1;
    for (let i = 1; i < shape; i++) {
      term *= x / i;
      sum += term;
    }
    expect(log10GammaTail(x, shape)).toBeCloseTo(Math.log10(sum) - x / Math.LN10, 9);
  }
  expect(log10GammaTail(20_000, 5_000)).toBeLessThan(-2000);
});

describe("weighted bits", () => {
  function direct(x: number, weights: readonly number[], n: number): number {
    let law = [1n];
    for (const w of weights)
      for (let i = 0; i < n; i++) {
        const next = new Array<bigint>(law.length + w).fill(0n);
        for (const [s, count] of law.entries()) {
          next[s]! += count;
          next[s + w]! += count;
        }
        law = next;
      }
    const sum = law.slice(x).reduce((a, b) => a + b, 0n);
    return log10Ratio(sum, 2n ** BigInt(weights.length * n));
  }
  it("is the sum of its terms", () => {
    for (const [x, weights, n] of [
      [5, [1, 2, 3], 1],
      [9, [1, 2, 3], 2],
      [40, [10, 7, 4, 1], 3],
      [66, [10, 7, 4, 1], 3],
      [34, [10, 7, 4, 1], 3],
      [33, [10, 7, 4, 1], 3],
      [20, [10, 7, 4, 1], 3],
      [300, [10, 7, 4, 1], 20],
      [400, [2, 4, 6], 40],
      [455, [2, 4, 6], 40],
    ] as const)
      expect(log10WeightedBitsTail(x, weights, n), `${x} of ${weights} × ${n}`).toBeCloseTo(direct(x, weights, n), 7);
  });
  it("with another rate of ones is the sum of its terms, on both sides of the mean", () => {
    for (const rate of [0.3, 0.4976, 0.5024, 0.9])
      for (const [weights, n] of [
        [[10, 7, 4, 1], 3],
        [[1, 2, 3], 12],
      ] as const) {
        let law = [1];
        for (const w of weights)
          for (let t = 0; t < n; t++) {
            const next = new Array<number>(law.length + w).fill(0);
            for (const [s, p] of law.entries()) {
              next[s]! += p * (1 - rate);
              next[s + w]! += p * rate;
            }
            law = next;
          }
        for (const x of [1, 9, 20, 33, 34, 40, 60, law.length - 1]) {
          const tail = law.slice(x).reduce((a, b) => a + b, 0);
          expect(log10WeightedBitsTail(x, weights, n, rate), `${x} at ${rate}`).toBeCloseTo(Math.log10(tail), 7);
        }
      }
    expect(log10WeightedBitsTail(5, [1, 2], 4, 1)).toBe(0);
  });
  it("with equal weights is the binomial, for any n", () => {
    for (const [k, n] of [
      [520, 1000],
      [700, 1000],
      [5_100_000, 10_000_000],
    ] as const)
      expect(log10WeightedBitsTail(k, [1, 1], n / 2)).toBeCloseTo(log10BinomialTail(k, n, 0.5), 6);
  });
});
