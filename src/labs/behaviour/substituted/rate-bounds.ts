/** Clopper and Pearson's bounds of a rate at 99 % each, by bisection of the binomial tail in logarithms. */
import { logChoose, logSumExp } from "../../../stats/log-factorial.js";
import type { Counted } from "./e-value.js";

const LOG_TAIL = Math.log(0.01);

/** The rate above which so few surprises have probability below 1 %. */
export function upperBound({ surprising: k, answers: n }: Counted): number {
  if (k >= n) return 1;
  return bisect(k / n, 1, (p) => logTail(n, p, 0, k) > LOG_TAIL);
}

/** The rate below which so many surprises have probability below 1 %. */
export function lowerBound({ surprising: k, answers: n }: Counted): number {
  if (k <= 0) return 0;
  return bisect(0, k / n, (p) => logTail(n, p, k, n) < LOG_TAIL);
}

/** Where `above` turns from true to false. */
function bisect(low: number, high: number, above: (p: number) => boolean): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 40; i++) {
    const middle = (a + b) / 2;
    if (above(middle)) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

/** ln P(from ≤ X ≤ to). */
function logTail(n: number, p: number, from: number, to: number): number {
  const terms: number[] = [];
  for (let i = from; i <= to; i++) terms.push(logChoose(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p));
  return logSumExp(terms);
}
