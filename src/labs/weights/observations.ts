/** What the weights laboratory saw, without opinion: the typed `observations` of its findings. */
import { z } from "zod";
import { ALIGNMENT_MODES } from "./alignment/method.js";
import { exhibitsSchema } from "./exhibits/observed.js";
import { leftOutSchema } from "./left-out.js";
import { makingSchema } from "./making/observed.js";
import { identicalSchema } from "./story/observed.js";

const count = z.number().int().nonnegative();
const log10P = z.number().max(0);

/** One layer of the reference against one of the suspect on one axis. */
const blockSchema = z.strictObject({
  axis: z.enum(["mlp-hidden", "value-dim", "residual"]),
  /** Layer numbers; null for the residual axis, which the whole model shares. */
  referenceLayer: count.nullable(),
  suspectLayer: count.nullable(),
  /** Which of a layer's experts, where it has several ("0", "1", … or "shared"). */
  referenceExpert: z.string().optional(),
  suspectExpert: z.string().optional(),
  /** Labels a side (in each group), mutual pairs, pairs with equal labels, most pairs that stand in one order. */
  labels: count,
  groups: count,
  pairs: count,
  self: count,
  increasing: count.optional(),
  /** Of the three forms together, and of each alone. */
  log10P,
  forms: z.strictObject({ equal: log10P, order: log10P, shift: log10P }).optional(),
  /** Likeness of values: log10 p by signs of units and features, and mean, of equal labels and of pairs in one order. */
  values: z
    .strictObject({
      equal: log10P,
      order: log10P.nullable(),
      mean: z.number().nullable(),
      orderMean: z.number().nullable(),
    })
    .optional(),
  /** Median cosine of sketches: of equal-label pairs, of the other mutual pairs, of those in one order. */
  selfCosine: z.number().nullable(),
  otherCosine: z.number().nullable(),
  orderCosine: z.number().nullable().optional(),
});
export type Block = z.infer<typeof blockSchema>;

const mapSchema = z.strictObject({
  axis: z.enum(["mlp-hidden", "value-dim"]),
  labels: count,
  /** Row: reference layer. Column: suspect layer. Uncorrected log10 p. */
  log10P: z.array(z.array(log10P)),
});
export type EvidenceMap = z.infer<typeof mapSchema>;

export const RELATIONS = ["identical", "near", "related", "unrelated", "not-assessed"] as const;
export type Relation = (typeof RELATIONS)[number];

const tensorSchema = z.strictObject({
  tensor: z.string(),
  /** Layer of each side; null outside layers. */
  referenceLayer: count.nullable(),
  suspectLayer: count.nullable(),
  relation: z.enum(RELATIONS),
  /** Aligned values compared, and of how many. */
  compared: count,
  total: count,
  /** Share of compared values that are equal; Pearson correlation, null where it is undefined. */
  equal: z.number(),
  pearson: z.number().nullable(),
  note: z.string().optional(),
});
export type TensorStory = z.infer<typeof tensorSchema>;

const fieldSchema = z.strictObject({
  field: z.string(),
  reference: z.string(),
  suspect: z.string(),
  same: z.boolean(),
});

const alignedPairSchema = z.strictObject({
  referenceLayer: count,
  suspectLayer: count,
  /** k of m: units paired alike by gate and by up rows, of those in both lists; n units on the smaller side. */
  agreeing: count,
  pairs: count,
  labels: count,
  /** All choices paid: under P0 with 5 % tolerance, and under P0 alone. */
  log10P,
  log10PUntolerant: log10P,
});

/** How the suspect's residual stream was turned onto the reference's, and what answered then. */
const alignedSchema = z.strictObject({
  mode: z.enum(ALIGNMENT_MODES),
  /** Every way that was looked at, with its best layer pair. Objective and fit guide the search; they are no evidence. */
  attempts: z.array(
    alignedPairSchema.extend({
      mode: z.enum(ALIGNMENT_MODES),
      objective: z.number().nullable(),
      fit: z.number().nullable(),
    }),
  ),
  /** Every layer pair under the rotation that answered best. */
  layerPairs: z.array(alignedPairSchema),
  /**
   * Asked where units agree: what one model holds of the other, and whether something but a copy is enough. In place: layers
   * of equal number and width, which one default seed may explain; version 2 asked of these alone.
   */
  start: z
    .strictObject({ slope: z.number().nullable(), explains: z.boolean(), inPlace: z.boolean().optional() })
    .optional(),
});
export type AlignedObservations = z.infer<typeof alignedSchema>;

const commonStartSchema = z.strictObject({
  agreement: z.number().nullable(),
  vectors: count,
  values: count,
  slope: z.number().nullable(),
  explains: z.boolean(),
});

/** For each layer of either side its best counterpart. */
const layerPairsSchema = z.array(
  z.strictObject({
    referenceLayer: count,
    suspectLayer: count,
    agreeing: count,
    pairs: count,
    labels: count,
    /** Away from the ends in both models; and taken into the count. */
    middle: z.boolean(),
    counted: z.boolean(),
    /** Asked where more than a few units agree: mean cosine, what explains it, whether rows look like a draw. */
    likeness: z.number().nullable(),
    explained: z.enum(["signs", "structure", "repeats"]).nullable(),
    drawn: z.boolean().nullable(),
  }),
);

/** Units paired by two views of their rows, whatever their order. */
const permutedSchema = z.strictObject({
  /** The views: gate rows and up rows; else two halves of the up rows. */
  gated: z.boolean(),
  /** Layers away from the ends that have to agree; the percentage of units in the last of them, and its p. */
  wanted: count,
  percent: z.number().min(0).max(100),
  log10P,
  commonStart: commonStartSchema.optional(),
  layerPairs: layerPairsSchema,
});
export type PermutedObservations = z.infer<typeof permutedSchema>;

/** Units paired by what both models make of the same tokens, which a rotation of the residual stream leaves as it is. */
const rotatedSchema = z.strictObject({
  /** The views: gate rows and up rows; else up rows along two sets of directions. */
  gated: z.boolean(),
  /** Tokens that both have and how they were paired; directions that each view is seen along. */
  tokens: z.strictObject({ shared: count, how: z.enum(["by token string", "by row number"]), directions: count }),
  wanted: count,
  percent: z.number().min(0).max(100),
  log10P,
  /** Asked where units agree: how much of the one model's rows the other holds, and whether a common start is enough. */
  start: z.strictObject({ slope: z.number().nullable(), explains: z.boolean() }).optional(),
  layerPairs: layerPairsSchema,
});
export type RotatedObservations = z.infer<typeof rotatedSchema>;

/** What stands behind a sketch, by its own word, and how much of a row its folds determine. */
const sketchSchema = z.strictObject({
  modelRoot: z.string(),
  chunkRoot: z.string(),
  seed: z.string(),
  width: count,
  rows: z.enum(["sampled", "all"]),
  folds: count,
  energyShare: z.number().min(0).max(1),
});
export type SketchFacts = z.infer<typeof sketchSchema>;

export const weightsObservationsSchema = z.strictObject({
  /** Shown as architecture, which anyone may copy; never weights evidence. */
  architecture: z.strictObject({
    fields: z.array(fieldSchema),
    tokenizer: z.strictObject({ reference: count, suspect: count, shared: count, sameId: count }).nullable(),
  }),
  settings: z.strictObject({
    seed: z.string(),
    rows: z.enum(["sampled", "all", "screened"]),
    labelsMax: count.nullable(),
    scanLabelsMax: count,
  }),
  axes: z.array(
    z.strictObject({
      axis: z.enum(["mlp-hidden", "value-dim", "residual"]),
      weight: z.number(),
      log10P: log10P.nullable(),
      /** What labels alone would have made of it, values not asked. */
      labelsLog10P: log10P.nullable().optional(),
      note: z.string(),
    }),
  ),
  maps: z.array(mapSchema),
  /** For each layer of each side, its best counterpart. */
  blocks: z.array(blockSchema),
  tensors: z.array(tensorSchema),
  /** Layers whose own evidence, after paying for the scan, is below 10⁻⁶: reference layer → suspect layers. */
  correspondence: z.array(z.strictObject({ referenceLayer: count, suspectLayers: z.array(count) })),
  /** Present where parts of a side were not looked at, while the rest was; null for a side that was looked at whole. */
  leftOut: leftOutSchema.optional(),
  /** Rows that stand in both models value for value; absent where a side shows no values or lies behind a URL. */
  identical: identicalSchema.optional(),
  /**
   * Present where units agree and one default seed could have made them so: how far norm gains and biases agree, whose
   * start is known whatever the seed (null: they hold too little), over how many vectors and values; how much of the one
   * model's rows the other holds; whether a common start is enough to explain both. Of sketches the
   * cosine of rows stands for what is held.
   */
  commonStart: commonStartSchema.optional(),
  /** Present where units were looked for in another order: the exact stage was silent. */
  permuted: permutedSchema.optional(),
  /** Present where disguises were undone: the exact stage was silent. */
  aligned: alignedSchema.optional(),
  /** Present where units were compared through tokens: earlier stages were silent, and could not search for a rotation. */
  rotated: rotatedSchema.optional(),
  /** How the suspect was made, where shared ancestry is beyond the test's α: a description, never a part of it. */
  making: makingSchema.optional(),
  /** Published likenesses and configurations, with their known false positives: never evidence. */
  exhibits: exhibitsSchema.optional(),
  /** Present where a side is a sketch; null for a side that is a model. */
  sketches: z.strictObject({ reference: sketchSchema.nullable(), suspect: sketchSchema.nullable() }).optional(),
});
export type WeightsObservations = z.infer<typeof weightsObservationsSchema>;
