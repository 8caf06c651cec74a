/**
 * Origin as four facts, each stated apart: one flag would mislead (a model made in one country on data under the law
 * of another, from a base of a third). Each is declared, unknown, or does not apply.
 */
import { z } from "zod";
import { countries, head, text } from "./vocabulary.js";

export const ORIGIN_FACTS = {
  providerSeat: "Provider's seat",
  trainingPlace: "Place of training",
  dataLaw: "Law over the training data",
  baseOrigin: "Origin of base models",
} as const;
export type OriginFact = keyof typeof ORIGIN_FACTS;

const fact = z
  .strictObject({
    status: z.enum(["declared", "unknown", "not-applicable"]),
    countries: countries.optional(),
    note: text.optional(),
  })
  .refine((f) => (f.status === "declared") === (f.countries !== undefined), {
    message: "expected countries where the status is declared, and only there",
  });

export const originSchema = z.strictObject({
  ...head,
  providerSeat: fact.describe("seat of the legal person that provides the model"),
  trainingPlace: fact.describe("where the computing stood"),
  dataLaw: fact.describe("whose law governs the training data and its collection"),
  baseOrigin: fact.describe("seats of the providers of the base models; not applicable without a base"),
});
export type Origin = z.infer<typeof originSchema>;
