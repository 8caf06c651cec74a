/**
 * What a sum of scores follows when the key was drawn without regard to the text: the exact tail of each family.
 * Valid for distinct (context, token) tuples; a tuple counted twice would be one draw counted as two.
 */
import { log10BinomialTail, log10GammaTail, log10HypergeometricTail } from "../../../stats/exact-tails.js";
import { log10TwoExponentialsTail } from "../../../stats/two-exponentials-tail.js";
import { log10WeightedBitsTail } from "../../../stats/weighted-bits-tail.js";

export type Law =
  /** A tuple scores 1 with probability `rate`. */
  | { kind: "green"; rate: number }
  /** A tuple scores the sum of the weights of its layers' bits, ones at `rate`. */
  | { kind: "bits"; weights: readonly number[]; rate: number }
  /** A tuple scores −ln(1 − u), u uniform. */
  | {
      kind: "exponential";
      /** How much a draw of few bits may lie above its continuous one, a tuple: taken off the sum before the tail. */
      slack?: number;
    }
  /** A tuple scores (1 − alpha)·e₁ + alpha·e₂, the two −ln(1 − u) under two keys. */
  | { kind: "two-exponentials"; alpha: number }
  /** One list for all contexts: distinct tokens drawn from a vocabulary, some of it marked. */
  | { kind: "one-list"; marked: number; vocabulary: number };

/** Mean and variance of one tuple's score. */
export function moments(law: Law): { mean: number; variance: number } {
  switch (law.kind) {
    case "green":
      return { mean: law.rate, variance: law.rate * (1 - law.rate) };
    case "bits": {
      const sum = law.weights.reduce((a, w) => a + w, 0);
      const { rate } = law;
      return { mean: sum * rate, variance: law.weights.reduce((a, w) => a + w * w, 0) * rate * (1 - rate) };
    }
    case "exponential":
      return { mean: 1, variance: 1 };
    case "two-exponentials":
      return { mean: 1, variance: (1 - law.alpha) ** 2 + law.alpha ** 2 };
    case "one-list": {
      const rate = law.marked / law.vocabulary;
      return { mean: rate, variance: rate * (1 - rate) };
    }
  }
}

/** log10 P(sum of n scores ≥ `sum`), exact. */
export function log10Tail(law: Law, sum: number, n: number): number {
  if (n === 0) return 0;
  switch (law.kind) {
    case "green":
      return log10BinomialTail(Math.ceil(sum), n, law.rate);
    case "bits":
      return log10WeightedBitsTail(Math.ceil(sum), law.weights, n, law.rate);
    case "exponential":
      return log10GammaTail(Math.max(0, sum - n * (law.slack ?? 0)), n);
    case "two-exponentials":
      return log10TwoExponentialsTail(Math.max(0, sum - n * 2 ** -24), n, law.alpha);
    case "one-list":
      return log10HypergeometricTail(Math.ceil(sum), n, law.marked, law.vocabulary);
  }
}

/** Standard deviations above the mean. */
export function deviation(law: Law, sum: number, n: number): number {
  return deviationsOf(law)(sum, n);
}

/** The same of many sums under one law. */
export function deviationsOf(law: Law): (sum: number, n: number) => number {
  const { mean, variance } = moments(law);
  return (sum, n) => {
    if (n === 0) return 0;
    const finite = law.kind === "one-list" ? Math.max(1e-9, 1 - n / law.vocabulary) : 1;
    return (sum - n * mean) / Math.sqrt(n * variance * finite);
  };
}
