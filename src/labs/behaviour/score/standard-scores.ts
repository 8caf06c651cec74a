/**
 * From sums to scores that compare across models: mean agreement, double-centred by row medians and divided by row
 * spreads (median absolute deviations), both over models of neither group. A terse model agrees with nobody and a
 * plain one with everybody; after this both stand at 0 with spread 1.
 */
import { pairIndex, type Sums } from "../agreement/agreement.js";

/** Consistency factor of the median absolute deviation for a normal law. */
const MAD_NORMAL = 1.4826;
/** A row's spread counts at least this share of the middle row's: a model that never varies would divide by nothing. */
const SPREAD_FLOOR = 0.25;
/** A single model moves no median: only groups of this size are left out of the other side's rows. */
const GROUP_LEFT_OUT_MIN = 3;

/** Standard scores of one statistic for all pairs, in a triangular array; NaN where the two share no prompt. */
export function standardScores(sums: Sums, statistic: number, groups: Int32Array): Float64Array {
  const { models } = sums;
  const mean = meanAgreement(sums, statistic);
  const sizes = new Int32Array(groups.reduce((max, g) => Math.max(max, g + 1), 0));
  for (const g of groups) sizes[g]!++;
  const large = [...sizes.keys()].filter((g) => sizes[g]! >= GROUP_LEFT_OUT_MIN);
  const square = squareOf(mean, models);
  const worlds = new Map([-1, ...large].map((out) => [out, world(square, models, groups, out)]));
  const scores = new Float64Array(mean.length);
  for (let a = 1; a < models; a++)
    for (let b = 0; b < a; b++) {
      const [ga, gb] = [groups[a]!, groups[b]!];
      const rowA = (ga !== gb && worlds.get(gb)) || worlds.get(-1)!;
      const rowB = (ga !== gb && worlds.get(ga)) || worlds.get(-1)!;
      const centred = mean[pairIndex(a, b)]! - rowA.medians[a]! - rowB.medians[b]! + (rowA.middle + rowB.middle) / 2;
      scores[pairIndex(a, b)] = centred / Math.sqrt(rowA.spreads[a]! * rowB.spreads[b]!);
    }
  return scores;
}

function meanAgreement(sums: Sums, statistic: number): Float64Array {
  const from = sums.agreement[statistic]!;
  return from.map((value, i) => (sums.answered[i]! > 0 ? value / sums.answered[i]! : Number.NaN));
}

/** Both halves, so that a row lies in one piece. */
function squareOf(mean: Float64Array, models: number): Float64Array {
  const square = new Float64Array(models * models);
  for (let a = 1; a < models; a++)
    for (let b = 0; b < a; b++) square[a * models + b] = square[b * models + a] = mean[pairIndex(a, b)]!;
  return square;
}

interface World {
  medians: Float64Array;
  spreads: Float64Array;
  middle: number;
}

/** Row medians and spreads over the models outside the row's own group and outside group `out`. */
function world(square: Float64Array, models: number, groups: Int32Array, out: number): World {
  const values = new Float64Array(models);
  /** Hands each value of a row to `of` and keeps what it gives; NaN is no value. */
  const middleOfRow = (a: number, of: (value: number, k: number) => number): number => {
    let n = 0;
    for (let k = 0; k < models; k++) {
      if (groups[k] === groups[a] || groups[k] === out) continue;
      const value = square[a * models + k]!;
      if (!Number.isNaN(value)) values[n++] = of(value, k);
    }
    return middleOf(values, n);
  };
  const medians = new Float64Array(models);
  for (let a = 0; a < models; a++) medians[a] = middleOfRow(a, (value) => value);
  const middle = median(medians.filter((_, a) => groups[a] !== out));
  const spreads = new Float64Array(models);
  for (let a = 0; a < models; a++)
    spreads[a] = MAD_NORMAL * middleOfRow(a, (value, k) => Math.abs(value - medians[a]! - medians[k]! + middle));
  const floor = SPREAD_FLOOR * median(spreads);
  // With no spread at all every score is 0: nothing is said.
  return { medians, middle, spreads: spreads.map((s) => Math.max(s, floor) || Number.POSITIVE_INFINITY) };
}

/** 0 for nothing. */
export function median(values: ArrayLike<number>): number {
  const copy = Float64Array.from(values);
  return middleOf(copy, copy.length);
}

/** The median of the first n, which are left in another order; by selection, as rows of a thousand are many. */
function middleOf(values: Float64Array, n: number): number {
  if (n === 0) return 0;
  const half = n >> 1;
  const upper = select(values, n, half);
  if (n % 2 === 1) return upper;
  // Below the place selected nothing is larger than it: the other middle is the largest there.
  let lower = values[0]!;
  for (let i = 1; i < half; i++) if (values[i]! > lower) lower = values[i]!;
  return (lower + upper) / 2;
}

/** Hoare's selection (1961) with the middle of three as pivot: the value that sorting would leave at `place`. */
function select(values: Float64Array, n: number, place: number): number {
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const pivot = middleOfThree(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place]!;
}

function middleOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
