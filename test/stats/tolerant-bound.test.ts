/** Laws of the tolerant bound: by simulation with lawful agreements planted, and against the bound without tolerance. */
import { describe, expect, test } from "vitest";
import { prng, sample } from "../../src/base/prng.js";
import { log10SelfMatchBound } from "../../src/stats/self-matches.js";
import { log10TolerantBound, toleratedUnits } from "../../src/stats/tolerant-bound.js";

describe("bound on agreements with 5 % tolerance", () => {
  test("20,000 relabellings with 13 of 256 planted: no tolerance always rejects, tolerance at its level", () => {
    const [n, planted, runs] = [256, 13, 20_000];
    expect(toleratedUnits(n)).toBe(planted);
    const source = prng("test", "tolerant bound");
    let [strict, tolerant] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const rest = sample(n - planted, n - planted, source);
      const agreeing = planted + rest.filter((x, i) => x === i).length;
      if (log10SelfMatchBound([n], n, agreeing) <= Math.log10(0.05)) strict++;
      if (log10TolerantBound(n, n, agreeing) <= Math.log10(0.05)) tolerant++;
    }
    expect(strict).toBe(runs);
    expect(tolerant / runs).toBeLessThanOrEqual(0.05);
    expect(tolerant).toBeGreaterThan(0);
  });

  test("is never smaller than the bound without tolerance, and 1 up to the tolerated number", () => {
    for (const [m, n] of [
      [64, 256],
      [256, 256],
      [10, 176],
    ] as const)
      for (let k = 0; k <= m; k++) {
        const p = log10TolerantBound(m, n, k);
        expect(p).toBeGreaterThanOrEqual(log10SelfMatchBound([m], n, k));
        if (k <= toleratedUnits(n)) expect(p).toBe(0);
      }
  });

  test("64 of 256 looked at and 36 layer pairs: twenty agreements reach 10⁻⁶, nineteen do not", () => {
    const paid = (k: number) => log10TolerantBound(64, 256, k) + Math.log10(36);
    expect(paid(20)).toBeLessThan(-6);
    expect(paid(19)).toBeGreaterThan(-6);
  });
});
