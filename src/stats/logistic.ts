/**
 * Weighted logistic regression by Newton's method with a ridge that pulls the coefficients towards one another: with a
 * dozen positives and a dozen correlated features, equal weights are the safer guess and the data must argue against
 * them (Hastie, Tibshirani, Friedman 2009, §4.4 and §3.4). Prior odds are those of the weights given.
 */
import { assert } from "../base/error.js";
import { solve } from "./linear-solve.js";

interface LogisticFit {
  coefficients: number[];
  intercept: number;
  /** Covariance of (coefficients…, intercept), sandwich over clusters; row by row. Computed when asked for. */
  covariance(): number[][];
}

interface LogisticData {
  /** A row a case. */
  features: readonly (readonly number[])[];
  /** 1 for the first proposition, 0 for the second. */
  labels: readonly number[];
  weights: readonly number[];
  /** Cases that are not independent of one another share a cluster. */
  clusters: readonly number[];
}

interface Ridge {
  /** Pull towards the mean coefficient, and of the mean towards 0. */
  spread: number;
  mean: number;
}

const STEPS_MAX = 60;
const TOLERANCE = 1e-7;
/** Keeps the step finite where all cases of a class lie on one side. */
const JITTER = 1e-9;

/** @param start coefficients and intercept to begin at; the solution does not depend on it, the time does */
export function fitLogistic(
  { features, labels, weights, clusters }: LogisticData,
  ridge: Ridge,
  start?: readonly number[],
): LogisticFit {
  assert(features.length > 0 && features.length === labels.length, "fitLogistic: expected cases");
  const d = features[0]!.length;
  let b = start ? [...start] : new Array<number>(d + 1).fill(0);
  for (let step = 0; step < STEPS_MAX; step++) {
    const { gradient, hessian } = derivatives(features, labels, weights, b, ridge);
    const move = solve(hessian, [gradient])[0]!;
    // Newton may overshoot where probabilities saturate: no coefficient moves by more than 4 at once.
    const largest = Math.max(...move.map(Math.abs));
    const scale = largest > 4 ? 4 / largest : 1;
    b = b.map((value, k) => value - scale * move[k]!);
    if (largest < TOLERANCE) break;
  }
  return {
    coefficients: b.slice(0, d),
    intercept: b[d]!,
    covariance: () => sandwich(features, labels, weights, clusters, b, ridge),
  };
}

function derivatives(
  features: readonly (readonly number[])[],
  labels: readonly number[],
  weights: readonly number[],
  b: readonly number[],
  ridge: Ridge,
) {
  const d = b.length - 1;
  const gradient = new Array<number>(d + 1).fill(0);
  const hessian = Array.from({ length: d + 1 }, () => new Array<number>(d + 1).fill(0));
  for (let i = 0; i < features.length; i++) {
    const row = features[i]!;
    const p = probability(row, b);
    const residual = weights[i]! * (p - labels[i]!);
    const curvature = weights[i]! * p * (1 - p);
    for (let k = 0; k <= d; k++) {
      const x = k < d ? row[k]! : 1;
      gradient[k]! += residual * x;
      const h = hessian[k]!;
      for (let l = 0; l <= k; l++) h[l]! += curvature * x * (l < d ? row[l]! : 1);
    }
  }
  for (let k = 0; k <= d; k++) for (let l = 0; l < k; l++) hessian[l]![k] = hessian[k]![l]!;
  // Σ (b − mean)² has the curvature I − 11ᵀ/d; the mean's own ridge adds 11ᵀ/d².
  const mean = d > 0 ? b.slice(0, d).reduce((s, v) => s + v, 0) / d : 0;
  for (let k = 0; k < d; k++) {
    gradient[k]! += ridge.spread * (b[k]! - mean) + (ridge.mean * mean) / d;
    for (let l = 0; l < d; l++) hessian[k]![l]! += ridge.spread * ((k === l ? 1 : 0) - 1 / d) + ridge.mean / (d * d);
  }
  for (let k = 0; k <= d; k++) hessian[k]![k]! += JITTER;
  return { gradient, hessian };
}

function sandwich(
  features: readonly (readonly number[])[],
  labels: readonly number[],
  weights: readonly number[],
  clusters: readonly number[],
  b: readonly number[],
  ridge: Ridge,
): number[][] {
  const d = b.length - 1;
  const { hessian } = derivatives(features, labels, weights, b, ridge);
  const sums = new Map<number, number[]>();
  features.forEach((row, i) => {
    const residual = weights[i]! * (probability(row, b) - labels[i]!);
    const sum = sums.get(clusters[i]!) ?? new Array<number>(d + 1).fill(0);
    sums.set(clusters[i]!, sum);
    for (let k = 0; k <= d; k++) sum[k]! += residual * (k < d ? row[k]! : 1);
  });
  const meat = Array.from({ length: d + 1 }, () => new Array<number>(d + 1).fill(0));
  for (const sum of sums.values())
    for (let k = 0; k <= d; k++) for (let l = 0; l <= d; l++) meat[k]![l]! += sum[k]! * sum[l]!;
  // H⁻¹ M H⁻¹, with H symmetric.
  const half = solve(hessian, meat);
  const transposed = half[0]!.map((_, k) => half.map((row) => row[k]!));
  return solve(hessian, transposed);
}

function probability(row: readonly number[], b: readonly number[]): number {
  let u = b[b.length - 1]!;
  for (let k = 0; k < row.length; k++) u += row[k]! * b[k]!;
  return 1 / (1 + Math.exp(-u));
}
