/** What an examination of planted preferences holds beside its outcome: counts, and no pair. */
import { z } from "zod";
import { digestSchema } from "../../../evidence/artefact.js";
import { drawSeenSchema } from "../../../evidence/beacon-draw.js";

const count = z.number().int().nonnegative();

export const plantedObservationsSchema = z.object({
  type: z.literal("preferences/planted-observations/v1"),
  plan: z.string(),
  commitment: digestSchema,
  pairs: count,
  agreed: count,
  ties: count,
  missing: count,
  /** Since version 2 of the method. */
  draw: drawSeenSchema.optional(),
});
export type PlantedObservations = z.infer<typeof plantedObservationsSchema>;
