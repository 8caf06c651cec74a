/**
 * What each kind of entry states for the fold: a closed schema a kind. Facts are public and few; what a party writes at
 * length lies in its statement, or sealed beside it.
 */
import { z } from "zod";
import { passkeyTerms } from "../../../evidence/passkey.js";
import { parseDay } from "../time/day.js";
import { ENTRY_KINDS, type EntryKind, ROLES, TIERS } from "./names.js";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 hexadecimal digits");
const keyId = z.string().regex(/^[0-9a-f]{64}$/, "expected the id of a key, 64 hexadecimal digits");
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `expected ${bytes} bytes in hexadecimal`);
const word = z.string().min(1).max(100);
const line = z.string().min(1).max(600);
const day = z.string().refine((text) => parseDay(text) !== null, "expected a day such as 2026-12-25");
const pem = z.string().min(1).max(1024);
const modelId = z.string().regex(/^(sha256|uri):[0-9a-f]{64}$/, "expected sha256: or uri: and 64 hexadecimal digits");
/** An assertion of a passkey takes some 900 characters. */
const countersignature = z
  .string()
  .min(1)
  .max(8192)
  .describe("by the new key, in base64: DER, or a passkey's assertion");
const members = z.union([z.literal(1), z.literal(3)]);
const round = z
  .int()
  .min(1)
  .max(2 ** 40);

export const SLOT_CONTENTS = ["suspect", "independent", "sibling", "same-data", "positive-control"] as const;
export type SlotContent = (typeof SLOT_CONTENTS)[number];
const CONDUCT_ELEMENTS = [
  "access",
  "terms",
  "authorisation",
  "confidentiality-measures",
  "secret-or-patent",
  "independent-making",
] as const;
const SERVICE_WAYS = ["in-person", "courier", "post", "email", "agent", "publication"] as const;
const OUTCOMES = ["supports-hp", "supports-hd", "inconclusive", "uncalibrated", "refused"] as const;
const DECISIONS = ["upheld", "in-part", "not-shown", "shown-independent", "abusive"] as const;
const EFFECTS_OF_ORDERS = ["none", "notice", "label", "suspend", "recall"] as const;

const issue = z.strictObject({
  question: line,
  standard: z.enum(["more likely than not", "clear and convincing"]),
  findings: z.array(digest).max(16),
  conduct: z.array(z.enum(CONDUCT_ELEMENTS)).max(6),
  answers: z.array(z.strictObject({ finding: digest, alternative: z.int().min(0).max(99), answer: line })).max(64),
  held: z.enum(["yes", "no", "not shown"]),
  reasons: line,
});

/** Facts of each kind; a kind that is not here states none. */
const FACTS = {
  "pack.adopted": z.strictObject({
    pack: word,
    packDigest: digest,
    calendar: digest,
    registrar: pem,
    rehearsal: z.boolean().describe("times are given by hand, not by a clock"),
    beacon: z.strictObject({
      chain: word,
      publicKey: hex(96),
      genesis: z.int().nonnegative(),
      period: z.int().min(1).max(86_400),
      standIn: z.boolean().describe("run by this office: whoever holds its key can choose rounds"),
    }),
  }),
  calendar: z.strictObject({ calendar: digest }),
  "key.enrolled": z.strictObject({
    party: word,
    name: word,
    roles: z.array(z.enum(ROLES)).min(1).max(4),
    publicKey: pem,
    passkey: passkeyTerms.optional().describe("it signs through a passkey, at these origins alone"),
    countersignature,
  }),
  "key.replaced": z.strictObject({
    old: keyId,
    publicKey: pem,
    passkey: passkeyTerms.optional(),
    countersignature,
    reason: line,
  }),
  complaint: z.strictObject({
    members,
    fee: z.enum(["paid", "waived", "due"]),
    reference: modelId.optional(),
    suspect: modelId.optional(),
    queryLog: digest.optional().describe("commitment to every query that was made before filing"),
    tried: z.int().min(0).max(1_000_000).optional().describe("claims tested and dropped before filing"),
  }),
  deficiency: z.strictObject({ lacks: z.array(line).min(1).max(20) }),
  notice: z.strictObject({
    draw: z.strictObject({ round, secret: digest }).optional().describe("how the panel will be drawn"),
  }),
  "service.proof": z.strictObject({ way: z.enum(SERVICE_WAYS), on: day }),
  "commitment.received": z.strictObject({ roots: z.array(digest).min(1).max(64) }),
  response: z.strictObject({
    position: z.enum(["denies", "independent-making", "admits-in-part"]),
    members: members.optional(),
  }),
  "panel.drawn": z.strictObject({
    members,
    list: z.array(word).max(200).optional(),
    excluded: z
      .array(z.strictObject({ who: word, because: line }))
      .max(200)
      .optional(),
    signature: hex(48).optional(),
    secret: hex(32).optional(),
    drawn: z.array(word).max(3).optional(),
  }),
  "panel.disclosed": z.strictObject({ who: word, conflict: z.enum(["none", "disclosed"]) }),
  "recusal.asked": z.strictObject({ of: word, because: line }),
  "recusal.decided": z.strictObject({ of: word, held: z.enum(["yes", "no"]), reasons: line }),
  "threshold.decided": z.strictObject({ held: z.enum(["proceed", "dismissed", "abusive"]), reasons: line }),
  "club.joined": z.strictObject({ tier: z.enum(TIERS), who: word, employedByParty: z.boolean() }),
  "club.left": z.strictObject({ tier: z.enum(TIERS), who: word }),
  "undertaking.given": z.strictObject({ terms: digest }),
  "settlement.offered": z.strictObject({ terms: digest }),
  "settlement.accepted": z.strictObject({ offer: digest.describe("statement of what is accepted") }),
  withdrawal: z.strictObject({ prejudice: z.boolean() }),
  exhibit: z.strictObject({
    exhibit: word,
    title: line,
    kind: word,
    root: digest,
    tier: z.enum(TIERS),
    carried: z.boolean(),
    speaksFor: z.enum(["complainant", "respondent", "neither"]),
  }),
  custody: z.strictObject({
    exhibit: word,
    event: z.enum(["collected", "received", "copied", "opened", "transferred", "derived", "returned", "destroyed"]),
    seq: z.int().min(0).max(100_000),
    rehash: digest,
    purpose: line,
    from: word.optional().describe("the exhibit it was derived from"),
  }),
  unsealed: z.strictObject({ exhibit: word, to: z.enum(TIERS) }),
  "redaction.objected": z.strictObject({ because: line }),
  "plan.proposed": z.strictObject({ plan: digest }),
  "plan.commented": z.strictObject({ plan: digest }),
  "plan.adopted": z.strictObject({
    plan: digest,
    runs: z
      .array(
        z.strictObject({
          id: word,
          proposition: word,
          methods: z.array(word).min(1).max(8).describe("each as its id, a space and its version"),
          slot: z.int().min(0).max(199),
        }),
      )
      .min(1)
      .max(200),
    contents: z.array(z.enum(SLOT_CONTENTS)).min(1).max(200).describe("what lies in the slots, before they are drawn"),
    round,
    secret: digest,
  }),
  beacon: z.strictObject({ round, signature: hex(48) }),
  finding: z.strictObject({
    plan: digest.nullable(),
    run: word.nullable(),
    slot: z.int().min(0).max(199).nullable(),
    proposition: word,
    method: word,
    version: word,
    outcome: z.enum(OUTCOMES),
    finding: digest,
    bundle: digest.describe("of the finding's bundle, a zip"),
    subjects: z.array(digest).min(1).max(4),
    evidence: z.array(digest).max(200).describe("what it read beyond the models in dispute"),
    alternatives: z.int().min(0).max(99).describe("how many alternatives it names"),
  }),
  "blind.opened": z.strictObject({ secret: hex(32), labels: z.array(z.enum(SLOT_CONTENTS)).min(1).max(200) }),
  recomputed: z.strictObject({ finding: digest, same: z.boolean(), report: digest }),
  "examination.void": z.strictObject({ plan: digest, because: line }),
  "inspection.asked": z.strictObject({ systems: z.array(word).min(1).max(50), because: line }),
  "inspection.ordered": z.strictObject({
    terms: digest,
    noticeDays: z.int().min(0).max(60),
    exParte: z.boolean(),
    reviewDays: z.int().min(0).max(60),
    clears: word,
    end: z.enum(["destroy", "escrow"]),
  }),
  "inspection.event": z.strictObject({ order: digest, what: line }),
  "inspection.return": z.strictObject({
    order: digest,
    delivered: z.int().min(0),
    usable: z.int().min(0),
    refused: z.boolean(),
  }),
  question: z.strictObject({ to: z.enum(ROLES) }),
  answer: z.strictObject({ question: digest }),
  "joint.statement": z.strictObject({ agreed: z.int().min(0), disagreed: z.int().min(0) }),
  hearing: z.strictObject({ held: z.enum(["ordered", "held", "dispensed"]), on: day.optional() }),
  "interim.asked": z.strictObject({ urgent: z.boolean() }),
  "interim.ordered": z.strictObject({
    withoutHearing: z.boolean(),
    returnDays: z.int().min(1).max(10),
    reasons: line,
  }),
  bond: z.strictObject({ amount: z.string().regex(/^[0-9]{1,12}$/), currency: z.string().regex(/^[A-Z]{3}$/) }),
  extension: z.strictObject({ timer: word, days: z.int().min(1).max(366), reasons: line }),
  stay: z.strictObject({ because: line }),
  "conduct.found": z.strictObject({
    element: z.enum(CONDUCT_ELEMENTS),
    held: z.enum(["yes", "no", "not shown"]),
    reasons: line,
  }),
  decision: z.strictObject({ outcome: z.enum(DECISIONS), issues: z.array(issue).min(1).max(20) }),
  dissent: z.strictObject({ who: word, reasons: digest }),
  order: z.strictObject({
    rung: z.int().min(1).max(10),
    effect: z.enum(EFFECTS_OF_ORDERS),
    models: z.array(modelId).max(16),
    reach: z.enum(["self", "declared", "declared-and-found"]),
    reasons: line,
  }),
  "order.varied": z.strictObject({ order: digest, reasons: line }),
  "order.lifted": z.strictObject({ order: digest, reasons: line }),
  costs: z.strictObject({
    against: z.enum(["complainant", "respondent", "none"]),
    because: z.enum(["scale", "abusive-complaint", "refused-order"]),
    reasons: line,
  }),
  "appeal.grounds": z.strictObject({ grounds: z.array(line).min(1).max(20) }),
  "appeal.decided": z.strictObject({ held: z.enum(["upheld", "varied", "reversed"]), reasons: line }),
  "compliance.found": z.strictObject({ order: digest, held: z.enum(["complied", "not complied"]), reasons: line }),
  penalty: z.strictObject({
    low: z
      .string()
      .regex(/^[0-9]{1,15}$/)
      .nullable(),
    high: z
      .string()
      .regex(/^[0-9]{1,15}$/)
      .nullable(),
    currency: z.string().regex(/^[A-Z]{3}$/),
    cap: line.describe("the text and source of what bounds it"),
    turnoverSource: line.nullable(),
    factors: z
      .array(
        z.strictObject({
          id: z.enum(["gravity", "duration", "intent", "cooperation", "mitigation", "prior"]),
          grade: z.int().min(0).max(3),
          because: line,
        }),
      )
      .min(1)
      .max(6),
  }),
  "descendant.noticed": z.strictObject({ order: digest, model: modelId }),
  "descendant.answered": z.strictObject({ order: digest, model: modelId }),
  "descendant.heard": z.strictObject({
    order: digest,
    model: modelId,
    held: z.enum(["reached", "independent"]),
    reasons: line,
  }),
  referral: z.strictObject({ to: word, pack: digest, withheld: z.array(line).max(50) }),
  reopening: z.strictObject({
    ground: z.enum(["no-actual-notice", "new-evidence"]),
    noticed: day.optional().describe("when the respondent came to know of the case, where it had no notice"),
    reasons: line,
  }),
  "delay.explained": z.strictObject({ timer: word, because: line }),
} as const satisfies Partial<Record<EntryKind, z.ZodType>>;

const NONE = z.strictObject({});
export type FactsOf<K extends EntryKind> = K extends keyof typeof FACTS
  ? z.infer<(typeof FACTS)[K]>
  : Record<string, never>;

/** JSON Schema of a kind's facts, from which forms are made. */
export function schemaOfFacts(kind: EntryKind): unknown {
  return z.toJSONSchema((FACTS as Partial<Record<string, z.ZodType>>)[kind] ?? NONE, { unrepresentable: "any" });
}

/** @returns what is wrong, in one line; null when the facts are those of the kind */
export function faultOfFacts(kind: string, facts: unknown): string | null {
  const schema = (FACTS as Partial<Record<string, z.ZodType>>)[kind] ?? NONE;
  const parsed = schema.safeParse(facts);
  if (parsed.success) return null;
  const issue = parsed.error.issues[0]!;
  return `at ${issue.path.map(String).join(".") || "the facts"}: ${issue.message}`;
}

/** A pack may use some of them; whether it does is the fold's to say. */
export function isEntryKind(kind: string): kind is EntryKind {
  return (ENTRY_KINDS as readonly string[]).includes(kind);
}
