/** What the membership laboratory hands out beside its outcome. */
import { z } from "zod";
import { digestSchema } from "../../evidence/artefact.js";
import { drawSeenSchema } from "../../evidence/beacon-draw.js";

const count = z.number().int().nonnegative();
const common = {
  type: z.literal("membership/observations/v2"),
  plan: z.string(),
  commitment: digestSchema,
  ...drawSeenSchema.shape,
  /** Texts without a score: a set with one counts as if its drawn text ranked last, an order's text as if likest to none. */
  missing: count,
  /** Other numbers that came with the scores: shown, and part of no test. */
  exhibits: z.array(z.strictObject({ name: z.string(), drawn: z.number(), others: z.number() })).max(20),
};
const ranked = z.array(z.strictObject({ set: count, rank: count, of: count })).max(200);
const tTest = {
  /** Null where it has none: all differences are equal. */
  t: z.number().nullable(),
  degrees: count,
  /** On what the p holds, which nothing here shows. */
  condition: z.string(),
};
const looks = z.array(z.strictObject({ of: z.string(), log10P: z.number() })).max(10);

export const membershipObservationsSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...common, kind: z.literal("canary"), ranks: ranked }),
  z.strictObject({ ...common, kind: z.literal("exchange"), ranks: ranked, looks }),
  z.strictObject({
    ...common,
    kind: z.literal("order"),
    texts: count,
    concordant: count,
    pairs: count,
    tau: z.number(),
    reference: z.string().nullable(),
    looks,
  }),
  z.strictObject({ ...common, kind: z.literal("stamp"), documents: count, gaining: count, ...tTest }),
  z.strictObject({
    ...common,
    kind: z.literal("inference"),
    published: count,
    heldOut: count,
    /** Of the published and of the held-out texts, those that were judged; weights were learned on the others. */
    judged: z.tuple([count, count]),
    features: z.array(z.string()).max(21),
    ...tTest,
  }),
]);
export type MembershipObservations = z.infer<typeof membershipObservationsSchema>;
