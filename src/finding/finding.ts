/**
 * The coin of the house: what a laboratory says about some evidence, and how sure it may be. Never a verdict.
 * Types, validation and the published JSON Schema all come from the schema below.
 */
import { z } from "zod";
import { artefactSchema, digestSchema } from "../evidence/artefact.js";
import { PROPOSITION_ID } from "./propositions.js";
import { rulesSchema } from "./versioned.js";

export const OUTCOMES = ["supports-hp", "supports-hd", "inconclusive", "uncalibrated", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const sentence = z.string().min(1).max(2000);
const count = z.number().int().nonnegative();

/** One test. `log10P` is finite and at most 0; n counts the labels (or trials) that the p-value speaks of. */
export const testSchema = z.strictObject({
  id: z.string(),
  statistic: z.strictObject({ name: z.string(), value: z.number() }),
  log10P: z.number().max(0),
  exact: z.boolean(),
  assumption: sentence,
  n: count,
  seed: z.string(),
  /** Share of α = 10⁻⁶ staked on this test before it was run; 0 for what only describes. */
  share: z.number().min(0).max(1),
  axis: z.string().optional(),
  where: z.string().optional(),
});
export type Test = z.infer<typeof testSchema>;

export const strengthSchema = z.strictObject({
  log10LR: z.strictObject({ low: z.number().nullable(), high: z.number().nullable() }),
  cap: z.strictObject({ log10LR: z.number(), nulls: count, families: count }),
  scale: z.strictObject({ id: z.string(), digest: digestSchema }),
  term: z.string(),
});
export type Strength = z.infer<typeof strengthSchema>;

export const errorRateSchema = z.strictObject({
  falsePositives: count,
  nulls: count,
  families: count,
  upper95: z.number().min(0).max(1),
  /** Methods that ask for mutual first rank: among so many families, which bounds the rate too (strength.ts). */
  firstAmong: count.min(1).optional(),
});
export type ErrorRate = z.infer<typeof errorRateSchema>;

const subjectSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("pair"), reference: artefactSchema, suspect: artefactSchema }),
  z.strictObject({ kind: z.literal("text"), text: artefactSchema, mark: artefactSchema }),
  z.strictObject({ kind: z.literal("log"), log: artefactSchema, accounts: count }),
  z.strictObject({
    kind: z.literal("recipients"),
    suspect: artefactSchema,
    original: artefactSchema,
    recipients: count,
  }),
]);

const body = {
  proposition: z.strictObject({ id: z.string().regex(PROPOSITION_ID), hp: sentence, hd: sentence }),
  method: z.strictObject({
    id: z.string(),
    version: z.string(),
    validation: z.strictObject({ page: z.string(), digest: digestSchema }).nullable(),
  }),
  subject: subjectSchema,
  outcome: z.enum(OUTCOMES),
  reason: sentence,
  strength: strengthSchema.nullable(),
  tests: z.array(testSchema).max(10_000),
  errorRate: errorRateSchema.nullable(),
  observations: z.unknown(),
  alternatives: z.array(sentence),
  limits: z.array(sentence),
  evidence: z.array(digestSchema),
  software: z.strictObject({ name: z.string(), version: z.string(), commit: z.string() }),
};

/** Made today: it names the versions of words, rules and scale by which it was made. */
const second = z.strictObject({ type: z.literal("assay/finding/v2"), rules: rulesSchema, ...body });
/** Readable for ever: made by the versions that rules.ts states. */
const first = z.strictObject({ type: z.literal("assay/finding/v1"), ...body });

/** Each form by its number. */
export const FINDING_FORMS = { v1: first, v2: second } as const;
export const findingSchema = z.discriminatedUnion("type", [second, first]);
export type Finding = z.infer<typeof findingSchema>;
