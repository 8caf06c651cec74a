/**
 * Orders about a model, their lifting, and their extension to descendants after a hearing. An order is an authority's
 * word, resting on an entry of a docket that it names by digest and may carry with its proof. It binds nobody by itself:
 * it is shown, and a deployment gate may go by it. What it rests on is `basis`: `basis.digest` is the SHA-256 of the docket's
 * log entry, byte for byte as that log has it, and `basis.entry` carries `record` (those bytes as text) and `proof`
 * (a c2sp.org/tlog-proof@v1 of it, its checkpoint with it); admission opens the proof, and `verifyBasis` holds it against
 * a policy that a reader trusts the docket under. A descendant is noticed first; what was not its own word reaches it
 * only when the authority says by name that it was heard, or had its time and did not answer.
 */
import { z } from "zod";
import { head, modelId, moment, sha256, text } from "./vocabulary.js";

export const EFFECTS = ["notice", "label", "suspend", "recall"] as const;
export type Effect = (typeof EFFECTS)[number];
/** Whom it means: the model alone; what was declared to stem from it; also what a laboratory found to. */
export const REACHES = ["self", "declared", "declared-and-found"] as const;
export type Reach = (typeof REACHES)[number];

/** A descendant has at least two weeks to show that it does not stem from the model, as expert rules of arbitration give. */
export const NOTICE_DAYS_MIN = 14;
const NOTICE_DAYS_MAX = 366;
/** A register's record holds the names of so many (12 kB). */
const MODELS_MAX = 64;
const RECORD_CHARACTERS_MAX = 12_288;
/** A proof with a checkpoint of some ten post-quantum cosignatures. */
const PROOF_CHARACTERS_MAX = 65_536;

const basis = z
  .strictObject({
    digest: sha256.describe("SHA-256 of the docket's log entry"),
    entry: z
      .strictObject({
        record: z.string().max(RECORD_CHARACTERS_MAX).describe("the entry, as it stands in the docket's log"),
        proof: z.string().max(PROOF_CHARACTERS_MAX).describe("c2sp.org/tlog-proof@v1 of it"),
      })
      .nullable()
      .describe("null where the docket shows it itself"),
  })
  .describe("the docket entry that the order rests on");

const timing = {
  from: moment.describe("in force from then on"),
  until: moment.nullable().describe("and until then; null: until it is lifted"),
  stay: moment.nullable().describe("without effect until then, such as while an appeal may be made"),
};

export const orderSchema = z
  .strictObject({
    ...head,
    effect: z.enum(EFFECTS),
    reach: z.enum(REACHES),
    taught: z
      .boolean()
      .describe("whether models taught on its answers are meant as well as those made from its weights"),
    noticeDays: z
      .int()
      .min(0)
      .max(NOTICE_DAYS_MAX)
      .describe("days a descendant has, from the day it can be seen that the order means it"),
    ...timing,
    basis,
    reasons: text,
  })
  .refine(({ from, until }) => until === null || from < until, {
    message: "expected an end after the beginning",
    path: ["until"],
  })
  .refine(({ reach, noticeDays }) => reach === "self" || noticeDays >= NOTICE_DAYS_MIN, {
    message: `expected at least ${NOTICE_DAYS_MIN} days of notice to descendants`,
    path: ["noticeDays"],
  });

const models = z.array(modelId).min(1).max(MODELS_MAX);

export const orderLiftedSchema = z.strictObject({
  ...head,
  order: sha256.describe("digest of the order's statement"),
  models: models.nullable().describe("descendants that it no longer means; null lifts the whole order"),
  basis: basis.nullable(),
  reasons: text,
});

export const orderExtendedSchema = z.strictObject({
  ...head,
  order: sha256.describe("digest of the order's statement"),
  models: models.describe("descendants that were noticed, and heard or silent, and are held to be meant"),
  heard: z.enum(["heard", "did not answer"]),
  basis,
  reasons: text,
});

/** What of an order stands in the log's record. */
export const orderFacts = z.strictObject({
  effect: z.enum(EFFECTS),
  reach: z.enum(REACHES),
  taught: z.boolean(),
  noticeDays: z.int().min(0).max(NOTICE_DAYS_MAX),
  from: moment,
  until: moment.optional(),
  stay: moment.optional(),
});

export type Order = z.infer<typeof orderSchema>;
export type OrderLifted = z.infer<typeof orderLiftedSchema>;
export type OrderExtended = z.infer<typeof orderExtendedSchema>;
export type OrderFacts = z.infer<typeof orderFacts>;
export type Basis = z.infer<typeof basis>;

/** What a record in the log holds of it, so that the fold needs no bundle; fields that are null are left out. */
export function factsOfOrder({ effect, reach, taught, noticeDays, from, until, stay }: Order): OrderFacts {
  return {
    effect,
    reach,
    taught,
    noticeDays,
    from,
    ...(until === null ? {} : { until }),
    ...(stay === null ? {} : { stay }),
  };
}
