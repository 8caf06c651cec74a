/** What a finding about a recipient's copy holds beside its outcome. No form of any place stands in it. */
import { z } from "zod";
import { drawSeenSchema } from "../../../evidence/beacon-draw.js";

const count = z.number().int().nonnegative();

export const copyObservationsSchema = z.strictObject({
  type: z.literal("assay/code-copy-observations/v1"),
  commitment: z.string(),
  /** Of the original, those found in the suspect, and of these those that no reprinting of a parsed text undoes. */
  places: count,
  read: count,
  structural: count,
  byKind: z.array(z.strictObject({ kind: z.string(), places: count, read: count })),
  recipients: count,
  named: z.array(z.string()),
  /** Strongest first; agreements over all places read, and over the structural ones. */
  results: z.array(z.strictObject({ name: z.string(), agreements: count, structural: count, log10P: z.number() })),
  draw: drawSeenSchema,
});
export type CopyObservations = z.infer<typeof copyObservationsSchema>;
