/**
 * Dense matrices of f64 and their products in plain loops: each entry is one sum over ascending k, whatever the
 * blocking, so the same bits come out on every machine. No library: BLAS of any kind sums in an order of its own.
 * Fit for a few hundred columns (about 2.4 billion multiply-adds a second a thread); not for a large model's width.
 */
import { assert } from "../../base/error.js";

export interface Dense {
  rows: number;
  columns: number;
  /** Row-major. */
  data: Float64Array;
}

/** Row-major. */
export function zeros(rows: number, columns: number): Dense {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** n × n. */
export function identity(n: number): Dense {
  const out = zeros(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
}

/** A copy. */
export function transpose(a: Dense): Dense {
  const out = zeros(a.columns, a.rows);
  for (let r = 0; r < a.rows; r++)
    for (let c = 0; c < a.columns; c++) out.data[c * a.rows + r] = a.data[r * a.columns + c]!;
  return out;
}

/** A·B, four rows by four columns at a time. */
export function multiply(a: Dense, b: Dense): Dense {
  assert(a.columns === b.rows, "dense.multiply: expected inner dimensions to agree");
  const out = zeros(a.rows, b.columns);
  const blockRows = a.rows - (a.rows % 4);
  const blockColumns = b.columns - (b.columns % 4);
  for (let i = 0; i < blockRows; i += 4) for (let j = 0; j < blockColumns; j += 4) tile(a, b, out, i, j);
  for (let i = 0; i < a.rows; i++)
    for (let j = i < blockRows ? blockColumns : 0; j < b.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += a.data[i * a.columns + k]! * b.data[k * b.columns + j]!;
      out.data[i * b.columns + j] = sum;
    }
  return out;
}

/** Aᵀ·B. */
export function transposedTimes(a: Dense, b: Dense): Dense {
  return multiply(transpose(a), b);
}

/** A·Bᵀ. */
export function timesTransposed(a: Dense, b: Dense): Dense {
  return multiply(a, transpose(b));
}

/** into += factor · a, in place; both of one shape, which is not checked. */
export function addScaled(into: Dense, a: Dense, factor: number): void {
  for (let i = 0; i < into.data.length; i++) into.data[i]! += factor * a.data[i]!;
}

/** Σ aᵢⱼ bᵢⱼ. */
export function inner(a: Dense, b: Dense): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! * b.data[i]!;
  return sum;
}

/** The same values in the upper left of a larger matrix of zeros. */
export function padded(a: Dense, rows: number, columns: number): Dense {
  if (a.rows === rows && a.columns === columns) return a;
  const out = zeros(rows, columns);
  for (let r = 0; r < a.rows; r++) out.data.set(a.data.subarray(r * a.columns, (r + 1) * a.columns), r * columns);
  return out;
}

/** Rows scaled to length 1; a row of zeros stays. */
export function unitRows(a: Dense): Dense {
  const out = zeros(a.rows, a.columns);
  for (let r = 0; r < a.rows; r++) {
    const row = a.data.subarray(r * a.columns, (r + 1) * a.columns);
    let square = 0;
    for (const x of row) square += x * x;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let c = 0; c < a.columns; c++) out.data[r * a.columns + c] = row[c]! * scale;
  }
  return out;
}

function tile(a: Dense, b: Dense, out: Dense, i: number, j: number): void {
  const x = a.data;
  const y = b.data;
  const inside = a.columns;
  const width = b.columns;
  const o0 = i * inside;
  const o1 = o0 + inside;
  const o2 = o1 + inside;
  const o3 = o2 + inside;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let [t0, t1, t2, t3] = [0, 0, 0, 0];
  let [u0, u1, u2, u3] = [0, 0, 0, 0];
  let [v0, v1, v2, v3] = [0, 0, 0, 0];
  let p = j;
  for (let k = 0; k < inside; k++, p += width) {
    const y0 = y[p]!;
    const y1 = y[p + 1]!;
    const y2 = y[p + 2]!;
    const y3 = y[p + 3]!;
    const x0 = x[o0 + k]!;
    s0 += x0 * y0;
    s1 += x0 * y1;
    s2 += x0 * y2;
    s3 += x0 * y3;
    const x1 = x[o1 + k]!;
    t0 += x1 * y0;
    t1 += x1 * y1;
    t2 += x1 * y2;
    t3 += x1 * y3;
    const x2 = x[o2 + k]!;
    u0 += x2 * y0;
    u1 += x2 * y1;
    u2 += x2 * y2;
    u3 += x2 * y3;
    const x3 = x[o3 + k]!;
    v0 += x3 * y0;
    v1 += x3 * y1;
    v2 += x3 * y2;
    v3 += x3 * y3;
  }
  const z = out.data;
  const q = i * width + j;
  z[q] = s0;
  z[q + 1] = s1;
  z[q + 2] = s2;
  z[q + 3] = s3;
  z[q + width] = t0;
  z[q + width + 1] = t1;
  z[q + width + 2] = t2;
  z[q + width + 3] = t3;
  z[q + 2 * width] = u0;
  z[q + 2 * width + 1] = u1;
  z[q + 2 * width + 2] = u2;
  z[q + 2 * width + 3] = u3;
  z[q + 3 * width] = v0;
  z[q + 3 * width + 1] = v1;
  z[q + 3 * width + 2] = v2;
  z[q + 3 * width + 3] = v3;
}
