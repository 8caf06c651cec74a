/**
 * Eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form, then implicit QL (EISPACK tred2 and
 * tql2: Bowdler, Martin, Reinsch and Wilkinson, 1968). Own code, so that one order of sums gives the same bits on
 * every machine; a library would bring its own. Vectors of equal eigenvalues are arbitrary within their space.
 */
import { assert } from "../../base/error.js";
import { type Dense, zeros } from "./dense.js";

interface Eigen {
  /** Ascending. */
  values: Float64Array;
  /** Row i is the unit eigenvector of value i. */
  vectors: Dense;
}

/** Eigenvectors wanted of several symmetric matrices of one size. */
export interface EigenJob {
  width: number;
  /** Row-major. */
  matrices: readonly Float64Array[];
}

/** One row-major matrix of unit eigenvectors (rows, ascending eigenvalues) for each matrix of the job. */
export function eigenvectors({ width, matrices }: EigenJob): Float64Array[] {
  return matrices.map((data) => symmetricEigen({ rows: width, columns: width, data }).vectors.data);
}

/** QL takes two or three sweeps a value; this many would be a mistake in this file. */
const SWEEPS_MAX = 60;

/**
 * Eigenvalues in rising order with their unit vectors as rows. Only symmetric input has a meaning; an assertion fails
 * for values that are not finite.
 */
export function symmetricEigen(a: Dense): Eigen {
  const n = a.rows;
  assert(n === a.columns && n > 0, "symmetricEigen: expected a square matrix");
  assert(a.data.every(Number.isFinite), "symmetricEigen: expected finite values");
  const v = Float64Array.from(a.data);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  tridiagonal(v, d, e, n);
  // From here on the vectors are rows: the rotations of QL then run over contiguous memory.
  const w = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) w[j * n + i] = v[i * n + j]!;
  implicitQl(w, d, e, n);
  return sorted(w, d, n);
}

/** V becomes the orthogonal matrix (columns) that makes A tridiagonal with diagonal d and subdiagonal e[1..]. */
function tridiagonal(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) d[j] = v[(n - 1) * n + j]!;
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]!);
    if (scale === 0) {
      e[i] = d[i - 1]!;
      for (let j = 0; j < i; j++) {
        d[j] = v[(i - 1) * n + j]!;
        v[i * n + j] = 0;
        v[j * n + i] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k]! /= scale;
        h += d[k]! * d[k]!;
      }
      h = reflect(v, d, e, n, i, scale, h);
    }
    d[i] = h;
  }
  accumulate(v, d, n);
  e[0] = 0;
}

function reflect(
  v: Float64Array,
  d: Float64Array,
  e: Float64Array,
  n: number,
  i: number,
  scale: number,
  h: number,
): number {
  const last = d[i - 1]!;
  const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  e[i] = scale * g;
  const rest = h - last * g;
  d[i - 1] = last - g;
  // e = V·d of the lower triangle's symmetric matrix, row by row: what lies left of the diagonal counts for its row and for
  // its column. Each e[j] is one sum over ascending k, as it would be column by column.
  for (let k = 0; k < i; k++) {
    const row = k * n;
    const dk = d[k]!;
    let sum = 0;
    for (let j = 0; j < k; j++) {
      const x = v[row + j]!;
      sum += x * d[j]!;
      e[j]! += x * dk;
    }
    e[k] = sum + v[row + k]! * dk;
    v[row + i] = dk;
  }
  let f = 0;
  for (let j = 0; j < i; j++) {
    e[j]! /= rest;
    f += e[j]! * d[j]!;
  }
  const hh = f / (rest + rest);
  for (let j = 0; j < i; j++) e[j]! -= hh * d[j]!;
  for (let k = 0; k < i; k++) {
    const row = k * n;
    const [dk, ek] = [d[k]!, e[k]!];
    for (let j = 0; j <= k; j++) v[row + j]! -= d[j]! * ek + e[j]! * dk;
  }
  for (let j = 0; j < i; j++) {
    d[j] = v[(i - 1) * n + j]!;
    v[i * n + j] = 0;
  }
  return rest;
}

function accumulate(v: Float64Array, d: Float64Array, n: number): void {
  const g = new Float64Array(n);
  for (let i = 0; i < n - 1; i++) {
    v[(n - 1) * n + i] = v[i * n + i]!;
    v[i * n + i] = 1;
    const h = d[i + 1]!;
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[k * n + i + 1]! / h;
      g.fill(0, 0, i + 1);
      for (let k = 0; k <= i; k++) {
        const row = k * n;
        const x = v[row + i + 1]!;
        for (let j = 0; j <= i; j++) g[j]! += x * v[row + j]!;
      }
      for (let k = 0; k <= i; k++) {
        const row = k * n;
        const dk = d[k]!;
        for (let j = 0; j <= i; j++) v[row + j]! -= g[j]! * dk;
      }
    }
    for (let k = 0; k <= i; k++) v[k * n + i + 1] = 0;
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[(n - 1) * n + j]!;
    v[(n - 1) * n + j] = 0;
  }
  v[n * n - 1] = 1;
}

/** d becomes the eigenvalues; the rows of w the eigenvectors. */
function implicitQl(w: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!;
  e[n - 1] = 0;
  let shift = 0;
  let size = 0;
  for (let l = 0; l < n; l++) {
    size = Math.max(size, Math.abs(d[l]!) + Math.abs(e[l]!));
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * size) m++;
    for (let sweep = 0; m > l && Math.abs(e[l]!) > Number.EPSILON * size; sweep++) {
      assert(sweep < SWEEPS_MAX, "symmetricEigen: expected QL to settle");
      shift += shiftDown(d, e, n, l);
      rotate(w, d, e, n, l, m);
    }
    d[l]! += shift;
    e[l] = 0;
  }
}

/** Wilkinson's shift, taken off the diagonal from l on. */
function shiftDown(d: Float64Array, e: Float64Array, n: number, l: number): number {
  const g = d[l]!;
  const p = (d[l + 1]! - g) / (2 * e[l]!);
  const r = p < 0 ? -hypotenuse(p, 1) : hypotenuse(p, 1);
  d[l] = e[l]! / (p + r);
  d[l + 1] = e[l]! * (p + r);
  const h = g - d[l]!;
  for (let i = l + 2; i < n; i++) d[i]! -= h;
  return h;
}

function rotate(w: Float64Array, d: Float64Array, e: Float64Array, n: number, l: number, m: number): void {
  let p = d[m]!;
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
  const next = d[l + 1]!;
  const el1 = e[l + 1]!;
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * e[i]!;
    const h = c * p;
    const r = hypotenuse(p, e[i]!);
    e[i + 1] = s * r;
    s = e[i]! / r;
    c = p / r;
    p = c * d[i]! - s * g;
    d[i + 1] = h + s * (c * g + s * d[i]!);
    const a = i * n;
    const b = a + n;
    for (let k = 0; k < n; k++) {
      const y = w[b + k]!;
      const x = w[a + k]!;
      w[b + k] = s * x + c * y;
      w[a + k] = c * x - s * y;
    }
  }
  p = (-s * s2 * c3 * el1 * e[l]!) / next;
  e[l] = s * p;
  d[l] = c * p;
}

/** √(a² + b²) from operations whose rounding is fixed by IEEE 754; Math.hypot's is not. */
function hypotenuse(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}

function sorted(w: Float64Array, d: Float64Array, n: number): Eigen {
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => d[i]! - d[j]! || i - j);
  const vectors = zeros(n, n);
  for (const [to, from] of order.entries()) vectors.data.set(w.subarray(from * n, (from + 1) * n), to * n);
  return { values: Float64Array.from(order, (i) => d[i]!), vectors };
}
