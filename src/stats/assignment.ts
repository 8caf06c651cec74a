/**
 * Linear assignment: one column for each row so that the sum of values is largest (shortest augmenting paths with
 * potentials: Jonker and Volgenant, Computing 1987). O(n²m) in f64, in a fixed order; ties go to the lower column.
 * For a few thousand rows at most.
 */
import { assert } from "../base/error.js";

/**
 * @param value row-major, rows × columns, rows ≤ columns, finite
 * @returns the column of each row
 */
export function maximumAssignment(value: Float64Array, rows: number, columns: number): Int32Array {
  assert(rows <= columns && value.length === rows * columns, "maximumAssignment: expected rows <= columns");
  const none = columns;
  /** Row assigned to each column, −1 when free; the extra column is where a path starts. */
  const rowOf = new Int32Array(columns + 1).fill(-1);
  const rowPotential = new Float64Array(rows);
  const columnPotential = new Float64Array(columns + 1);
  const slack = new Float64Array(columns);
  const from = new Int32Array(columns);
  const used = new Uint8Array(columns + 1);
  for (let row = 0; row < rows; row++) {
    rowOf[none] = row;
    slack.fill(Number.POSITIVE_INFINITY);
    used.fill(0);
    let column = none;
    while (rowOf[column] !== -1) {
      used[column] = 1;
      const r = rowOf[column]!;
      let next = -1;
      for (let c = 0; c < columns; c++) {
        if (used[c]) continue;
        const reduced = -value[r * columns + c]! - rowPotential[r]! - columnPotential[c]!;
        if (reduced < slack[c]!) {
          slack[c] = reduced;
          from[c] = column;
        }
        if (next === -1 || slack[c]! < slack[next]!) next = c;
      }
      assert(next >= 0 && Number.isFinite(slack[next]!), "maximumAssignment: expected finite values");
      const delta = slack[next]!;
      for (let c = 0; c <= columns; c++) {
        if (used[c]) {
          rowPotential[rowOf[c]!]! += delta;
          columnPotential[c]! -= delta;
        } else if (c < columns) slack[c]! -= delta;
      }
      column = next;
    }
    while (column !== none) {
      const before = from[column]!;
      rowOf[column] = rowOf[before]!;
      column = before;
    }
  }
  const out = new Int32Array(rows);
  for (let c = 0; c < columns; c++) if (rowOf[c]! >= 0) out[rowOf[c]!] = c;
  return out;
}
