/**
 * The method's name, its settings and the class of models its validation study speaks for. A change of any number
 * here is a new version: findings of two versions are not compared.
 */

import type { Commitment } from "./making/commitment.js";

export const METHOD_ID = "weights/unit-labels";
export const METHOD_VERSION = "9";

/** Seed of every draw (fold signs, labels, heads, tokens) unless the parties draw one jointly. */
export const SEED_DEFAULT = "assay-weights-1";

/** Every 64-bit seed tried: what a claimant pays for who cannot show that the seed was fixed beforehand. */
export const SEED_BITS_DEFAULT = 64;
/** Labels a block in a sampled examination: 2,048 equal labels already bound p below 10^−5,000. */
export const LABELS_SAMPLED = 2048;
/** Labels a block at the most, even when all rows are asked for: no public model comes near. */
export const LABELS_MAX = 1_000_000;
/** Labels a block in the scan of all layer pairs, where only the choice of counterpart is at stake. */
export const LABELS_SCAN = 256;
/** The same where the two blocks differ in size: windows of both, so that a third of the units kept still meet. */
export const LABELS_WINDOW = 4096;
export const LABELS_WINDOW_SCAN = 768;
/** MLPs of a mixture looked at in a sampled examination, if it has fewer layers than this. */
export const BLOCKS_EXAMINED = 64;
/** The same when all rows are asked for: all pairs of 256 and 256 blocks are two minutes' work. */
export const BLOCKS_ALL = 256;
/** Key-value heads looked at in a sampled examination. */
export const HEADS_SAMPLED = 4;
/** Shared tokens folded for the residual axis. */
export const TOKENS_SAMPLED = 2048;
/** Sketch width of each part: cosines of two parts side by side have a standard error of 1/√256. */
export const WIDTH = 128;
/** A block with fewer labels than this is left out: the validated class's smallest MLP has as many (a quarter of 144). */
export const LABELS_MIN = 36;

export interface Settings {
  seed: string;
  rows: "sampled" | "all" | "screened";
  /** With initial weights only: bits of seed that their holder could have searched. */
  seedBits?: number;
  /** Dated commitments to a side, checked when they were handed in. */
  committed?: readonly Commitment[];
  /** Models that were asked about at once, this one among them: each p is paid for all. Absent: one. */
  candidates?: number;
  /** Published likenesses were asked for, whatever the size. */
  exhibits?: boolean;
}

/** Width of one part's sketch for vectors of `features` entries, a multiple of 4. */
export function sketchWidth(features: number): number {
  return Math.min(WIDTH, Math.ceil(features / 4) * 4);
}
