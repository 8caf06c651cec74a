/**
 * One-sided 95 % bounds for a rate from k of n independent trials (Clopper and Pearson, 1934).
 * Quantiles of the beta distribution come from @stdlib.
 */
import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import { assert } from "../base/error.js";

const CONFIDENCE = 0.95;

/** Upper bound; 1 when there were no trials. With k = 0 it is 1 − 0.05^(1/n). */
export function upper95(k: number, n: number): number {
  check(k, n);
  if (k === n) return 1;
  if (k === 0) return 1 - (1 - CONFIDENCE) ** (1 / n);
  return betaQuantile(CONFIDENCE, k + 1, n - k);
}

/** Lower bound; 0 when there were no trials. */
export function lower95(k: number, n: number): number {
  check(k, n);
  if (k === 0) return 0;
  if (k === n) return (1 - CONFIDENCE) ** (1 / n);
  return betaQuantile(1 - CONFIDENCE, k, n - k + 1);
}

function check(k: number, n: number): void {
  assert(Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n, "clopperPearson: expected 0 <= k <= n");
}
