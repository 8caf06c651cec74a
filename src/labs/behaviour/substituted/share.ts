/**
 * The share of answers that other weights gave, with its interval: the endpoint's rate of surprises lies between the
 * honest rate and the substitute's. Honest rates are bounded by the controls' least and largest; the substitute's is at
 * most 1, or what a transcript of the suspected substitute shows. Clopper and Pearson at 99 % each side, so that all
 * four bounds hold together in 95 of 100 cases; the level looked at is the one with the largest e-value.
 */

import type { Counted } from "./e-value.js";
import { lowerBound, upperBound } from "./rate-bounds.js";

interface Share {
  low: number;
  high: number;
}

/** @param substitute the substitute's own count at the same level; null where none is at hand: nothing then bounds the share from above but 1 */
export function shareOf(endpoint: Counted, controls: readonly Counted[], substitute: Counted | null): Share {
  const honest = {
    low: Math.min(...controls.map(lowerBound)),
    high: Math.max(...controls.map(upperBound)),
  };
  const seen = { low: lowerBound(endpoint), high: upperBound(endpoint) };
  const other = substitute ? { low: lowerBound(substitute), high: upperBound(substitute) } : { low: 0, high: 1 };
  // (rate - honest) / (other - honest), at the ends that make it least and largest.
  const low = other.high > honest.high ? (seen.low - honest.high) / (other.high - honest.high) : 0;
  const high = other.low > honest.low ? (seen.high - honest.low) / (other.low - honest.low) : 1;
  return { low: Math.floor(1e4 * within(low)) / 1e4, high: Math.ceil(1e4 * within(high)) / 1e4 };
}

const within = (value: number) => Math.min(1, Math.max(0, value));
