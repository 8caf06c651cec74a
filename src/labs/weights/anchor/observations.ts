/** What the init anchor saw: the typed `observations` of its findings. */
import { z } from "zod";

const count = z.number().int().nonnegative();

const answerSchema = z.strictObject({
  /** Null: the embeddings. */
  initLayer: count.nullable(),
  suspectLayer: count.nullable(),
  n: count,
  cosine: z.number(),
});

const storedSchema = z.strictObject({
  z: z.number(),
  /** Values (or dimensions of folds) compared, and their mean cosine with the initial ones. */
  values: count,
  cosine: z.number(),
  log10P: z.number().max(0),
  answers: z.array(answerSchema),
});

export const initAnchorSchema = z.strictObject({
  /** How the two were set against each other: value by value, or by folds where a side is a sketch. */
  compared: z.enum(["values", "folds"]),
  seedBits: count,
  /** The initial weights as a draw of normal numbers; null where only folds of them are at hand. */
  normality: z
    .strictObject({
      tensors: count,
      values: count,
      standardDeviations: z.strictObject({ smallest: z.number(), largest: z.number() }),
      /** Largest score over tensors, in standard errors. */
      meanScore: z.number(),
      kurtosisScore: z.number(),
    })
    .nullable(),
  /** How far each of the two still leans to the initial weights. A copy made later leans less than its source. */
  reference: storedSchema,
  suspect: storedSchema.nullable(),
  aligned: z
    .strictObject({
      z: z.number(),
      rows: count,
      width: count,
      cosine: z.number(),
      log10P: z.number().max(0),
      layers: z.array(z.strictObject({ initLayer: count, suspectLayer: count })),
    })
    .nullable(),
  /**
   * Asked since version 2 where a test spoke: does the one hold what the other changed since the draw? Null where it was
   * not asked, or no matrix leans to the draw in both. Medians over matrices.
   */
  heldChange: z
    .strictObject({
      matrices: count,
      reference: z.strictObject({ lean: z.number(), heldByOther: z.number() }),
      suspect: z.strictObject({ lean: z.number(), heldByOther: z.number() }),
      whole: z.boolean(),
    })
    .nullable()
    .optional(),
  /** Why the second test was not run; empty when it was. */
  note: z.string(),
});
export type InitAnchorObservations = z.infer<typeof initAnchorSchema>;
