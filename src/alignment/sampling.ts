/**
 * Which labels, heads and tokens are looked at. Drawn from the seed and from sizes alone, before any weight is read,
 * and the same on both sides: given the labels drawn, their assignment to units is still a uniform permutation.
 */
import { prng, sample } from "../base/prng.js";
import type { Run } from "../kernels/row-order.js";

/** Labels are drawn in runs, so that a sampled row is read with its neighbours: 16 rows of 4,096 BF16 are 128 KiB. */
export const LABEL_RUN = 16;

/** At most `max` of the labels 0..n-1, in runs of 16, ascending. */
export function labelRuns(n: number, max: number, seed: string): Run[] {
  if (n <= max) return [{ start: 0, count: n }];
  const blocks = Math.floor(n / LABEL_RUN);
  const wanted = Math.floor(max / LABEL_RUN);
  const order = sample(blocks, Math.min(blocks, wanted), prng("assay/weights/labels", seed));
  return Array.from(order.sort(), (b) => ({ start: b * LABEL_RUN, count: LABEL_RUN }));
}

/**
 * At most `max` of the labels 0..n-1: the first, the middle and the last third of them, whatever the seed. Blocks of
 * different size that were cut in order from one another share many units in such windows.
 */
export function labelWindows(n: number, max: number): Run[] {
  if (n <= max) return [{ start: 0, count: n }];
  const count = Math.floor(max / 3);
  return [0, Math.floor((n - count) / 2), n - count].map((start) => ({ start, count }));
}

/** The labels of runs, one after another. */
export function runLabels(runs: readonly Run[]): Int32Array {
  return Int32Array.from(runs.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i)));
}

/** At most `max` of the heads 0..n-1, ascending. */
export function headSample(n: number, max: number, seed: string): number[] {
  const all = Array.from({ length: n }, (_, h) => h);
  if (n <= max) return all;
  return Array.from(sample(n, max, prng("assay/weights/heads", seed))).sort((a, b) => a - b);
}

/** At most `max` of `n` positions, in runs of 16, ascending. */
export function positionSample(n: number, max: number, seed: string): number[] {
  return Array.from(runLabels(labelRuns(n, max, seed)));
}

/** Consecutive numbers joined into runs, order kept. */
export function toRuns(rows: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last && row === last.start + last.count) last.count++;
    else runs.push({ start: row, count: 1 });
  }
  return runs;
}
