/**
 * What the log holds of a declaration: a small digest record in canonical JSON. The signed bundle lies beside the log
 * under its digest. The facts a register is folded from (kind, model, parents, what it is about) stand in the record, so
 * that state can be computed from the log alone; `recordOf` makes them from the bundle, so that anyone can compare.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import type { Digest } from "../../base/digest.js";
import { AssayError, assert } from "../../base/error.js";
import { readRecordText } from "../entries/canonical-record.js";
import { type ForeignRecord, foreignRecord } from "../entries/foreign.js";
import { commitments, type SignedAccess } from "./access/access-statement.js";
import { ACCESS_KINDS, type AccessKind } from "./access/fields.js";
import type { SignedDeclaration } from "./declarations/declaration-bundle.js";
import { type Derivation, RELATIONS } from "./declarations/derivation.js";
import { issuedOf, KIND_NAMES } from "./declarations/kinds.js";
import {
  factsOfOrder,
  type Order,
  type OrderExtended,
  type OrderFacts,
  type OrderLifted,
  orderFacts,
} from "./declarations/order.js";
import {
  type Audit,
  type Challenge,
  type ChallengeClosed,
  CORRECTABLE,
  type Correction,
  type FindingRecord,
  type FoundFacts,
  foundFacts,
  modelsOfFinding,
  type Withdrawal,
} from "./declarations/procedure.js";
import { type ModelId, modelId, modelName, moment, sha256, webAddress } from "./declarations/vocabulary.js";
import { authorityName, type SignedAuthorityPolicy } from "./orders/authority-policy.js";

/** With 64 parents and 64 teachers a record takes 11 kB. */
const ENTRY_RECORD_BYTES_MAX = 12_288;
const AUTHORITY_KIND = "authority-policy";
export const ENTRY_TYPE = "assay/register-entry/v1";

const declared = z.strictObject({
  type: z.literal(ENTRY_TYPE),
  kind: z.enum(KIND_NAMES as [string, ...string[]]),
  model: modelId,
  name: modelName,
  uri: webAddress.optional(),
  statement: sha256,
  bundle: sha256,
  key: z.string().regex(/^[0-9a-f]{64}$/),
  issued: moment,
  received: z.int().nonnegative().describe("Unix seconds on the operator's clock"),
  about: sha256.optional().describe("the statement it speaks of; a withdrawal without it withdraws the model"),
  as: z.enum(CORRECTABLE).optional().describe("kind of what a correction puts in place"),
  relation: z.enum(RELATIONS).optional(),
  parents: z.array(modelId).max(64).optional(),
  teachers: z.array(modelId).max(64).optional(),
  other: modelId.optional().describe("the reference of a finding"),
  found: foundFacts.optional(),
  order: orderFacts.optional(),
  models: z.array(modelId).min(1).max(64).optional().describe("whom an order is lifted for, or extended to"),
});

/** An authority's own policy: about no model. */
const authority = z.strictObject({
  type: z.literal(ENTRY_TYPE),
  kind: z.literal(AUTHORITY_KIND),
  authority: authorityName,
  previous: sha256.optional(),
  statement: sha256,
  bundle: sha256,
  key: z.string().regex(/^[0-9a-f]{64}$/),
  issued: moment,
  effective: moment,
  received: z.int().nonnegative().describe("Unix seconds on the operator's clock"),
});

const policy = z.strictObject({
  type: z.literal(ENTRY_TYPE),
  kind: z.literal("policy"),
  policy: sha256,
  received: z.int().nonnegative(),
});

const access = z.strictObject({
  type: z.literal(ENTRY_TYPE),
  kind: z.enum(ACCESS_KINDS as [AccessKind, ...AccessKind[]]),
  statement: sha256,
  bundle: sha256,
  sealed: sha256.describe("the private fields, encrypted with age, beside the log"),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  issued: moment,
  received: z.int().nonnegative().describe("Unix seconds on the operator's clock"),
  commitments: commitments.describe("to the private fields: all that the log shows of them"),
  until: moment.optional().describe("a grant's end"),
  grant: sha256.optional().describe("statement of the grant it stands under"),
  delivery: sha256.optional().describe("statement of the delivery that is acknowledged"),
});

const schema = z.discriminatedUnion("kind", [declared, policy, authority, access]);
export type DeclaredRecord = Omit<
  z.infer<typeof declared>,
  | "kind"
  | "model"
  | "parents"
  | "teachers"
  | "other"
  | "uri"
  | "about"
  | "as"
  | "relation"
  | "found"
  | "order"
  | "models"
> & {
  kind: SignedDeclaration["declaration"]["kind"];
  model: ModelId;
  uri?: string;
  about?: Digest;
  as?: (typeof CORRECTABLE)[number];
  relation?: (typeof RELATIONS)[number];
  parents?: ModelId[];
  teachers?: ModelId[];
  other?: ModelId;
  found?: FoundFacts;
  order?: OrderFacts;
  models?: ModelId[];
  statement: Digest;
  bundle: Digest;
};
export type AuthorityRecord = Omit<z.infer<typeof authority>, "statement" | "bundle" | "previous"> & {
  statement: Digest;
  bundle: Digest;
  previous?: Digest;
};
type PolicyRecord = z.infer<typeof policy>;
export type AccessRecord = Omit<
  z.infer<typeof access>,
  "statement" | "bundle" | "sealed" | "until" | "grant" | "delivery"
> & {
  statement: Digest;
  bundle: Digest;
  sealed: Digest;
  until?: string;
  grant?: Digest;
  delivery?: Digest;
};
type EntryRecord = DeclaredRecord | PolicyRecord | AuthorityRecord | AccessRecord;
/** What a log may hold: a later version's records too. */
export type LoggedRecord = EntryRecord | ForeignRecord;

const KNOWN_KINDS: ReadonlySet<string> = new Set(["policy", AUTHORITY_KIND, ...KIND_NAMES, ...ACCESS_KINDS]);

/** Of a kind that this version does not know. */
export function isForeign(record: LoggedRecord): record is ForeignRecord {
  return "foreign" in record;
}

/** The register's own list of keys. */
export function isPolicy(record: LoggedRecord): record is PolicyRecord {
  return !isForeign(record) && record.kind === "policy";
}

/** An authority's list of keys. */
export function isAuthority(record: LoggedRecord): record is AuthorityRecord {
  return !isForeign(record) && record.kind === AUTHORITY_KIND;
}

/** An entry of the access ledger, whose fields are sealed. */
export function isAccess(record: LoggedRecord): record is AccessRecord {
  return "sealed" in record;
}

/** A declaration about a model, an order or a finding among them. */
export function isDeclared(record: LoggedRecord): record is DeclaredRecord {
  return !isForeign(record) && !isPolicy(record) && !isAuthority(record) && !isAccess(record);
}

/** What the log holds of a signed access entry. */
export function accessRecordOf({ access, statement, bundle, keyId }: SignedAccess, received: number): AccessRecord {
  const { kind, sealed, issued, commitments: committed, until, grant, delivery } = access;
  return {
    type: ENTRY_TYPE,
    kind,
    statement,
    bundle,
    sealed,
    key: keyId,
    issued,
    received,
    commitments: [...committed],
    ...(until === null ? {} : { until }),
    ...(grant === null ? {} : { grant }),
    ...(delivery === null ? {} : { delivery }),
  };
}

/**
 * @param received Unix seconds by the operator's clock @returns what the log holds; anyone makes it again from the
 * bundle
 */
export function recordOf(signed: SignedDeclaration, received: number): DeclaredRecord {
  const { declaration, statement, bundle, keyId } = signed;
  const { subject, kind, predicate } = declaration;
  return {
    type: ENTRY_TYPE,
    kind,
    model: subject.id,
    name: subject.name,
    ...(subject.uri === null ? {} : { uri: subject.uri }),
    statement,
    bundle,
    key: keyId,
    issued: issuedOf(kind, predicate),
    received,
    ...factsOf(declaration),
  };
}

function factsOf({ kind, predicate }: SignedDeclaration["declaration"]): Partial<DeclaredRecord> {
  if (kind === "derivation") return derivationFacts(predicate as Derivation);
  if (kind === "correction") {
    const { corrects, kind: as, replacement } = predicate as Correction;
    return {
      about: corrects as Digest,
      as,
      ...(as === "derivation" ? derivationFacts(replacement as Derivation) : {}),
    };
  }
  if (kind === "withdrawal") {
    const { withdraws } = predicate as Withdrawal;
    return withdraws === null ? {} : { about: withdraws as Digest };
  }
  if (kind === "challenge") return { about: (predicate as Challenge).against as Digest };
  if (kind === "challenge-closed") return { about: (predicate as ChallengeClosed).challenge as Digest };
  if (kind === "audit") return { about: (predicate as Audit).statement as Digest };
  if (kind === "order") return { order: factsOfOrder(predicate as Order) };
  if (kind === "order-lifted" || kind === "order-extended") {
    const { order, models } = predicate as OrderLifted | OrderExtended;
    return { about: order as Digest, ...(models === null ? {} : { models: models as ModelId[] }) };
  }
  if (kind === "finding") return findingFacts(predicate as FindingRecord);
  return {};
}

/** The first form of a finding's record names the reference alone; what it said is read from its bundle. */
function findingFacts(said: FindingRecord): Partial<DeclaredRecord> {
  const { reference, suspect } = modelsOfFinding(said);
  const other = reference === null ? {} : { other: reference as ModelId };
  if (!("artefacts" in said)) return other;
  const { proposition, outcome } = said;
  const found = {
    proposition,
    outcome,
    ...(suspect === null ? {} : { suspect }),
    ...(reference === null ? {} : { reference }),
  };
  return { ...other, found };
}

function derivationFacts({ relation, bases, teachers }: Derivation): Partial<DeclaredRecord> {
  const ids = (refs: Derivation["bases"]) => [
    ...new Set(refs.flatMap(({ id }) => (id === null ? [] : [id as ModelId]))),
  ];
  return { relation, parents: ids(bases), ...(teachers ? { teachers: ids(teachers) } : {}) };
}

/** @param received Unix seconds by the operator's clock */
export function authorityRecordOf(signed: SignedAuthorityPolicy, received: number): AuthorityRecord {
  const { policy: said, statement, bundle, keyId } = signed;
  return {
    type: ENTRY_TYPE,
    kind: AUTHORITY_KIND,
    authority: said.authority,
    ...(said.previous === null ? {} : { previous: said.previous }),
    statement,
    bundle,
    key: keyId,
    issued: said.issued,
    effective: said.effective,
    received,
  };
}

/** @param digest of the policy's canonical text, which lies beside the log @param received Unix seconds */
export function policyRecord(digest: Digest, received: number): PolicyRecord {
  return { type: ENTRY_TYPE, kind: "policy", policy: digest, received };
}

/** Canonical JSON; an assertion fails for what this version would not read back. */
export function encodeRecord(record: EntryRecord): Uint8Array {
  const bytes = canonicalJsonBytes(record);
  assert(!isForeign(decodeRecord(bytes, "register entry")), "encodeRecord: expected a kind of this version");
  return bytes;
}

/**
 * A record of this version; one of another type, or of a kind that this version does not know, is read as foreign.
 * @throws LIMIT, FORMAT, SCHEMA for what is no record, or a known kind misshapen
 */
export function decodeRecord(bytes: Uint8Array, what: string): LoggedRecord {
  const read = readRecordText(bytes, what);
  const { type, kind } = read.value;
  if (type !== ENTRY_TYPE || (typeof kind === "string" && !KNOWN_KINDS.has(kind))) return foreignRecord(read, bytes);
  if (bytes.length > ENTRY_RECORD_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${ENTRY_RECORD_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = schema.safeParse(read.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  return parsed.data as EntryRecord;
}
