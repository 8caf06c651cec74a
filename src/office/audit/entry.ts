/**
 * What a run's log holds: signed statements of its maker and of auditors. One schema a kind; the log's entry is the whole
 * signed bundle, so that a log is all a reader needs. Private rows are in none of them, only roots and counts.
 */
import { z } from "zod";
import { DRAWS_MAX } from "../../stats/hypergeometric-bound.js";
import { ROW_CLASSES } from "./rows.js";
import { entryCodec, type Signed } from "./signed-entry.js";

export const RUN_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const AUDIT_ENTRY = "audit-entry/v1";

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const root = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const text = z.string().max(2000);
const pem = z.string().max(1024);
const positive = z.number().positive();

const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant"), peak: positive, warmup: count }),
  z.strictObject({
    kind: z.enum(["linear", "cosine"]),
    peak: positive,
    warmup: count,
    steps: count,
    least: z.number().nonnegative(),
  }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

const ruleId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
/** What every row of the data is said to satisfy. */
const dataRuleSchema = z.strictObject({
  id: ruleId,
  field: z.string().min(1).max(100),
  allow: z.array(z.string().max(300)).max(500).optional(),
  deny: z.array(z.string().max(300)).max(500).optional(),
  /** Share of rows (or tokens) that may break it, as declared; nought where it is left out. */
  shareMax: z.number().min(0).max(1).optional(),
});
export type DataRule = z.infer<typeof dataRuleSchema>;

export const declaredSchema = z.strictObject({
  schedule: scheduleSchema.optional(),
  batchTokens: count.optional(),
  steps: count.optional(),
  /** A training row is logged every so many steps. */
  stride: count.optional(),
  epochs: positive.optional(),
  parameters: count.optional(),
  /** Floating-point operations a second of all devices together, at their data sheet's best. */
  flopsPeak: positive.optional(),
  dataRules: z.array(dataRuleSchema).max(50).optional(),
  base: z.string().max(300).optional(),
});
export type Declared = z.infer<typeof declaredSchema>;

const round = z.strictObject({ round: z.number().int().positive(), signature: z.string().regex(/^[0-9a-f]{96}$/) });
const beacon = z.strictObject({
  chain: z.string().max(100),
  publicKey: z.string().regex(/^[0-9a-f]{192}$/),
  genesis: count,
  period: z.number().int().positive(),
  /** Held by the run's own maker, for rehearsals: such a draw binds nobody. */
  standIn: z.boolean(),
});

export const UNITS = ["rows", "tokens"] as const;
const base = { run: z.string().regex(RUN_NAME), issued: moment };
const entrySchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("run.opened"),
    ...base,
    purpose: text,
    declared: declaredSchema,
    beacon,
    first: round,
    publicKey: pem,
  }),
  z.strictObject({
    kind: z.literal("committed"),
    ...base,
    class: z.enum(ROW_CLASSES),
    format: z.string().max(60),
    size: count,
    root,
    prev: z.strictObject({ size: count, root }).nullable(),
    consistency: z.array(root).max(63),
    beacon: round,
    /** Tokens of all rows of the data so far. */
    tokens: count.nullable(),
  }),
  z.strictObject({
    kind: z.literal("run.closed"),
    ...base,
    model: digest.nullable(),
    abandoned: z.boolean(),
    reason: text,
  }),
  z.strictObject({
    kind: z.literal("challenged"),
    ...base,
    class: z.enum(ROW_CLASSES),
    target: digest,
    unit: z.enum(UNITS),
    k: z.number().int().positive().max(DRAWS_MAX),
    round: z.number().int().positive(),
    due: moment,
    rules: z.array(ruleId).max(50),
    alpha: z.literal("0.05"),
    recipient: z.string().max(4000),
    /** Digest of the inspection order under which it is made. */
    order: digest.optional(),
    publicKey: pem,
  }),
  z.strictObject({
    kind: z.literal("answered"),
    ...base,
    challenge: digest,
    signature: round.shape.signature,
    opened: count,
    withheld: count,
    sealed: digest,
  }),
  /** A summary of the rows of one commitment to data: its lines are the leaves of a salted tree. */
  z.strictObject({
    kind: z.literal("summarised"),
    ...base,
    target: digest,
    fields: z.array(z.string().min(1).max(100)).min(1).max(20),
    size: count,
    root,
  }),
  /** How a segment is trained again, or the last checkpoint exported: logged before anything is drawn. */
  z.strictObject({
    kind: z.literal("command"),
    ...base,
    purpose: z.enum(["segment", "export"]),
    /** With {from}, {to}, {from-step} and {to-step} in place of folders and steps. */
    argv: z.array(z.string().min(1).max(500)).min(1).max(50),
    files: z.array(z.strictObject({ name: z.string().min(1).max(300), digest })).max(100),
    /** Of the maker's own runs, as a share of the step, in decimal digits; null where none was measured. */
    spread: z
      .strictObject({
        relative: z.string().regex(/^\d+(?:\.\d+)?(?:e-\d+)?$/),
        repeats: z.number().int().min(2).max(100),
      })
      .nullable(),
  }),
  z.strictObject({ kind: z.literal("refused"), ...base, challenge: digest, reason: text }),
  z.strictObject({
    kind: z.literal("reported"),
    ...base,
    challenge: digest,
    report: digest,
    status: z.string().max(40),
  }),
]);
export type AuditEntry = z.infer<typeof entrySchema>;
export type EntryOf<K extends AuditEntry["kind"]> = Extract<AuditEntry, { kind: K }>;
export type BeaconOfRun = z.infer<typeof beacon>;

export type SignedEntry = Signed<AuditEntry>;

const codec = entryCodec<AuditEntry>(AUDIT_ENTRY, entrySchema, ({ run }) => run, "audit's entry");

/** The statement to sign: its subject is the run by name and by digest of what is said. @throws SCHEMA or LIMIT */
export function encodeEntry(entry: AuditEntry): Uint8Array {
  return codec.encode(entry);
}

/** @throws SCHEMA, FORMAT for what is no entry; the signature is for the fold to check */
export function readEntry(bytes: Uint8Array, what: string): SignedEntry {
  return codec.read(bytes, what);
}
