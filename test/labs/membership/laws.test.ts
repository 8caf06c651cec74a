/** The two laws of the membership laboratory against counting, against each other, and under their own nulls. */
import { describe, expect, test } from "vitest";
import { prng, sample } from "../../../src/base/prng.js";
import { concordantPairs, log10Concordance } from "../../../src/labs/membership/law/concordance.js";
import { log10Tail, rankOf, weightOf } from "../../../src/labs/membership/law/ranks.js";
import { looksAt } from "../../../src/labs/membership/looks.js";

describe("ranks among candidates, combined", () => {
  test("the tail is that of counting all ranks of three sets", () => {
    const sizes = [10, 12, 15];
    const sums: number[] = [];
    for (let a = 1; a <= 10; a++)
      for (let b = 1; b <= 12; b++)
        for (let c = 1; c <= 15; c++)
          sums.push([a, b, c].reduce((sum, rank, i) => sum + weightOf({ rank, of: sizes[i]! }), 0));
    for (const value of new Set(sums)) {
      const share = sums.filter((each) => each >= value).length / sums.length;
      expect(10 ** log10Tail(sizes, value)).toBeCloseTo(share, 12);
    }
  });
  test("eight canaries that all rank first among 200 have p = 200^-8", () => {
    const sizes = new Array(8).fill(200);
    expect(log10Tail(sizes, 8 * weightOf({ rank: 1, of: 200 }))).toBeCloseTo(-8 * Math.log10(200), 9);
    expect(log10Tail(sizes, 0)).toBe(0);
  });
  test("ties count against the claim", () => {
    expect(rankOf([-3, -3, -5, -1], 0)).toEqual({ rank: 3, of: 4 });
    expect(rankOf([-2, -2, -2], 1)).toEqual({ rank: 3, of: 3 });
  });
});

describe("concordance with a drawn order", () => {
  test("pairs are counted as they are", () => {
    const source = prng("test/membership", "pairs");
    for (let n = 2; n < 40; n++) {
      const values = Array.from({ length: n }, () => source.below(12));
      let slow = 0;
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) if (values[i]! < values[j]!) slow++;
      expect(concordantPairs(values)).toBe(slow);
    }
  });
  test("the tail of five is that of counting 120 orders", () => {
    const orders: number[][] = [];
    const walk = (left: number[], taken: number[]): void => {
      if (left.length === 0) orders.push(taken);
      for (const one of left)
        walk(
          left.filter((each) => each !== one),
          [...taken, one],
        );
    };
    walk([1, 2, 3, 4, 5], []);
    const counts = orders.map(concordantPairs);
    for (let c = 1; c <= 10; c++)
      expect(10 ** log10Concordance(5, c)).toBeCloseTo(counts.filter((each) => each >= c).length / 120, 12);
  });
  test("summed and inverted laws run into one another at 60 and 61, and all pairs give 1/n!", () => {
    const z = (n: number, c: number) => (c - (n * (n - 1)) / 4) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 72);
    for (const share of [0.55, 0.6, 0.7, 0.8, 0.9]) {
      // log10 p / z^2 changes by little from one n to the next: a fault of either law would be a step.
      const ratio = (n: number) => {
        const c = Math.round((share * n * (n - 1)) / 2);
        return log10Concordance(n, c) / z(n, c) ** 2;
      };
      const [a, b, c, d] = [ratio(59), ratio(60), ratio(61), ratio(62)] as [number, number, number, number];
      expect(Math.abs(c - b)).toBeLessThan(4 * Math.max(Math.abs(b - a), Math.abs(d - c)) + 2e-3);
    }
    expect(log10Concordance(100, 4950)).toBeCloseTo(-157.970004, 5);
    expect(log10Concordance(100, 4949)).toBeCloseTo(-157.970004 + 2, 5);
  });
  test("of 20,000 drawn orders of 80, as many reach a level as it says", () => {
    const source = prng("test/membership", "level");
    const counts = Array.from({ length: 20_000 }, () => concordantPairs([...sample(80, 80, source)]));
    const seen = new Map<number, number>();
    const p = (c: number) => {
      if (!seen.has(c)) seen.set(c, 10 ** log10Concordance(80, c));
      return seen.get(c)!;
    };
    for (const level of [0.05, 0.01, 0.001]) {
      const share = counts.filter((c) => p(c) <= level).length / counts.length;
      expect(share).toBeLessThan(level + 4 * Math.sqrt(level / counts.length));
      expect(share).toBeGreaterThan(0.6 * level);
    }
  });
});

describe("what texts say of their own order", () => {
  const source = prng("test/membership", "looks");
  const texts = Array.from({ length: 200 }, () =>
    Array.from({ length: 5 + source.below(20) }, () => "abcdefghij"[source.below(10)]).join(""),
  );
  const least = (of: readonly string[]) => Math.min(...looksAt(of, "s").map(({ log10P }) => log10P));
  test("drawn texts say nothing; sorted, growing, numbered and chained ones are seen", () => {
    expect(least(texts)).toBeGreaterThan(-2.6);
    expect(least([...texts].sort())).toBeLessThan(-20);
    expect(least([...texts].sort((a, b) => a.length - b.length))).toBeLessThan(-20);
    expect(least(texts.map((text, i) => `${text} no. ${i}`))).toBeLessThan(-20);
    expect(least(texts.map((text, i) => `${text} topic${Math.floor(i / 10)}`))).toBeLessThan(-2.6);
  });
});
