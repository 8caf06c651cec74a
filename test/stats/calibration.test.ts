/** Costs of likelihood ratios against worked values. */
import { expect, it } from "vitest";
import {
  areaUnderCurve,
  cllr,
  cllrMin,
  crossEntropy,
  crossEntropyMin,
  type LikelihoodRatio,
  tippett,
} from "../../src/stats/calibration.js";

const of = (...values: number[]): LikelihoodRatio[] => values.map((log10LR) => ({ log10LR, weight: 1 }));

it("a constant ratio of 1 costs one bit, and its cross-entropy is the prior's entropy", () => {
  expect(cllr(of(0, 0), of(0))).toBeCloseTo(1, 12);
  expect(crossEntropy(of(0), of(0), 0)).toBeCloseTo(1, 12);
  // Odds of 1 : 9.
  expect(crossEntropy(of(0), of(0), Math.log10(1 / 9))).toBeCloseTo(-(0.1 * Math.log2(0.1) + 0.9 * Math.log2(0.9)), 12);
});

it("the best recalibration of parted scores costs nothing, and of one exchanged pair what counting gives", () => {
  expect(cllrMin(of(1, 2), of(-1, -2))).toBeCloseTo(0, 6);
  expect(crossEntropyMin(of(1, 2), of(-1, -2), 0.5)).toBeCloseTo(0, 6);
  // Sorted d s d s: the middle two pool to a ratio of 1, which costs half of the cases one bit.
  expect(cllrMin(of(0, 2), of(-1, 1))).toBeCloseTo(0.5, 6);
  expect(crossEntropyMin(of(0, 2), of(-1, 1), 0)).toBeCloseTo(0.5, 6);
});

it("at even odds the cross-entropy is Cllr, and no recalibration costs more", () => {
  const [same, different] = [of(1.2, -0.3, 2.2, 0.4), of(-2, 0.1, -0.7)];
  expect(crossEntropy(same, different, 0)).toBeCloseTo(cllr(same, different), 12);
  for (const odds of [-2, -0.5, 0, 1])
    expect(crossEntropyMin(same, different, odds)).toBeLessThanOrEqual(crossEntropy(same, different, odds) + 1e-12);
});

it("weights count as copies do", () => {
  const heavy = [{ log10LR: 1, weight: 3 }];
  expect(cllr([...heavy, ...of(-1)], of(0))).toBeCloseTo(cllr(of(1, 1, 1, -1), of(0)), 12);
  expect(tippett([...heavy, ...of(-1)], [0])).toEqual([0.75]);
  expect(areaUnderCurve(of(1), of(0, 1, 2))).toBeCloseTo(0.5, 12);
});
