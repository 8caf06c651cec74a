/**
 * Derivation: which models a model was made from, and how. Names of relations are those of Hugging Face model cards
 * (finetune, adapter, merge, quantized) and two more: pretrained (no base) and distilled (text of a teacher, no weights).
 * Compute is carried so that the one-third rule for modifiers can be worked out (Commission guidelines on
 * general-purpose AI models, July 2025: a modifier becomes a provider above one third of the original's compute).
 */
import { z } from "zod";
import { day, head, LIST_ITEMS_MAX, modelRef, quantity, text, webAddress } from "./vocabulary.js";

export const RELATIONS = ["pretrained", "finetune", "adapter", "merge", "quantized", "distilled"] as const;
export type Relation = (typeof RELATIONS)[number];

export const derivationSchema = z
  .strictObject({
    ...head,
    relation: z.enum(RELATIONS),
    bases: z.array(modelRef).max(64),
    teachers: z.array(modelRef).max(64).optional().describe("models whose text it was trained on, beside its bases"),
    licence: text.nullable().describe("SPDX identifier, or the name a model card gives"),
    licenceUrl: webAddress.optional(),
    compute: z.strictObject({
      flop: quantity.nullable().describe("floating point operations of this step alone"),
      note: text.optional(),
    }),
    released: day.nullable(),
    datasets: z
      .array(
        z.strictObject({
          name: text,
          uri: webAddress.optional(),
          sha256: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
        }),
      )
      .max(LIST_ITEMS_MAX)
      .optional(),
    method: text.optional(),
    identifiers: z
      .strictObject({
        hashes: z
          .array(
            z.strictObject({
              algorithm: z.string().regex(/^[A-Za-z0-9/_-]{1,32}$/),
              value: z.string().regex(/^[0-9a-f]{32,128}$/),
            }),
          )
          .max(64),
        references: z.array(z.strictObject({ kind: text, uri: webAddress })).max(LIST_ITEMS_MAX),
      })
      .optional()
      .describe("how others name the same model: digests of its archive, addresses"),
  })
  .refine((d) => (d.relation === "pretrained") === (d.bases.length === 0), {
    message: "expected bases, except of a model pretrained from nothing",
    path: ["bases"],
  });
export type Derivation = z.infer<typeof derivationSchema>;
