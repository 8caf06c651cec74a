/** ln n!, by summation, cached: exact to the rounding of the logarithm, no approximation to defend. */
import { assert } from "../base/error.js";

/** Larger arguments have no use here (units of one block) and would fill memory. */
export const LOG_FACTORIAL_MAX = 2_000_000;

let table = new Float64Array([0, 0]);

/** Natural logarithm. An assertion fails beyond n = 2,000,000, where the table would outgrow its use. */
export function logFactorial(n: number): number {
  assert(Number.isInteger(n) && n >= 0 && n <= LOG_FACTORIAL_MAX, "logFactorial: expected 0 <= n <= 2,000,000");
  if (n >= table.length) {
    const grown = new Float64Array(Math.max(n + 1, Math.min(2 * table.length, LOG_FACTORIAL_MAX + 1)));
    grown.set(table);
    for (let i = table.length; i < grown.length; i++) grown[i] = grown[i - 1]! + Math.log(i);
    table = grown;
  }
  return table[n]!;
}

/** ln C(n, k); −Infinity outside 0..n. */
export function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln Σ exp(x). */
export function logSumExp(values: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > top) top = values[i]!;
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - top);
  return top + Math.log(sum);
}
