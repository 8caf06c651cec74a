/** The typed observations on exhibits: published likenesses, each with its known false positives. Never evidence. */
import { z } from "zod";

const count = z.number().int().nonnegative();

const likenessSchema = z.strictObject({
  id: z.enum(["awm", "ghostspec", "huref", "std-fingerprint"]),
  title: z.string(),
  statistic: z.string(),
  /** Null where it does not apply to this pair; `note` says why. */
  value: z.number().nullable(),
  note: z.string(),
  /** What is known of unrelated models: from the literature, and from this project's bank. */
  knownFalsePositives: z.string(),
});
export type Likeness = z.infer<typeof likenessSchema>;

const configSchema = z.strictObject({
  panel: count,
  fields: z.array(
    z.strictObject({
      field: z.string(),
      reference: z.string(),
      suspect: z.string(),
      same: z.boolean(),
      /** How many configurations of the panel have the reference's value. */
      panel: count,
    }),
  ),
  /** Configurations of the panel that agree with the reference in every field in which the two models agree. */
  alike: count,
});

export const exhibitsSchema = z.strictObject({
  likenesses: z.array(likenessSchema),
  config: configSchema,
  /** Why the likenesses were not computed; absent where they were. */
  skipped: z.string().optional(),
});
export type Exhibits = z.infer<typeof exhibitsSchema>;
