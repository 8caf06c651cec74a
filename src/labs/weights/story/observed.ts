/** What is observed of rows that stand in both models value for value (identical.ts). */
import { z } from "zod";

export const identicalSchema = z.strictObject({
  tensors: z.array(
    z.strictObject({
      suspect: z.string(),
      /** The tensor of the reference in which most of its rows stand. */
      reference: z.string(),
      /** Rows that were looked at, and of these: found anywhere in the reference; in that tensor at the same place. */
      looked: z.number().int(),
      found: z.number().int(),
      inPlace: z.number().int(),
      /** Found only with their values in another order. */
      reordered: z.number().int(),
    }),
  ),
  /** Tensors that were looked at, those identical row for row, and those whose rows all stand there in another order. */
  looked: z.number().int(),
  identical: z.number().int(),
  permuted: z.number().int(),
  /** Values in rows found, as a share of the suspect's that were looked at. */
  share: z.number().min(0).max(1),
  /** True where only some rows of each matrix were looked at. */
  sampled: z.boolean(),
});
export type Identical = z.infer<typeof identicalSchema>;
