/**
 * Rank-uniformity (after Zhu et al., ICLR 2026, arXiv 2506.06975): one answer a prompt from the suspect, several from
 * the reference, each with a score. Where both come from one distribution the rank of the suspect's score among the
 * reference's is uniform, prompt by prompt; the Cramér–von Mises distance of all ranks from uniformity is the statistic.
 * Any score that is a function of what the server returned keeps the test valid; the paper takes log-ranks of tokens
 * under the reference's own weights, here it is the mean log-probability that each server states. A server that states
 * false probabilities, or rounds them otherwise, differs by that alone. Says nothing of derivation.
 */
import type { Prng } from "../../../base/prng.js";
import type { PairedSamples } from "../answers/samples.js";
import { fastDraws } from "./fast-draws.js";

/** Draws of the law under uniform ranks; the p cannot fall below 1 / (draws + 1). */
const UNIFORM_DRAWS = 1_999;
/** Ranks among fewer prompts say next to nothing. */
const RANK_PROMPTS_MIN = 20;

interface RankUniformity {
  prompts: number;
  /** Reference samples a prompt, least. */
  samplesLeast: number;
  /** Cramér–von Mises statistic Σ (u₍ᵢ₎ − (2i − 1) / 2n)² + 1 / 12n. */
  statistic: number;
  /** Mean rank as a share: 0.5 under uniformity. */
  meanRank: number;
  atOrAbove: number;
  draws: number;
}

/** null where fewer than RANK_PROMPTS_MIN prompts carry probabilities on both sides. */
export function testRankUniformity(paired: readonly PairedSamples[], source: Prng): RankUniformity | null {
  const scored = paired.flatMap(({ reference, suspect }) => {
    const own = suspect[0]?.logprob ?? null;
    const others = reference.flatMap(({ logprob }) => (logprob === null ? [] : [logprob]));
    return own === null || others.length === 0 ? [] : [{ own, others }];
  });
  if (scored.length < RANK_PROMPTS_MIN) return null;
  const draws = fastDraws(source);
  const counts = scored.map(({ others }) => others.length);
  const ranks = scored.map(({ own, others }) => {
    const below = others.filter((other) => other < own).length;
    const ties = others.filter((other) => other === own).length;
    return below + draws.below(ties + 1);
  });
  const shares = (of: readonly number[]) => of.map((rank, i) => (rank + 0.5) / (counts[i]! + 1));
  const own = shares(ranks);
  const statistic = distance(own);
  let atOrAbove = 0;
  for (let draw = 0; draw < UNIFORM_DRAWS; draw++) {
    const drawn = counts.map((count) => draws.below(count + 1));
    if (distance(shares(drawn)) >= statistic - 1e-12) atOrAbove++;
  }
  return {
    prompts: scored.length,
    samplesLeast: Math.min(...counts),
    statistic,
    meanRank: own.reduce((sum, u) => sum + u, 0) / own.length,
    atOrAbove,
    draws: UNIFORM_DRAWS,
  };
}

function distance(shares: readonly number[]): number {
  const sorted = Float64Array.from(shares).sort();
  const n = sorted.length;
  let sum = 1 / (12 * n);
  for (let i = 0; i < n; i++) sum += (sorted[i]! - (2 * i + 1) / (2 * n)) ** 2;
  return sum;
}
