/**
 * From sums to scores that compare across models: mean agreement, double-centred by row medians and divided by row
 * spreads (median absolute deviations), both over models of neither group. A terse model agrees with nobody and a
 * plain one with everybody; after this both stand at 0 with spread 1.
 */
import { pairIndex, type Sums } from "./agreement.js";

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
  const worlds = new Map([-1, ...large].map((out) => [out, world(mean, models, groups, out)]));
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

interface World {
  medians: Float64Array;
  spreads: Float64Array;
  middle: number;
}

/** Row medians and spreads over the models outside the row's own group and outside group `out`. */
function world(mean: Float64Array, models: number, groups: Int32Array, out: number): World {
  const row = (a: number): number[] => {
    const values: number[] = [];
    for (let k = 0; k < models; k++)
      if (groups[k] !== groups[a] && groups[k] !== out) {
        const value = mean[pairIndex(a, k)]!;
        if (!Number.isNaN(value)) values.push(value);
      }
    return values;
  };
  const rows = Array.from({ length: models }, (_, a) => row(a));
  const medians = Float64Array.from(rows, median);
  const middle = median(medians.filter((_, a) => groups[a] !== out));
  const spreads = Float64Array.from({ length: models }, (_, a) => {
    const deviations: number[] = [];
    for (let k = 0; k < models; k++)
      if (groups[k] !== groups[a] && groups[k] !== out) {
        const value = mean[pairIndex(a, k)]!;
        if (!Number.isNaN(value)) deviations.push(Math.abs(value - medians[a]! - medians[k]! + middle));
      }
    return MAD_NORMAL * median(deviations);
  });
  const floor = SPREAD_FLOOR * median(spreads);
  // With no spread at all every score is 0: nothing is said.
  return { medians, middle, spreads: spreads.map((s) => Math.max(s, floor) || Number.POSITIVE_INFINITY) };
}

/** 0 for nothing. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0) return 0;
  return n % 2 === 1 ? sorted[(n - 1) / 2]! : (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2;
}
