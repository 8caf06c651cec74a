/** The score of an account in a group's templates and its split conformal p (membership.ts has the sources). */
import { MEMBER_ROWS_MIN } from "../method.js";
import { poissonTail } from "./links.js";

/** Larger counts are counted as this many: the tail stays an upper bound. */
const COUNT_MAX = 1_000_000;

/**
 * @param rows in the group's templates on the days that judge
 * @param judgedRows all rows on these days
 * @param rate share of an outsider's rows in these templates
 */
export function scoreOf(rows: number, judgedRows: number, rate: number): number {
  if (rows < MEMBER_ROWS_MIN) return 0;
  return -poissonTail(Math.min(rows, COUNT_MAX), judgedRows * rate);
}

/** log10 of (1 + outsiders that score as high) / (1 + outsiders). @param ranked their scores above 0, ascending */
export function log10P(ranked: Float64Array, score: number, outsiders: number): number {
  return Math.log10((1 + atLeast(ranked, score)) / (outsiders + 1));
}

function atLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length - low;
}
