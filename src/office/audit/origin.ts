/**
 * Whether weights look grown from a random draw: what each checkpoint's matrices show. Pure arithmetic on rows of weights.
 *   a draw      the largest singular value of independent entries stays near σ(√rows + √columns) (Bai and Yin 1993);
 *               training raises some far above it
 *   the anchor  row i of the released matrix is, of all rows of the first, most like row i: were the released weights
 *               grown from another draw, those numbers would agree as a random permutation does, P(F ≥ k) ≤ 1/k!
 *   the path    steps between checkpoints turn (gradients of other batches, decay); a path drawn afterwards between two
 *               ends does not
 * It cannot see a path that was faked with noise of the right size, nor who trained: that takes running segments again.
 */
import { assert } from "../../base/error.js";
import { log10SelfMatchBound } from "../../stats/self-matches.js";

export interface Matrix {
  name: string;
  rows: number;
  columns: number;
  values: Float32Array;
}

/** Smaller matrices have singular values that wander. */
export const ROWS_MIN = 16;
/** Entries looked at a matrix; more rows add nothing to these tests. */
export const ROWS_MAX = 512;

/** The largest singular value over σ(√rows + √columns): near 1 for a random draw, below it for an orthogonal one. */
export function spectralExcess({ rows, columns, values }: Matrix): number {
  assert(values.length === rows * columns, "origin: expected rows × columns values");
  let squares = 0;
  for (const value of values) squares += value * value;
  if (squares === 0) return 0;
  const sigma = Math.sqrt(squares / values.length);
  // Power iteration from a fixed start: the same everywhere.
  let vector = Float64Array.from({ length: columns }, (_, i) => Math.sin(i + 1) + 0.5);
  let norm = 0;
  for (let turn = 0; turn < 60; turn++) {
    const image = new Float64Array(rows);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) image[r]! += values[r * columns + c]! * vector[c]!;
    const back = new Float64Array(columns);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) back[c]! += values[r * columns + c]! * image[r]!;
    norm = Math.hypot(...back);
    if (norm === 0) return 0;
    vector = back.map((each) => each / norm);
  }
  return Math.sqrt(norm) / (sigma * (Math.sqrt(rows) + Math.sqrt(columns)));
}

/** log10 of the bound on so many rows being most like the row of their own number. */
export function log10Anchor(first: Matrix, last: Matrix): { log10P: number; own: number; rows: number } {
  assert(first.rows === last.rows && first.columns === last.columns, "origin: expected matrices of one shape");
  const { rows, columns } = first;
  const [a, b] = [unitRows(first), unitRows(last)];
  let own = 0;
  for (let r = 0; r < rows; r++) {
    let [best, at] = [Number.NEGATIVE_INFINITY, -1];
    for (let s = 0; s < rows; s++) {
      let dot = 0;
      for (let c = 0; c < columns; c++) dot += b[r * columns + c]! * a[s * columns + c]!;
      // A tie is nobody's.
      if (dot > best) [best, at] = [dot, s];
      else if (dot === best) at = -1;
    }
    if (at === r) own++;
  }
  return { log10P: log10SelfMatchBound([rows], rows, own), own, rows };
}

/** Rows of length one, the mean row taken out: a common direction says nothing about numbers. */
function unitRows({ rows, columns, values }: Matrix): Float64Array {
  const out = Float64Array.from(values);
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += out[r * columns + c]! / rows;
    for (let r = 0; r < rows; r++) out[r * columns + c]! -= mean;
  }
  for (let r = 0; r < rows; r++) {
    let norm = 0;
    for (let c = 0; c < columns; c++) norm += out[r * columns + c]! ** 2;
    norm = Math.sqrt(norm) || 1;
    for (let c = 0; c < columns; c++) out[r * columns + c]! /= norm;
  }
  return out;
}

export interface Segment {
  /** Length of the step between two checkpoints, over the length of the first weights. */
  length: number;
  /** Cosine to the step before; null for the first. */
  turn: number | null;
}

/** Steps along the checkpoints, over all matrices together. @param checkpoints each with the same matrices in order */
export function segmentsOf(checkpoints: readonly (readonly Matrix[])[]): Segment[] {
  const norm = Math.sqrt(sum(checkpoints[0]!, (value) => value * value)) || 1;
  const out: Segment[] = [];
  for (let i = 1; i < checkpoints.length; i++) {
    let [own, before, both] = [0, 0, 0];
    for (const [m, { values }] of checkpoints[i]!.entries()) {
      const from = checkpoints[i - 1]![m]!.values;
      const earlier = i > 1 ? checkpoints[i - 2]![m]!.values : null;
      for (let v = 0; v < values.length; v++) {
        const step = values[v]! - from[v]!;
        const last = earlier ? from[v]! - earlier[v]! : 0;
        own += step * step;
        before += last * last;
        both += step * last;
      }
    }
    out.push({
      length: Math.sqrt(own) / norm,
      turn: i === 1 || own === 0 || before === 0 ? null : both / Math.sqrt(own * before),
    });
  }
  return out;
}

function sum(matrices: readonly Matrix[], of: (value: number) => number): number {
  let total = 0;
  for (const { values } of matrices) for (const value of values) total += of(value);
  return total;
}
