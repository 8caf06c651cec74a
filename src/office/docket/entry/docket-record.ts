/**
 * What the log of a case holds of an entry: canonical JSON with the facts the fold needs, and nothing that is not public.
 * The signed bundle lies beside the log under its digest; `recordOf` makes the record from it, so that anyone can compare.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { readRecordText } from "../../entries/canonical-record.js";
import { type ForeignRecord, foreignRecord } from "../../entries/foreign.js";
import type { CaseEntry } from "../fold/case-state.js";
import { ENTRY_KINDS, ROLES, TIERS } from "../pack/names.js";
import { CASE_ID, type SignedEntry } from "./entry-statement.js";

const DOCKET_RECORD_TYPE = "assay/docket-entry/v1";
/** A plan of 200 runs takes 30 kB; a log's entry is at most 65,535 bytes. */
const DOCKET_RECORD_BYTES_MAX = 60_000;

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const schema = z.strictObject({
  type: z.literal(DOCKET_RECORD_TYPE),
  case: z.string().regex(CASE_ID),
  seq: z.int().nonnegative(),
  prev: sha256.nullable().describe("digest of the case's record before this one"),
  kind: z.enum(ENTRY_KINDS),
  role: z.enum(ROLES),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  statement: sha256,
  bundle: sha256,
  tier: z.enum(TIERS),
  issued: z.string().max(20),
  received: z.int().nonnegative().describe("Unix seconds on the operator's clock"),
  seen: z.strictObject({ seq: z.int().nonnegative(), record: sha256 }).nullable(),
  about: sha256.optional(),
  facts: z.record(z.string(), z.unknown()),
});
export type DocketRecord = z.infer<typeof schema>;

/** @param at its number, the digest of the record before it (null for the first) and when it came in, Unix seconds */
export function recordOf(
  { said, statement, bundle, keyId }: SignedEntry,
  at: { seq: number; prev: Digest | null; received: number },
): DocketRecord {
  return {
    type: DOCKET_RECORD_TYPE,
    case: said.case,
    seq: at.seq,
    prev: at.prev,
    kind: said.kind,
    role: said.role,
    key: keyId,
    statement,
    bundle,
    tier: said.tier,
    issued: said.issued,
    received: at.received,
    seen: said.seen,
    ...(said.about === undefined ? {} : { about: said.about }),
    facts: said.facts,
  };
}

/** Canonical JSON. @throws LIMIT where the facts are longer than a log's entry holds */
export function encodeRecord(record: DocketRecord): Uint8Array {
  const bytes = canonicalJsonBytes(record);
  if (bytes.length > DOCKET_RECORD_BYTES_MAX)
    throw new AssayError("LIMIT", `docket: expected an entry of at most ${DOCKET_RECORD_BYTES_MAX} bytes of facts`);
  return bytes;
}

/** A record of this version; one of another type, or of a kind unknown to this version, is read as foreign. */
export function decodeRecord(bytes: Uint8Array, what: string): DocketRecord | ForeignRecord {
  const read = readRecordText(bytes, what);
  const { type, kind } = read.value;
  if (type !== DOCKET_RECORD_TYPE || !(ENTRY_KINDS as readonly unknown[]).includes(kind))
    return foreignRecord(read, bytes);
  const parsed = schema.safeParse(read.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  return parsed.data;
}

/** What the next record names as `prev`. */
export function digestOfRecord(record: DocketRecord): Digest {
  return sha256Digest(encodeRecord(record));
}

/** As the fold takes it. */
export function entryOf({ seq, kind, role, key, statement, received, about, facts }: DocketRecord): CaseEntry {
  return { seq, kind, role, key, statement, received, facts, ...(about === undefined ? {} : { about }) };
}
