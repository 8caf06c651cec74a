/**
 * What the study hands to the laboratory: weights of the families, calibration to likelihood ratios and the largest
 * score of each kind of null, fitted on a development set of real models and refitted with every base, and every pair
 * of bases, left out. An examination whose sides coincide with development models takes the fit without their bases.
 * Models stand here under numbers; they are recognised by digests of their answers, not by name.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { hex, utf8 } from "../../../base/bytes.js";
import { normalise } from "../../../transcript/normaliser.js";
import { STATISTICS } from "../agreement/agreement.js";
import type { BehaviourProposition } from "../method.js";

/**
 * Answers kept of each development model: the smallest digests, so that any sample of its answers meets its share. With
 * so many none of 532 draws of 50 prompts went unrecognised; with 48 it was 86, and the fit knew their base.
 */
export const SKETCH_SIZE = 256;
/** A side coincides with a development model when it gives this share of its kept answers word for word. */
const COINCIDENCE_MIN = 0.25;
/** Answers shorter than this are many models' answers; of longer ones the start tells, wherever a recorder cut them. */
const ANSWER_CHARS_MIN = 80;
const ANSWER_CHARS_COMPARED = 400;
/** Prompts of the development set. */
const DEVELOPMENT_PROMPTS = 805;

const numbers = z.array(z.number());
const fitSchema = z.strictObject({
  /** Bases left out, ascending. */
  out: z.array(z.number().int()),
  weights: numbers.length(STATISTICS.length),
  /** Natural log odds = slope × score + intercept; covariance of (slope, intercept). */
  slope: z.number(),
  intercept: z.number(),
  covariance: numbers.length(3),
  /** Largest score of each kind of null, in the order of `kinds`, and the families (or pairs of bases) behind it. */
  nullMax: numbers,
  nullFamilies: numbers,
});
export type Fit = z.infer<typeof fitSchema>;

export const developmentSchema = z.strictObject({
  type: z.literal("assay/behaviour-development/v1"),
  methodVersion: z.string(),
  normaliserVersion: z.string(),
  statistics: z.array(z.string()),
  kinds: z.array(z.string()),
  models: z.array(z.strictObject({ base: z.number().int(), sketch: z.array(z.string().regex(/^[0-9a-f]{12}$/)) })),
  propositions: z.record(
    z.string(),
    z.array(z.strictObject({ prompts: z.number().int().positive(), fits: z.array(fitSchema).min(1) })).min(1),
  ),
});
export type Development = z.infer<typeof developmentSchema>;

/** Digests of a transcript's longer answers, 48 bits each. */
export function answerDigests(texts: Iterable<string>): Set<string> {
  const digests = new Set<string>();
  for (const text of texts) {
    const answer = normalise(text);
    if (answer.length >= ANSWER_CHARS_MIN)
      digests.add(hex(sha256(utf8(answer.slice(0, ANSWER_CHARS_COMPARED))).subarray(0, 6)));
  }
  return digests;
}

/** The least digests in their order: two sets that overlap have least digests in common. */
export function sketchOfAnswers(digests: ReadonlySet<string>): string[] {
  return [...digests].sort().slice(0, SKETCH_SIZE);
}

/** Bases of the development models that a side's answers coincide with. */
export function coincidingBases(development: Development, digests: ReadonlySet<string>, prompts: number): number[] {
  const bases = new Set<number>();
  for (const { base, sketch } of development.models) {
    const met = sketch.filter((digest) => digests.has(digest)).length;
    // A side that answered only some of the prompts can meet only its share of them.
    const reach = Math.min(1, prompts / DEVELOPMENT_PROMPTS);
    if (sketch.length > 0 && met >= Math.max(2, COINCIDENCE_MIN * reach * sketch.length)) bases.add(base);
  }
  return [...bases].sort((a, b) => a - b);
}

export interface FitFound {
  fit: Fit;
  calibratedAt: number;
  /**
   * What a score must stand above, a number a kind: the largest null of the whole development set, tested bases
   * included (they only raise the bar), and `beyond`, the largest a further family may be expected to reach: twice the
   * largest less the largest without its family (Robson and Whitlock 1964, the endpoint of a law from its two largest).
   */
  nullMax: readonly number[];
  beyond: readonly number[];
}

/** The fit for a question, calibrated at the largest number of prompts not above `prompts`, without these bases. */
export function fitFor(
  development: Development,
  proposition: BehaviourProposition,
  prompts: number,
  out: readonly number[],
): FitFound | null {
  const sizes = development.propositions[proposition] ?? [];
  const size = sizes.filter((s) => s.prompts <= prompts).sort((a, b) => b.prompts - a.prompts)[0];
  const fit = size?.fits.find((f) => f.out.length === out.length && f.out.every((base, i) => base === out[i]));
  if (!size || !fit) return null;
  const whole = size.fits.find((f) => f.out.length === 0) ?? fit;
  const singles = size.fits.filter((f) => f.out.length === 1);
  const nullMax = fit.nullMax.map((max, k) => Math.max(max, whole.nullMax[k]!));
  const beyond = nullMax.map((max, k) => {
    const without = singles.reduce((least, f) => Math.min(least, f.nullMax[k]!), max);
    return without <= UNSEEN ? max : 2 * max - without;
  });
  return { fit, calibratedAt: size.prompts, nullMax, beyond };
}

/** What the development file holds for a kind of which nothing is left. */
const UNSEEN = -9;

/** Two standard errors to each side. */
const Z95 = 1.96;

/** log10 of the likelihood ratio of a score, with its 95 % interval, before any cap. */
export function likelihoodRatio(fit: Fit, score: number): { log10LR: number; low: number; high: number } {
  const [ss, si, ii] = fit.covariance as [number, number, number];
  const value = fit.slope * score + fit.intercept;
  const error = Z95 * Math.sqrt(Math.max(0, ss * score * score + 2 * si * score + ii));
  return { log10LR: value / Math.LN10, low: (value - error) / Math.LN10, high: (value + error) / Math.LN10 };
}
