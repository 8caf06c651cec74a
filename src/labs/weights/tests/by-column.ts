/**
 * How sure is a slope, where columns are what varies? A gain scales one column of all rows, and a maker's gains move by
 * themselves: rows do not err each for itself. So the slope over all rows has an error that is counted column by column
 * (clusters: Liang and Zeger, Biometrika 1986), and two runs from one start must be further from a copy than that.
 * It cannot tell runs of one start that hardly moved: their rows are nearly the same whatever is asked.
 */
import { heldOf, nearnessOf, type Rows } from "./held-whole.js";

/** The least that strangers of one start lacked of each other, of what they do not share (0.29 to 0.52). */
const STRANGERS_LEAST = 0.29;
/** Standard errors by which a copy is clear of them: with two, 7 of 400 drawn pairs of one narrow layer passed; with three none of 1,000. */
const ERRORS_CLEAR = 3;
/** Rounding and cutting leave less than this apart; runs of one start that differ by less were hardly trained. */
const APART_HARDLY = 0.002;

/** Of one layer's rows in both models, by column: Σx², Σy² and Σxy. */
export interface ColumnSums {
  xx: Float64Array;
  yy: Float64Array;
  xy: Float64Array;
}

/** Of one layer's rows, row-major, of `columns` values each. */
export function columnSums({ x, y, columns }: Rows): ColumnSums {
  const sums = { xx: new Float64Array(columns), yy: new Float64Array(columns), xy: new Float64Array(columns) };
  for (let i = 0; i < x.length; i++) {
    const c = i % columns;
    sums.xx[c]! += x[i]! ** 2;
    sums.yy[c]! += y[i]! ** 2;
    sums.xy[c]! += x[i]! * y[i]!;
  }
  return sums;
}

/** Is what the one lacks of the other less than strangers of one start lack, by more than columns may err? */
export function clearOfStart(slopes: readonly (readonly [number, number])[], layers: readonly ColumnSums[]): boolean {
  const apart = 1 - nearnessOf(slopes);
  if (apart < APART_HARDLY) return true;
  const error = Math.max(errorOf(layers, "xx"), errorOf(layers, "yy"));
  return 1 - heldOf(slopes) + ERRORS_CLEAR * error <= STRANGERS_LEAST * apart;
}

/** Standard error of Σxy / Σx² (or / Σy²) over all layers' columns. */
function errorOf(layers: readonly ColumnSums[], of: "xx" | "yy"): number {
  let [whole, shared, squares] = [0, 0, 0];
  for (const sums of layers)
    for (const [c, own] of sums[of].entries()) {
      whole += own;
      shared += sums.xy[c]!;
    }
  const slope = shared / whole;
  for (const sums of layers) for (const [c, own] of sums[of].entries()) squares += (sums.xy[c]! - slope * own) ** 2;
  return Math.sqrt(squares) / whole;
}
