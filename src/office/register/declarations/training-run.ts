/**
 * A training run as SLSA provenance v1 (slsa.dev/provenance/v1): training is a build, data sets and base models are
 * resolved dependencies. Field names are SLSA's; what SLSA leaves to the build type is ours and closed.
 */
import { z } from "zod";
import { typeUris } from "../../../evidence/type-name.js";
import { LIST_ITEMS_MAX, moment, quantity, source, text } from "./vocabulary.js";

const BUILD_TYPES = typeUris("training/v1");
export const BUILD_TYPE = BUILD_TYPES[0];

/** in-toto ResourceDescriptor v1. */
const resource = z
  .strictObject({
    name: text.optional(),
    uri: z.string().min(1).max(2000).optional(),
    digest: z.record(z.string().max(64), z.string().max(256)).optional(),
    mediaType: z.string().max(255).optional(),
    annotations: z.record(z.string().max(255), text).optional(),
  })
  .refine((r) => r.name !== undefined || r.uri !== undefined || r.digest !== undefined, {
    message: "expected a name, uri or digest",
  });

export const trainingRunSchema = z.strictObject({
  buildDefinition: z.strictObject({
    buildType: z.enum(BUILD_TYPES),
    externalParameters: z.strictObject({
      objective: text.nullable().describe("such as: next-token prediction, preference tuning"),
      steps: z.int().positive().nullable(),
      tokens: quantity.nullable(),
      precision: text.nullable(),
    }),
    internalParameters: z.record(z.string().max(255), z.union([text, z.number(), z.boolean()])).optional(),
    resolvedDependencies: z.array(resource).max(LIST_ITEMS_MAX),
  }),
  runDetails: z.strictObject({
    builder: z.strictObject({
      id: z.string().min(1).max(2000).describe("who ran it, as a URI"),
      version: z.record(z.string().max(255), z.string().max(255)).optional(),
    }),
    metadata: z.strictObject({
      invocationId: text.optional(),
      startedOn: moment.optional(),
      finishedOn: moment,
      /** SLSA's form of an extension field. */
      assay_flop: quantity.optional(),
      assay_place: z
        .array(z.string().regex(/^[A-Z]{2}$/))
        .max(60)
        .optional(),
      assay_standing: z.literal("compiled").optional(),
      assay_sources: z.array(source).max(LIST_ITEMS_MAX).optional(),
    }),
    byproducts: z.array(resource).max(LIST_ITEMS_MAX).optional(),
  }),
});
export type TrainingRun = z.infer<typeof trainingRunSchema>;
