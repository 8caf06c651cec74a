/**
 * One number from the families of a pair: each standard score passes through asinh, which keeps small scores as they
 * are and lets no single family of a copy drown the others, is cut at both ends, and is weighted.
 */
import { STATISTICS, type Sums } from "../agreement/agreement.js";
import { standardScores } from "./standard-scores.js";

/** Past ±these, asinh units, more says nothing new: asinh 200 is 6.0. */
const FEATURE_MIN = -1.5;
const FEATURE_MAX = 6;

/** Standard scores of all pairs, an array a statistic, in the order of STATISTICS. */
export function allStandardScores(sums: Sums, groups: Int32Array): Float64Array[] {
  return STATISTICS.map((_, s) => standardScores(sums, s, groups));
}

/** The features of one pair. */
export function featuresOfPair(scores: readonly Float64Array[], pair: number): number[] {
  return scores.map((of) => feature(of[pair]!));
}

function feature(standardScore: number): number {
  const value = Math.asinh(standardScore);
  return Number.isNaN(value) ? 0 : Math.max(FEATURE_MIN, Math.min(FEATURE_MAX, value));
}

/** The combined score of every pair. */
export function combinedScores(scores: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const combined = new Float64Array(scores[0]?.length ?? 0);
  for (let pair = 0; pair < combined.length; pair++)
    combined[pair] = scores.reduce((sum, of, s) => sum + weights[s]! * feature(of[pair]!), 0);
  return combined;
}
