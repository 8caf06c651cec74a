/**
 * Rows of a stored matrix along a few directions: one inner product a row and a direction, in f32, each one sum over
 * ascending columns. Rows stream through in chunks, so that memory does not grow with the matrix.
 */
import { assert } from "../base/error.js";
import type { Matrix } from "./kernel.js";
import type { Arena, Packed } from "./rotation/arena.js";
import type { Stretch } from "./stored-matrix.js";

export interface ProjectJob {
  part: Stretch;
  /** A row a direction, with as many columns as the matrix has. */
  directions: Matrix;
}

/** Directions laid out for many products; they stay where they are until the arena is released below them. */
export function packedDirections(arena: Arena, { n, k, data }: Matrix): Packed {
  const held = arena.put(data.subarray(0, n * k), n, k);
  return arena.right(held, true);
}

/** @param values whole rows @param into receives a row a row, from row `at` on */
export function projectRows(arena: Arena, values: Float32Array, directions: Packed, into: Matrix, at: number): void {
  const { n: count, k: columns } = directions;
  const rows = values.length / columns;
  assert(Number.isInteger(rows) && into.k === count && at + rows <= into.n, "projectRows: expected shapes that fit");
  const mark = arena.mark();
  const product = arena.zeros(rows, count);
  arena.product(arena.left(arena.put(values, rows, columns)), directions, product);
  into.data.set(arena.read(product), at * count);
  arena.release(mark);
}
