/** The typed observations on how the suspect was made: measures of each tensor, and what they are consistent with. */
import { z } from "zod";

const count = z.number().int().nonnegative();

const roundingSchema = z.strictObject({
  n: count,
  exceptions: count,
  moved: count,
  cut: count,
  sharpness: z.number(),
});
const maskSchema = z.strictObject({
  cut: count,
  kept: count,
  rule: z.enum(["tensor", "row", "2:4"]),
  exceptions: count,
  near: count,
  sharpness: z.number(),
});

const tensorSchema = z.strictObject({
  tensor: z.string(),
  referenceLayer: count.nullable(),
  suspectLayer: count.nullable(),
  compared: count,
  total: count,
  /** Share of equal values. */
  equal: z.number(),
  /** ‖suspect − reference‖ / ‖reference‖. */
  change: z.number(),
  /** The coarsest number format or codebook that holds every value, by id. */
  grid: z.strictObject({ reference: z.string(), suspect: z.string() }),
  /** The number format in which each side's values or codes lie in its file. */
  stored: z.strictObject({ reference: z.string(), suspect: z.string() }).optional(),
  zeros: z.strictObject({ reference: z.number(), suspect: z.number() }),
  rounding: z.strictObject({ forward: roundingSchema, backward: roundingSchema }),
  mask: z.strictObject({ forward: maskSchema.nullable(), backward: maskSchema.nullable() }),
  rank: z.strictObject({ rank: count, rows: count, gap: z.number(), energy: z.number() }).nullable(),
  /** Of a matrix that changed by no low rank: how like white noise its difference is (noise.ts). */
  noise: z
    .strictObject({
      rows: z.number(),
      columns: z.number(),
      edge: z.number().nullable(),
      correlation: z.number(),
      white: z.boolean(),
    })
    .optional(),
  /** Rows or columns that stand in another order (moved.ts). */
  moved: z.strictObject({ axis: z.enum(["rows", "columns"]), matched: count, of: count, elsewhere: count }).optional(),
  /** Where the reference is a rounding of the suspect: root mean square of what rounding took, in steps of its grid. */
  residue: z.number().optional(),
});
export type TensorMaking = z.infer<typeof tensorSchema>;

const MAKINGS = [
  "same-values",
  "cast",
  "quantised",
  "pruned",
  "low-rank",
  "fine-tuned",
  "trained-on",
  "merged",
  "rescaled",
  "depth",
  "width",
  "graft",
  "vocabulary",
  "frozen",
  "upcycled",
  "experts",
  "noise",
  "dither",
  "reordered",
] as const;

const statementSchema = z.strictObject({
  what: z.enum(MAKINGS),
  /** One sentence with its numbers, in the words "consistent with". */
  sentence: z.string(),
  numbers: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.number())])),
});
export type Statement = z.infer<typeof statementSchema>;

export const makingSchema = z.strictObject({
  statements: z.array(statementSchema),
  tensors: z.array(tensorSchema),
  /** Tensors of each side without one of the same shape on the other. */
  unpaired: z.strictObject({ reference: count, suspect: count }),
});
export type Making = z.infer<typeof makingSchema>;
