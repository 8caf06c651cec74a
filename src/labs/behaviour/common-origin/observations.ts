/** What was seen for the question of a common origin: the typed `observations` of its finding. */
import { z } from "zod";

const count = z.number().int().nonnegative();
const text = z.string();

const side = z.strictObject({
  answers: count,
  compared: count,
  empty: count,
  cutByReasoning: count,
  otherScript: count,
  boilerplate: count,
  /** Of a side's words, the share that models of no two other families use. Not before version 5. */
  ownWords: z.number().optional(),
});
/** A score of the pair, the best stranger's with each side, and the lead over both. */
const standing = z.strictObject({
  pair: z.number(),
  best: z.strictObject({ reference: z.number(), suspect: z.number() }),
  nearest: z.strictObject({ reference: text, suspect: text }),
  familiesAtOrAbove: z.strictObject({ reference: count, suspect: count }),
  lead: z.number(),
});

export const commonOriginObservationsSchema = z.strictObject({
  settings: z.strictObject({ seed: text, tries: count, reading: text, method: text }),
  prompts: z.strictObject({
    shared: count,
    compared: count,
    /** Answers of the two sides that are the same word for word: left out of the comparison. */
    same: count,
    /** Of the shared prompts, those whose text is known, so that echoes of it are taken out. */
    known: count,
  }),
  panel: z.strictObject({
    models: count,
    families: count,
    leftOut: z.array(z.strictObject({ why: text, models: count })),
    /** Answers of all its models that were not compared, as for a side. */
    answers: side,
  }),
  sides: z.strictObject({ reference: side, suspect: side }),
  /** How it is said. */
  said: standing,
  /** What is said. */
  content: standing,
  margin: z.number(),
  /** On the prompts where the two share no run of nine words: both leads, and the lead asked. Not before version 4. */
  apart: z
    .strictObject({ prompts: count, said: z.number(), content: z.number(), asked: z.number().nullable() })
    .optional(),
  /** P of coming first in a row by exchangeability, times the tries: min(1, tries / (families + 1)). */
  bound: z.number(),
  statistics: z.array(
    z.strictObject({
      statistic: text,
      standardScore: z.number(),
      part: z.enum(["said", "content", "shown"]),
      nullsAtOrAbove: count,
      nulls: count,
    }),
  ),
  exhibits: z.array(
    z.strictObject({ promptId: text, prompt: text.nullable(), weight: z.number(), reference: text, suspect: text }),
  ),
});
export type CommonOriginObservations = z.infer<typeof commonOriginObservationsSchema>;
