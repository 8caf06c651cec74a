/**
 * Statements about statements: correction and withdrawal (new entries, never edits), challenge and its end, audit, and a
 * laboratory's finding put beside a declaration. A finding is a finding and not a fault of anyone.
 */
import { z } from "zod";
import { DIGEST_PATTERN } from "../../../base/digest.js";
import { OUTCOMES } from "../../../finding/finding.js";
import { PROPOSITION_ID } from "../../../finding/propositions.js";
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

const finding = {
  ...head,
  finding: sha256.describe("digest of the finding's canonical JSON, stored beside"),
  proposition: z.string().regex(PROPOSITION_ID),
  outcome: z.enum(OUTCOMES),
};

/** Parts of a finding's subject, as `finding/finding.ts` names them. */
const ARTEFACT_ROLES = ["reference", "suspect", "original", "text", "mark", "log"] as const;
export type ArtefactRole = (typeof ARTEFACT_ROLES)[number];

/** Of two models, by their roots: the form that was there first. */
const findingOfPair = z.strictObject({ ...finding, reference: modelId, suspect: modelId });

/** Of any laboratory: what was examined by its root, and which model that was or came from. */
const findingOfArtefacts = z.strictObject({
  ...finding,
  artefacts: z
    .array(
      z.strictObject({
        role: z.enum(ARTEFACT_ROLES),
        root: z.string().regex(DIGEST_PATTERN),
        model: modelId
          .nullable()
          .describe("a model's own root, or by the signer's word the model it came from; null: none"),
      }),
    )
    .min(1)
    .max(ARTEFACT_ROLES.length),
});

export const findingRecordSchema = z.union([findingOfPair, findingOfArtefacts]);

/** What of a finding about artefacts stands in the log's record. */
export const foundFacts = z.strictObject({
  proposition: z.string().regex(PROPOSITION_ID),
  outcome: z.enum(OUTCOMES),
  suspect: modelId.optional(),
  reference: modelId.optional(),
});
export type FoundFacts = z.infer<typeof foundFacts>;

/** Which model stands in the place of the reference, and which in the suspect's. */
export function modelsOfFinding(record: FindingRecord): { reference: string | null; suspect: string | null } {
  if (!("artefacts" in record)) return { reference: record.reference, suspect: record.suspect };
  const of = (roles: readonly ArtefactRole[]) =>
    record.artefacts.find(({ role, model }) => roles.includes(role) && model !== null)?.model ?? null;
  return { reference: of(["reference", "original"]), suspect: of(["suspect"]) };
}

export type Correction = z.infer<typeof correctionSchema>;
export type Withdrawal = z.infer<typeof withdrawalSchema>;
export type Challenge = z.infer<typeof challengeSchema>;
export type ChallengeClosed = z.infer<typeof challengeClosedSchema>;
export type Audit = z.infer<typeof auditSchema>;
export type FindingRecord = z.infer<typeof findingRecordSchema>;
