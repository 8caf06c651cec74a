/**
 * The orthogonal polar factor of a square matrix, by Newton's iteration with Frobenius scaling (Higham, SIAM J. Sci.
 * Stat. Comput. 1986): X ← (ζX + X⁻ᵀ/ζ)/2. Converges quadratically for every invertible matrix.
 * A singular matrix has no one polar factor: null.
 */
import { assert } from "../../base/error.js";
import { type Dense, zeros } from "./dense.js";

/** Scaled Newton needs about nine steps whatever the condition; more means that the matrix is numerically singular. */
const STEPS_MAX = 40;
/** Relative change that leaves an error of about its square: 10⁻⁸, far below what the next climb moves. */
const CHANGE_MIN = 1e-4;

/** Null for a matrix that is singular or does not settle within the steps allowed. */
export function polarFactor(m: Dense): Dense | null {
  assert(m.rows === m.columns, "polarFactor: expected a square matrix");
  let x = m;
  for (let step = 0; step < STEPS_MAX; step++) {
    const inverse = inverseOf(x);
    if (!inverse) return null;
    const zeta = Math.sqrt(Math.sqrt(square(inverse) / square(x)));
    const next = zeros(m.rows, m.columns);
    let change = 0;
    for (let r = 0; r < m.rows; r++)
      for (let c = 0; c < m.rows; c++) {
        const at = r * m.rows + c;
        next.data[at] = (zeta * x.data[at]! + inverse.data[c * m.rows + r]! / zeta) / 2;
        change += (next.data[at]! - x.data[at]!) ** 2;
      }
    x = next;
    if (change <= CHANGE_MIN * CHANGE_MIN * square(x)) return x;
  }
  return null;
}

/** Gauss–Jordan with row pivots; null when a pivot vanishes. */
export function inverseOf(m: Dense): Dense | null {
  const n = m.rows;
  const a = Float64Array.from(m.data);
  const swaps = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (Math.abs(a[r * n + k]!) > Math.abs(a[pivot * n + k]!)) pivot = r;
    const value = a[pivot * n + k]!;
    if (!(Math.abs(value) > Number.MIN_VALUE * 2 ** 60) || !Number.isFinite(value)) return null;
    swaps[k] = pivot;
    if (pivot !== k) swapRows(a, n, k, pivot);
    const top = k * n;
    a[top + k] = 1;
    for (let c = 0; c < n; c++) a[top + c]! /= value;
    for (let r = 0; r < n; r++) {
      if (r === k) continue;
      const row = r * n;
      const factor = a[row + k]!;
      a[row + k] = 0;
      for (let c = 0; c < n; c++) a[row + c]! -= factor * a[top + c]!;
    }
  }
  for (let k = n - 1; k >= 0; k--) if (swaps[k] !== k) swapColumns(a, n, k, swaps[k]!);
  return { rows: n, columns: n, data: a };
}

function swapRows(a: Float64Array, n: number, i: number, j: number): void {
  for (let c = 0; c < n; c++) {
    const t = a[i * n + c]!;
    a[i * n + c] = a[j * n + c]!;
    a[j * n + c] = t;
  }
}

function swapColumns(a: Float64Array, n: number, i: number, j: number): void {
  for (let r = 0; r < n; r++) {
    const t = a[r * n + i]!;
    a[r * n + i] = a[r * n + j]!;
    a[r * n + j] = t;
  }
}

function square(a: Dense): number {
  let sum = 0;
  for (const x of a.data) sum += x * x;
  return sum;
}
