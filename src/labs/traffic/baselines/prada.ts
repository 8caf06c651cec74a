/**
 * PRADA (Juuti, Szyller, Marchal and Asokan, EuroS&P 2019, arXiv 1805.02628, §5): of each account's queries, the
 * distance of each to its nearest earlier one; benign distances are held to be normal, an attack's are not: alarm when
 * the Shapiro–Wilk W falls below δ. Assumes that one account carries the attack; a campaign of light accounts gives each
 * too few queries. Distances here are between hashed word features (embedding.ts), the paper's between inputs of a
 * classifier, a class at a time; there are no classes here.
 */
import { squaredDistance } from "./embedding.js";
import { shapiroWilk } from "./shapiro-wilk.js";

/** δ within the paper's 0.90 to 0.96. */
export const PRADA_DELTA = 0.95;
/** Below this many distances the test has no power, and nothing is said. */
const PRADA_QUERIES_MIN = 30;

/** @param queries of one account, in order of time; @returns W, or null where there are too few */
export function prada(queries: readonly Float64Array[]): number | null {
  if (queries.length <= PRADA_QUERIES_MIN) return null;
  const nearest: number[] = [];
  for (let i = 1; i < queries.length; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < i; j++) least = Math.min(least, squaredDistance(queries[i]!, queries[j]!));
    nearest.push(Math.sqrt(least));
  }
  return shapiroWilk(nearest);
}
