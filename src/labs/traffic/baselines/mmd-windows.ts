/**
 * MMD windows (arXiv 2606.05725): the squared maximum mean discrepancy between a window of prompts and reference
 * windows of benign prompts, unbiased, with a mean of Gaussian kernels at 0.5, 1, 2 and 4 times the median distance; a
 * window is alarming above the 95th percentile of benign windows against benign windows. Source of the estimator:
 * Gretton et al., JMLR 2012, lemma 6. It says that something is there, not who: an account is named here when its own
 * prompts, taken as a window, are alarming. Assumes a benign reference that looks like today's benign traffic.
 */
import { squaredDistance } from "./embedding.js";

const SCALES = [0.5, 1, 2, 4] as const;
const ALARM_QUANTILE = 0.95;

/** Median squared distance of all pairs. */
export function medianSquaredDistance(points: readonly Float64Array[]): number {
  const all: number[] = [];
  for (let i = 0; i < points.length; i++)
    for (let j = i + 1; j < points.length; j++) all.push(squaredDistance(points[i]!, points[j]!));
  return all.sort((a, b) => a - b)[all.length >> 1] ?? 1;
}

/** Unbiased MMD² of two samples; `bandwidth` is the median squared distance of reference points. */
export function mmd2(x: readonly Float64Array[], y: readonly Float64Array[], bandwidth: number): number {
  return within(x, bandwidth) + within(y, bandwidth) - 2 * between(x, y, bandwidth);
}

/** The alarm threshold from benign windows: each against the reference. */
export function mmdThreshold(nulls: readonly number[], quantile = ALARM_QUANTILE): number {
  const sorted = [...nulls].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length))] ?? Number.POSITIVE_INFINITY;
}

function kernel(distance: number, bandwidth: number): number {
  let sum = 0;
  for (const scale of SCALES) sum += Math.exp(-distance / (2 * scale * scale * bandwidth));
  return sum / SCALES.length;
}

function within(x: readonly Float64Array[], bandwidth: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++)
    for (let j = i + 1; j < x.length; j++) sum += kernel(squaredDistance(x[i]!, x[j]!), bandwidth);
  return (2 * sum) / (x.length * (x.length - 1));
}

function between(x: readonly Float64Array[], y: readonly Float64Array[], bandwidth: number): number {
  let sum = 0;
  for (const a of x) for (const b of y) sum += kernel(squaredDistance(a, b), bandwidth);
  return sum / (x.length * y.length);
}
