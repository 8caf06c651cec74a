/** The bounds that measures are taken at, against their definitions; and that ten lucky accounts no longer look like a queue. */
import { expect, test } from "vitest";
import { medianAtLeast, shareAtLeast, varianceAtMost } from "../../../src/labs/traffic/score/lower-bounds.js";
import { balance } from "../../../src/labs/traffic/score/measures.js";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("the bound of a median is an order statistic of the binomial tail", () => {
  // P(Bin(6, ½) = 0) = 1.6 %, P(Bin(7, ½) = 0) = 0.8 %.
  expect(medianAtLeast(upTo(6))).toBe(0);
  expect(medianAtLeast(upTo(7))).toBe(1);
  // P(Bin(30, ½) ≤ 7) = 0.26 %, ≤ 8: 0.81 %, ≤ 9: 2.1 %.
  expect(medianAtLeast(upTo(30).reverse())).toBe(9);
  // The normal form of large samples meets the exact one.
  expect(medianAtLeast(upTo(10_001))).toBe(Math.floor((10_001 - 2.326348 * Math.sqrt(10_001)) / 2));
  expect(Math.abs(medianAtLeast(upTo(10_000)) - (10_000 - 232.6) / 2)).toBeLessThan(2);
});

test("the bound of a variance divides by the χ² quantile", () => {
  // χ² of 9 degrees: 1 % quantile 2.0879; of 29: 14.2565.
  expect(varianceAtMost(1, 10) / (9 / 2.0879)).toBeGreaterThan(1);
  expect(varianceAtMost(1, 10) / (9 / 2.0879)).toBeLessThan(1.03);
  expect(varianceAtMost(1, 30)).toBeCloseTo(29 / 14.2565, 2);
  expect(varianceAtMost(1, 2)).toBe(Number.POSITIVE_INFINITY);
});

test("the bound of a share falls with fewer and less equal accounts, and not where all agree", () => {
  const mixed = (n: number) => upTo(n).map((i) => ({ own: i % 2 === 0 ? 10 : 6, all: 10 }));
  expect(shareAtLeast(upTo(5).map(() => ({ own: 4, all: 4 })))).toBe(1);
  expect(shareAtLeast(mixed(10))).toBeLessThan(shareAtLeast(mixed(100)));
  expect(shareAtLeast(mixed(1000))).toBeCloseTo(0.8 - (2.326348 * 0.2) / Math.sqrt(1000), 3);
  expect(shareAtLeast([])).toBe(0);
});

test("balance needs rows: the same evenness on a dozen rows an account is not shown", () => {
  const few = [12, 9, 15, 11, 13, 10, 14, 12, 8, 14];
  expect(balance(few)).toBeLessThan(0.9);
  expect(balance(few.map((n) => 10 * n))).toBeLessThan(balance(upTo(30).map((i) => 120 + (i % 3))));
  expect(balance(upTo(30).map((i) => 60 + (i % 5)))).toBeGreaterThan(0.95);
});
