/**
 * How many units a court's order must ask for: the least k whose exact bound, when none (or so many) of them are bad, stays
 * below a share, and how often so large a share would be missed altogether.
 */

import { AssayError } from "../../base/error.js";
import { DRAWS_MAX, LEVEL_95, upperCount } from "../../stats/hypergeometric-bound.js";

interface SamplePlan {
  population: number;
  share: number;
  /** Bad units that the plan allows for among those drawn. */
  allowed: number;
  k: number;
  /** The bound that k units then give. */
  upper: number;
}

/** @throws USAGE where more than 20,000 would be needed */
export function samplePlan(population: number, share: number, allowed = 0): SamplePlan {
  const target = BigInt(Math.floor(population * share));
  const most = Math.min(population, DRAWS_MAX);
  const bound = (k: number) => upperCount(allowed, k, BigInt(population), LEVEL_95);
  if (allowed > most || bound(most) > target)
    throw new AssayError(
      "USAGE",
      `sample plan: expected a share that at most ${DRAWS_MAX} units can bound, got ${share}`,
    );
  let [low, high] = [Math.max(1, allowed), most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bound(middle) <= target) high = middle;
    else low = middle + 1;
  }
  return { population, share, allowed, k: low, upper: Number(bound(low)) };
}
