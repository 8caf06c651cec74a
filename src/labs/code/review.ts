/**
 * What a reader said who saw the shared units side by side and no score: which of them a third source, a standard or a
 * program explains. Such units count for nothing afterwards; a reader can take away and never add.
 */
import { z } from "zod";
import { digestSchema } from "../../evidence/artefact.js";

const EXPLANATIONS = ["third-source", "dictated", "generated"] as const;

export const reviewSchema = z.strictObject({
  type: z.literal("assay/code-review/v1"),
  claimant: digestSchema,
  suspect: digestSchema,
  corpus: digestSchema,
  reader: z.string().min(1).max(200),
  units: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(4096),
        line: z.number().int().positive(),
        verdict: z.enum([...EXPLANATIONS, "unexplained"]),
        words: z.string().max(1000),
      }),
    )
    .max(10_000),
});
export type Review = z.infer<typeof reviewSchema>;
