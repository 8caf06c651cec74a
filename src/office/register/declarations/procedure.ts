/**
 * Statements about statements: correction and withdrawal (new entries, never edits), challenge and its end, audit, and a
 * laboratory's finding put beside a declaration. A finding is a finding and not a fault of anyone.
 */
import { z } from "zod";
import { OUTCOMES } from "../../../finding/finding.js";
import { PROPOSITION_IDS } from "../../../finding/propositions.js";
import { head, modelId, sha256, text, webAddress } from "./vocabulary.js";

/** What a correction may put in place of what it corrects. */
export const CORRECTABLE = ["training-run", "training-content", "derivation", "origin", "evaluation"] as const;

export const correctionSchema = z.strictObject({
  ...head,
  corrects: sha256.describe("digest of the corrected statement"),
  reason: text,
  kind: z.enum(CORRECTABLE),
  replacement: z.unknown().describe("a whole predicate of that kind"),
});

export const withdrawalSchema = z.strictObject({
  ...head,
  withdraws: sha256.nullable().describe("digest of a statement; null withdraws the model itself"),
  reason: text,
});

const evidence = z
  .array(z.strictObject({ uri: webAddress.optional(), digest: sha256.optional(), says: text }))
  .max(100);

export const challengeSchema = z.strictObject({
  ...head,
  against: sha256.describe("digest of the challenged statement"),
  ground: text,
  evidence: evidence.optional(),
});

export const challengeClosedSchema = z.strictObject({
  ...head,
  challenge: sha256,
  outcome: z.enum(["withdrawn", "upheld", "rejected"]),
  reason: text,
});

export const auditSchema = z.strictObject({
  ...head,
  statement: sha256.describe("digest of the audited statement"),
  facts: z
    .array(z.string().regex(/^[A-Za-z]{1,40}$/))
    .min(1)
    .max(20)
    .describe("which facts of it, by field name"),
  result: z.enum(["audited", "reproduced", "not-confirmed"]),
  method: text,
  report: z.strictObject({ uri: webAddress.optional(), digest: sha256 }).nullable(),
});

export const findingRecordSchema = z.strictObject({
  ...head,
  finding: sha256.describe("digest of the finding's canonical JSON, stored beside"),
  proposition: z.enum(PROPOSITION_IDS),
  outcome: z.enum(OUTCOMES),
  reference: modelId,
  suspect: modelId,
});

export type Correction = z.infer<typeof correctionSchema>;
export type Withdrawal = z.infer<typeof withdrawalSchema>;
export type Challenge = z.infer<typeof challengeSchema>;
export type ChallengeClosed = z.infer<typeof challengeClosedSchema>;
export type Audit = z.infer<typeof auditSchema>;
export type FindingRecord = z.infer<typeof findingRecordSchema>;
