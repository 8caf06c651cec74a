/**
 * What a validation study hands to a finding: counts by independent family, and the reference class it speaks for.
 * The study's file is data under validation/; its digest stands in every finding that leans on it.
 */
import { z } from "zod";
import type { Digest } from "../base/digest.js";

const count = z.number().int().nonnegative();

export const validationSchema = z.object({
  type: z.literal("assay/validation/v1"),
  method: z.string(),
  methodVersion: z.string(),
  page: z.string(),
  /** Presumed-unrelated pairs examined, and how many were accused. */
  nulls: z.object({ pairs: count, families: count, accusedPairs: count, accusedFamilies: count }),
  /** Derived families examined (undisguised), and how many had every derived pair found. */
  positives: z.object({ pairs: count, families: count, foundPairs: count, foundFamilies: count }),
});
export type ValidationSummary = z.infer<typeof validationSchema>;

export interface Validation {
  summary: ValidationSummary;
  digest: Digest;
}
