/** What the laboratory saw, without opinion: the typed `observations` of its findings. No key is ever in them. */
import { z } from "zod";
import { datedSchema, drawSeenSchema } from "../../../evidence/beacon-draw.js";

const count = z.number().int().nonnegative();
const log10P = z.number().max(0);

const markSchema = z.strictObject({
  form: z.string(),
  vocabulary: count,
  law: z.string(),
  /** SHA-256 of the key under the commitment's domain; null for schemes of others. */
  commitment: z.string().nullable(),
});

const tuplesSchema = z.strictObject({
  /** Positions with enough context; repeats of a tuple in its text; left out for another reason; scored. */
  positions: count,
  repeated: count,
  excluded: count,
  scored: count,
});

const credentialsSchema = z.strictObject({
  /** Of the text, as its id. */
  text: z.string(),
  /** Whether a C2PA manifest stands in it, and whether it is bound to the text and signed by its own certificate. */
  state: z.enum(["absent", "holds", "broken"]),
  signer: z.string().nullable(),
  /** An IPTC digital source type, by the manifest's own word. */
  sourceType: z.string().nullable(),
  why: z.string().nullable(),
});

const keySchema = z.strictObject({
  /** Of the beacon; null where nothing shows who chose the key. */
  round: count.nullable(),
  dated: datedSchema.nullable(),
  tries: count,
  /** Marks paid for, as log10; nought where a beacon drew the key after a log had its commitment. */
  log10Choices: z.number().nonnegative(),
  log10P: z.strictObject({ alone: log10P, paid: log10P }),
});

export const presentObservationsSchema = z.strictObject({
  mark: markSchema,
  /** Who chose the key, and what was paid for it; absent in findings made before it was asked. */
  key: keySchema.optional(),
  tuples: tuplesSchema,
  corpus: z.strictObject({ tuples: count, score: z.number(), expected: z.number(), deviations: z.number() }),
  /** Strongest first, at most 1,000; p of each text by itself, nothing paid. */
  texts: z.array(
    z.strictObject({ id: z.string(), tokens: count, tuples: count, score: z.number(), deviations: z.number(), log10P }),
  ),
  textsInAll: count,
  windows: count,
  /** Passages whose p, after paying for all windows, is at most 1 %. */
  passages: z.array(
    z.strictObject({ id: z.string(), from: count, to: count, tuples: count, score: z.number(), log10P }),
  ),
  /** Where a ring of marks was asked: everything else speaks of its best mark. */
  ring: z
    .strictObject({
      /** Marks paid for, and those of them that could be asked. */
      marks: count,
      asked: count,
      best: z.string(),
      /** Strongest first, at most 200; p of each by itself, nothing paid for the ring. */
      tested: z.array(z.strictObject({ name: z.string(), form: z.string(), log10P })),
      notAsked: z.array(z.strictObject({ name: z.string(), why: z.string() })),
    })
    .optional(),
  /** Where texts came in words that read otherwise once typography is undone: how often they were read, and the best reading. */
  reading: z.strictObject({ readings: count, name: z.string() }).optional(),
  /** Where texts came in words: whether all of many letters have one case, which a mark does not survive. */
  foldedCase: z.enum(["small", "capital"]).optional(),
  /** Where texts came in words: their C2PA manifests. No part of the test. */
  credentials: z
    .strictObject({
      texts: count,
      holding: count,
      broken: count,
      /** Those that carry one, at most 200. */
      listed: z.array(credentialsSchema),
    })
    .optional(),
});
const setNumbers = {
  tuples: count,
  score: z.number(),
  expected: z.number(),
  deviations: z.number(),
  mean: z.number(),
  spread: z.number(),
  calibrated: z.number(),
};
export const inheritedObservationsSchema = z.strictObject({
  mark: markSchema,
  key: keySchema.optional(),
  tuples: tuplesSchema,
  /** Texts that came with their prompt, out of how many. */
  promptsKnown: count,
  texts: count,
  /** Of the excluded: contexts that left no choice. */
  choiceless: count,
  /** Of the set that speaks. */
  statistic: z.strictObject(setNumbers),
  /** Version 2: tuples that stand in at least so many texts, largest set first; p of each by itself. */
  sets: z.array(z.strictObject({ least: count, ...setNumbers, log10P })).optional(),
  /** Version 2: the true key's largest deviation of any set, as those of `others`. */
  most: z.number().optional(),
  /** Under each other key, ascending: standard deviations; since version 2 the largest of any set, each by its own mean and spread. */
  others: z.array(z.number()),
  reaching: count,
  reading: z.boolean(),
});

export const leakObservationsSchema = z.strictObject({
  bits: count,
  bitsRead: count,
  /** Tensors that differ from the original's. */
  tensors: count,
  /** Whether values were brought back to the original's places first. */
  aligned: z.boolean(),
  strength: z.number(),
  /** Freshly drawn code words: how many reach the best recipient, and the weakest named one. */
  fresh: z.strictObject({ drawn: count, reaching: count, reachingWeakest: count }),
  /** Recipients whose own p, paid for all, is at most 10⁻⁶. */
  named: z.array(z.string()),
  /** Strongest first, at most 1,000; p of each by itself, nothing paid. */
  results: z.array(z.strictObject({ name: z.string(), deviations: z.number(), log10P })),
});
export const canaryObservationsSchema = z.strictObject({
  commitment: z.string(),
  items: count,
  asked: count,
  /** Of those asked, with one of the item's options. */
  answered: count,
  accounts: count,
  /** Accounts whose own p, paid for all, is at most 10⁻⁶; since version 2 none unless the outcome supports it. */
  named: z.array(z.string()),
  /** Strongest first; p of each by itself, nothing paid. */
  results: z.array(z.strictObject({ account: z.string(), agreements: count, answered: count, log10P })),
  /** Since version 2. */
  draw: drawSeenSchema.optional(),
});
export type CanaryObservations = z.infer<typeof canaryObservationsSchema>;

export type LeakObservations = z.infer<typeof leakObservationsSchema>;

export type InheritedObservations = z.infer<typeof inheritedObservationsSchema>;
export type PresentObservations = z.infer<typeof presentObservationsSchema>;
export type CredentialsObservation = z.infer<typeof credentialsSchema>;
export type KeyObservation = z.infer<typeof keySchema>;
export type MarkObservation = z.infer<typeof markSchema>;
export type TuplesObservation = z.infer<typeof tuplesSchema>;
