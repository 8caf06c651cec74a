/**
 * An access entry as an in-toto Statement v1: its subject is the sealed file (age) that holds the private fields, its
 * predicate what anyone may read: when, under which grant, until when, and the commitments. Signed by the owner's key in
 * the same bundle as a declaration. It is the owner's word; the recipient's is in the acknowledgement.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { COMMITMENT, COMMITMENT_ALGORITHM } from "../../../evidence/commitments.js";
import { openSignedStatement, type SignedStatement } from "../../../evidence/signed-statement.js";
import { typeUris } from "../../../evidence/type-name.js";
import { moment, sha256 } from "../declarations/vocabulary.js";
import { ACCESS_KINDS, type AccessKind } from "./fields.js";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const SUBJECT_NAME = "fields.age";
/** A grant has eight fields; the rest is room for decoys (RFC 9901, section 4.2.7). */
export const COMMITMENTS_MAX = 32;

export const commitments = z
  .array(z.string().regex(COMMITMENT))
  .min(1)
  .max(COMMITMENTS_MAX)
  .refine((list) => list.every((each, i) => i === 0 || list[i - 1]! < each), { message: "expected ascending order" })
  .describe("commitments to the private fields, ascending");

const head = {
  issued: moment.describe("when the signer says this was written"),
  _sd: commitments,
  _sd_alg: z.literal(COMMITMENT_ALGORITHM),
};
const grant = sha256.describe("digest of the grant's statement");

/** What anyone may read of each kind. */
const ACCESS_PREDICATES = {
  "access-grant": z.strictObject({ ...head, until: moment.describe("from then on nothing can be given under it") }),
  "access-delivery": z.strictObject({ ...head, grant }),
  "access-receipt": z.strictObject({
    ...head,
    grant,
    delivery: sha256.describe("digest of the acknowledged delivery's statement"),
  }),
  "access-revocation": z.strictObject({ ...head, grant }),
} as const satisfies Record<AccessKind, z.ZodType>;

export interface AccessStatement {
  kind: AccessKind;
  /** SHA-256 of the sealed file. */
  sealed: Digest;
  issued: string;
  commitments: readonly string[];
  until: string | null;
  grant: Digest | null;
  delivery: Digest | null;
}

/** The name that is written first, then the one that is read as well. */
export function accessPredicateTypes(kind: AccessKind): readonly [string, string] {
  return typeUris(`${kind}/v1`);
}

/** The published JSON Schema (2020-12) of a kind's predicate. */
export function accessJsonSchema(kind: AccessKind): unknown {
  return z.toJSONSchema(ACCESS_PREDICATES[kind], { io: "input" });
}

const schema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({
      name: z.literal(SUBJECT_NAME),
      digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ]),
  predicateType: z.string().max(200),
  predicate: z.unknown(),
});

/** Canonical JSON, as it is signed; private fields are in it as commitments alone. */
export function encodeAccessStatement(statement: AccessStatement): Uint8Array {
  const { kind, sealed, issued, until, grant: under, delivery } = statement;
  const bytes = canonicalJsonBytes({
    _type: STATEMENT_TYPE,
    subject: [{ name: SUBJECT_NAME, digest: { sha256: sealed.slice(7) } }],
    predicateType: accessPredicateTypes(kind)[0],
    predicate: {
      issued,
      _sd: statement.commitments,
      _sd_alg: COMMITMENT_ALGORITHM,
      ...(until === null ? {} : { until }),
      ...(under === null ? {} : { grant: under }),
      ...(delivery === null ? {} : { delivery }),
    },
  });
  decodeAccessStatement(bytes, kind);
  return bytes;
}

/** @throws FORMAT or SCHEMA, also for text that is not canonical */
export function decodeAccessStatement(bytes: Uint8Array, what: string): AccessStatement {
  const parsed = checked(schema, parseStrictJson(fromUtf8(bytes, what), what), what);
  const kind = ACCESS_KINDS.find((each) => accessPredicateTypes(each).includes(parsed.predicateType));
  if (kind === undefined)
    throw new AssayError("SCHEMA", `${what}: expected a kind of access entry, got ${quoted(parsed.predicateType)}`);
  const predicate = checked(ACCESS_PREDICATES[kind] as z.ZodType<Predicate>, parsed.predicate, `${what}: ${kind}`);
  if (!equalBytes(canonicalJsonBytes({ ...parsed, predicate }), bytes))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785)`);
  return {
    kind,
    sealed: `sha256:${parsed.subject[0].digest.sha256}`,
    issued: predicate.issued,
    commitments: predicate._sd,
    until: predicate.until ?? null,
    grant: predicate.grant ?? null,
    delivery: predicate.delivery ?? null,
  };
}

interface Predicate {
  issued: string;
  _sd: string[];
  until?: string;
  grant?: Digest;
  delivery?: Digest;
}

export interface SignedAccess extends Omit<SignedStatement, "payload"> {
  access: AccessStatement;
}

/** Read without believing: the caller brings the key. */
export function openAccessBundle(bytes: Uint8Array, what: string): SignedAccess {
  const { payload, ...signed } = openSignedStatement(bytes, what);
  return { ...signed, access: decodeAccessStatement(payload, what) };
}

function checked<T>(by: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = by.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const at = issue.path.map(String).join(".") || "the top";
  throw new AssayError("SCHEMA", `${what}: at ${at}: ${issue.message}`);
}
