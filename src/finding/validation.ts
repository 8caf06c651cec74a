/**
 * What a validation study hands to a finding: counts by independent family, and the reference class it speaks for.
 * The study's file is data under validation/; its digest stands in every finding that leans on it.
 */
import { z } from "zod";
import type { Digest } from "../base/digest.js";

const count = z.number().int().nonnegative();

const nulls = z.object({
  pairs: count,
  families: count,
  accusedPairs: count,
  accusedFamilies: count,
  /**
   * Only of a method that accuses a pair when each is the other's strict first among all families of the panel: the
   * fewest families among which any unrelated pair of the study was ranked. strength.ts says what follows.
   */
  firstAmong: count.min(1).optional(),
});
const positives = z.object({ pairs: count, families: count, foundPairs: count, foundFamilies: count });

export const validationSchema = z.object({
  type: z.literal("assay/validation/v1"),
  method: z.string(),
  methodVersion: z.string(),
  /** The question it speaks for, where one method answers several with a study each. */
  proposition: z.string().optional(),
  page: z.string(),
  /** Presumed-unrelated pairs examined, and how many were accused. */
  nulls,
  /** Derived families examined (undisguised), and how many had every derived pair found. */
  positives,
  /** How a derived family counts as found: when every pair of it is (the rule), or by the share of its pairs. */
  familiesFoundBy: z.enum(["every", "share"]).optional(),
  /**
   * Scored methods: what each kind of presumed-unrelated null reached (independent, sibling, same data, …). A suspect
   * must stand above the largest of every kind.
   */
  nullKinds: z
    .array(z.object({ kind: z.string().min(1).max(100), pairs: count, families: count, statisticMax: z.number() }))
    .max(100)
    .optional(),
  /**
   * How held-out likelihood ratios behaved before the cap, at each log10 value of `at`: the share of related and of
   * unrelated cases above it (Tippett), and the cross-entropy in bits at those prior odds, as it is and after the best
   * monotone recalibration.
   */
  curves: z
    .object({
      at: z.array(z.number()).min(2).max(200),
      positives: z.array(z.number()).max(200),
      nulls: z.array(z.number()).max(200),
      crossEntropy: z.array(z.number()).max(200),
      crossEntropyMin: z.array(z.number()).max(200),
    })
    .refine((c) => Object.values(c).every((of) => of.length === c.at.length), "expected curves of one length")
    .optional(),
  /** Two-sided questions: the same counts for the second proposition (nulls are then cases where the first is true). */
  opposed: z.object({ nulls, positives }).optional(),
});
export type ValidationSummary = z.infer<typeof validationSchema>;

export interface Validation {
  summary: ValidationSummary;
  digest: Digest;
}
