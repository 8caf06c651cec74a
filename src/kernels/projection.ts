/**
 * Rows of a stored matrix along a few directions: one inner product a row and a direction, in f32, each one sum over
 * ascending columns. Rows stream through in chunks, so that memory does not grow with the matrix.
 */
import { assert } from "../base/error.js";
import { type DType, rowBytes } from "./dtypes.js";
import type { Matrix } from "./kernel.js";
import type { Arena, Packed } from "./rotation/arena.js";
import type { Stretch } from "./stored-matrix.js";

export interface ProjectJob {
  part: Stretch;
  /** A row a direction, with as many columns as the matrix has. */
  directions: Matrix;
}

interface Stored {
  dtype: DType;
  bytes: Uint8Array;
  rows: number;
}

/** Directions laid out for many products; they stay where they are until the arena is released below them. */
export function packedDirections(arena: Arena, { n, k, data }: Matrix): Packed {
  const held = arena.put(data.subarray(0, n * k), n, k);
  return arena.right(held, true);
}

/** Rows taken at once: what they are decoded and packed into stays in the second cache. */
const ROWS = 64;

/** @param stored whole rows, as they are stored @param into receives a row a row, from row `at` on */
export function projectRows(arena: Arena, stored: Stored, directions: Packed, into: Matrix, at: number): void {
  const { n: count, k: columns } = directions;
  assert(into.k === count && at + stored.rows <= into.n, "projectRows: expected shapes that fit");
  const size = rowBytes(stored.dtype, columns);
  for (let first = 0; first < stored.rows; first += ROWS) {
    const rows = Math.min(ROWS, stored.rows - first);
    const mark = arena.mark();
    const product = arena.zeros(rows, count);
    const bytes = stored.bytes.subarray(first * size, (first + rows) * size);
    arena.product(arena.left(arena.decoded(stored.dtype, bytes, rows, columns)), directions, product);
    into.data.set(arena.read(product), (at + first) * count);
    arena.release(mark);
  }
}
