/** What the behaviour laboratory saw, without opinion: the typed `observations` of its findings. */
import { z } from "zod";

const count = z.number().int().nonnegative();
const text = z.string();

const profileSchema = z.strictObject({
  prompts: count,
  latinShare: z.number(),
  answeredShare: z.number(),
  distinctShare: z.number(),
  openingShare: z.number(),
});

/** The same for every proposition of one examination, apart from `score` and what follows from it. */
export const behaviourObservationsSchema = z.strictObject({
  settings: z.strictObject({ seed: text, normaliser: text, method: text }),
  /** Prompts both sides answered, and which of them entered. */
  prompts: count,
  panel: z.strictObject({
    models: count,
    families: count,
    /** Not among the presumed unrelated: why, and how many. */
    leftOut: z.array(z.strictObject({ why: text, models: count })),
  }),
  sides: z.strictObject({ reference: profileSchema, suspect: profileSchema }),
  score: z.strictObject({
    value: z.number(),
    /** log10 likelihood ratio by the development calibration before the cap, with its 95 % interval; no strength. */
    log10LRBeforeCap: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
    /** Prompts the calibration was made at, and the number of development bases left out for this pair. */
    calibratedAt: count.nullable(),
    basesLeftOut: count,
  }),
  /** Each statistic of the pair: its standard score, its weight, and how many panel nulls reach it. */
  families: z.array(
    z.strictObject({
      family: text,
      standardScore: z.number(),
      weight: z.number(),
      nullsAtOrAbove: count,
      nulls: count,
    }),
  ),
  /** Every kind of null the score was ranked among. */
  nullKinds: z.array(z.strictObject({ kind: text, families: count, largest: z.number(), above: z.boolean() })),
  /** The pair's score after each round beside the largest running supremum of the panel's own pairs. */
  rounds: z.array(z.strictObject({ prompts: count, score: z.number(), nullSupremum: z.number(), above: z.boolean() })),
  /** The prompts that weigh most. */
  exhibits: z.array(
    z.strictObject({ promptId: text, prompt: text.nullable(), weight: z.number(), reference: text, suspect: text }),
  ),
  /** What each side says it is: shown, never weighed. */
  identity: z.array(z.strictObject({ side: z.enum(["reference", "suspect"]), promptId: text, sentence: text })),
  /** taught-by only: the suspect's score with the reference against its score with each other possible teacher. */
  attribution: z
    .strictObject({
      lead: z.number(),
      nextTeacher: text,
      placebosAtOrAbove: count,
      placebos: count,
      /** The suspect's score with the reference. */
      score: z.number(),
      /**
       * Rivals by score. `difference`: how far the suspect stands nearer to the reference than to this rival, less what
       * panel models do; 95 % of theirs lie from `placeboLow` to `placeboHigh`.
       */
      teachers: z.array(
        z.strictObject({
          teacher: text,
          sibling: z.boolean(),
          score: z.number(),
          difference: z.number(),
          placeboLow: z.number(),
          placeboHigh: z.number(),
        }),
      ),
    })
    .nullable(),
  /**
   * same-model only, where the transcripts hold several answers a prompt, or probabilities: exact tests of "one
   * distribution answered". `calibration` says what stands behind their use; they never reach an outcome.
   */
  identityTests: z
    .strictObject({
      calibration: z.literal("uncalibrated"),
      equality: z
        .strictObject({
          prompts: count,
          samples: z.strictObject({ reference: count, suspect: count }),
          statistic: z.number(),
          log10P: z.number(),
        })
        .nullable(),
      rankUniformity: z
        .strictObject({
          prompts: count,
          samplesLeast: count,
          statistic: z.number(),
          meanRank: z.number(),
          log10P: z.number(),
        })
        .nullable(),
    })
    .nullable(),
  /** --before and --after: how much closer to the reference the later release stands, among the panel's placebos. */
  beforeAfter: z
    .strictObject({
      before: z.number(),
      after: z.number(),
      change: z.number(),
      placebosAtOrAbove: count,
      placebos: count,
      placeboLow: z.number(),
      placeboHigh: z.number(),
    })
    .nullable(),
});
export type BehaviourObservations = z.infer<typeof behaviourObservationsSchema>;
