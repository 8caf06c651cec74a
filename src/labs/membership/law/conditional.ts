/**
 * Two tests whose p holds on a condition that no draw secures: Student's t over documents (STAMP, Rastogi et al. 2504.13416)
 * and over two sets of texts after weights were learned on one half of each (dataset inference, Maini et al. 2406.06443).
 * They take means as normal, and a set that was held out as of one distribution with the one that was published.
 */
import { solve } from "../../../stats/linear-solve.js";
import { log10StudentTail } from "../../../stats/student-t.js";

export interface TTest {
  t: number;
  degrees: number;
  log10P: number;
}

/** Whether gains lie above nought in the mean, one-sided. @returns null where they do not differ among themselves */
export function pairedT(gains: readonly number[]): TTest | null {
  const { mean, variance } = momentsOf(gains);
  if (!(variance > 0)) return null;
  return of(mean / Math.sqrt(variance / gains.length), gains.length - 1);
}

/** Whether `a` lies above `b` in the mean, one-sided (Welch; degrees of freedom rounded down). @returns null without a spread */
export function twoSampleT(a: readonly number[], b: readonly number[]): TTest | null {
  const [one, two] = [momentsOf(a), momentsOf(b)];
  const [va, vb] = [one.variance / a.length, two.variance / b.length];
  if (!(va + vb > 0)) return null;
  const degrees = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  return of((one.mean - two.mean) / Math.sqrt(va + vb), Math.max(1, Math.floor(degrees)));
}

function of(t: number, degrees: number): TTest {
  return { t, degrees, log10P: Math.min(0, log10StudentTail(t, degrees)) };
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, variance };
}

/** Against features that say the same. */
const RIDGE = 1e-3;

/**
 * A weighted sum of features that tells two sets apart: least squares on standardised features, as learned from rows that
 * are not judged. @returns what gives a row its sum
 */
export function learned(a: readonly (readonly number[])[], b: readonly (readonly number[])[]) {
  const all = [...a, ...b];
  const features = all[0]!.map((_, j) => momentsOf(all.map((row) => row[j]!)));
  const scaled = (row: readonly number[]) =>
    row.map((value, j) => (value - features[j]!.mean) / Math.sqrt(features[j]!.variance || 1));
  const x = all.map(scaled);
  const y = all.map((_, i) => (i < a.length ? 1 / a.length : -1 / b.length));
  const matrix = features.map((_, j) =>
    features.map(
      (_other, k) => x.reduce((sum, row) => sum + row[j]! * row[k]!, 0) / all.length + (j === k ? RIDGE : 0),
    ),
  );
  const right = features.map((_, j) => x.reduce((sum, row, i) => sum + row[j]! * y[i]!, 0));
  const [weights] = solve(matrix, [right]) as [number[]];
  return (row: readonly number[]) => scaled(row).reduce((sum, value, j) => sum + weights[j]! * value, 0);
}
