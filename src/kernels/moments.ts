/**
 * What a cheap look at two blocks of units compares: the inner products of a block's columns over all its rows, which
 * no order or sign of the rows changes; and inner products of whole matrices laid end to end. In f32, with one order of
 * sums: they propose what is looked at more closely, and the same everywhere.
 */
import { assert } from "../base/error.js";
import type { Matrix } from "./kernel.js";
import type { Columns } from "./matching.js";
import type { Arena } from "./rotation/arena.js";

/** Every matrix of one side with every one of the other, over some columns. All have one shape. */
export interface ProductsJob {
  as: readonly Matrix[];
  bs: readonly Matrix[];
  columns: Columns;
}

/** Values of a matrix that are laid out at once: memory stays small whatever the sizes. */
const VALUES_AT_ONCE = 4096;

/** Inner products of columns p ≤ q, row by row of the triangle, as a matrix of one row. */
export function columnMoments(arena: Arena, { n, k, data }: Matrix): Matrix {
  const mark = arena.mark();
  const rows = arena.put(data.subarray(0, n * k), n, k);
  const square = arena.zeros(k, k);
  arena.times(rows, rows, square, { a: true });
  const all = arena.read(square);
  arena.release(mark);
  const out = new Float32Array(new SharedArrayBuffer(((k * (k + 1)) / 2) * 4));
  let at = 0;
  for (let p = 0; p < k; p++) {
    out.set(all.subarray(p * k + p, (p + 1) * k), at);
    at += k - p;
  }
  return { n: 1, k: out.length, data: out };
}

/** Row-major: as many rows as there are `as`. */
export function allProducts(arena: Arena, { as, bs, columns: [from, to] }: ProductsJob): Float64Array {
  const { n, k } = as[0]!;
  const shaped = [...as, ...bs].every((m) => m.n === n && m.k === k);
  assert(shaped && to <= k, "allProducts: expected matrices of one shape");
  const sums = new Float64Array(as.length * bs.length);
  const width = Math.min(to - from, VALUES_AT_ONCE);
  const rowsAtOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / width));
  for (let row = 0; row < n; row += rowsAtOnce)
    for (let column = from; column < to; column += width) {
      const part = { row, rows: Math.min(rowsAtOnce, n - row), from: column, to: Math.min(column + width, to) };
      const mark = arena.mark();
      const [x, y] = [laidOut(as, part), laidOut(bs, part)];
      const values = part.rows * (part.to - part.from);
      const into = arena.zeros(as.length, bs.length);
      arena.times(arena.put(x, as.length, values), arena.put(y, bs.length, values), into, { b: true });
      for (const [i, product] of arena.read(into).entries()) sums[i]! += product;
      arena.release(mark);
    }
  return sums;
}

function laidOut(all: readonly Matrix[], part: { row: number; rows: number; from: number; to: number }): Float32Array {
  const width = part.to - part.from;
  const out = new Float32Array(all.length * part.rows * width);
  let at = 0;
  for (const { k, data } of all)
    for (let r = part.row; r < part.row + part.rows; r++) {
      out.set(data.subarray(r * k + part.from, r * k + part.to), at);
      at += width;
    }
  return out;
}
