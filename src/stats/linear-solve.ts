/** Small dense linear systems by elimination with partial pivoting; a dozen unknowns, not a matrix library. */
import { assert } from "../base/error.js";

/**
 * @param matrix n rows of n
 * @param right right-hand sides, each of length n
 * @returns a solution for each right-hand side
 */
export function solve(matrix: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...right.map((side) => side[i]!)]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    assert(rows[k]![k] !== 0, "solve: expected a regular matrix");
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      if (factor !== 0) for (let j = k; j < rows[k]!.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return right.map((_, s) => {
    const x = new Array<number>(n).fill(0);
    for (let k = n - 1; k >= 0; k--) {
      let sum = rows[k]![n + s]!;
      for (let j = k + 1; j < n; j++) sum -= rows[k]![j]! * x[j]!;
      x[k] = sum / rows[k]![k]!;
    }
    return x;
  });
}
