/**
 * Who may make orders in an authority's name: a list of keys and what each may order, itself a signed statement in the
 * log. The first is signed by a key that the register's own policy calls an authority; each later one by a key of the one
 * before, and it takes effect only after notice, so that a stolen key can be answered. It says nothing about who stands
 * behind a key, nor whether anybody is bound by the authority.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import { openSignedStatement, type SignedStatement } from "../../../evidence/signed-statement.js";
import { typeUris } from "../../../evidence/type-name.js";
import { EFFECTS, type Effect } from "../declarations/order.js";
import { moment, sha256, text } from "../declarations/vocabulary.js";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = typeUris("authority-policy/v1")[0];
const KEYS_MAX = 64;

export const authorityName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/, "expected a name such as court.example")
  .describe("name of the authority, in ASCII");

const predicate = z.strictObject({
  issued: moment,
  authority: authorityName,
  previous: sha256.nullable().describe("digest of the statement it replaces; null for the first"),
  effective: moment.describe("from then on, if notice allows"),
  keys: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        publicKey: z.string().max(1024).describe("EC public key in PEM"),
        effects: z.array(z.enum(EFFECTS)).min(1).max(EFFECTS.length).describe("what it may order"),
      }),
    )
    .min(1)
    .max(KEYS_MAX),
  reason: text,
});
const schema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({
      name: authorityName,
      digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate,
});

export type AuthorityPredicate = z.infer<typeof predicate>;

export interface AuthorityKey {
  name: string;
  key: EcdsaPublicKey;
  effects: readonly Effect[];
}

export interface AuthorityPolicy {
  authority: string;
  previous: Digest | null;
  issued: string;
  effective: string;
  keys: ReadonlyMap<string, AuthorityKey>;
  reason: string;
}

export interface SignedAuthorityPolicy extends Omit<SignedStatement, "payload"> {
  policy: AuthorityPolicy;
}

/** The published JSON Schema (2020-12) of the predicate. */
export function authorityJsonSchema(): unknown {
  return z.toJSONSchema(predicate, { io: "input" });
}

/** What is signed; read back before it is handed out, as a register will read it. */
export function encodeAuthorityPolicy(said: AuthorityPredicate): Uint8Array {
  const bytes = canonicalJsonBytes({
    _type: STATEMENT_TYPE,
    subject: [subjectOf(said)],
    predicateType: PREDICATE_TYPE,
    predicate: said,
  });
  decodeAuthorityPolicy(bytes, "authority policy");
  return bytes;
}

function subjectOf({ authority, keys }: AuthorityPredicate) {
  return { name: authority, digest: { sha256: sha256Digest(canonicalJsonBytes(keys)).slice(7) } };
}

function decodeAuthorityPolicy(bytes: Uint8Array, what: string): AuthorityPolicy {
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { predicate: said } = parsed.data;
  const anew = canonicalJsonBytes({ ...parsed.data, subject: [subjectOf(said)] });
  if (!equalBytes(anew, bytes))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785) whose subject is the list of its keys`);
  const keys = new Map<string, AuthorityKey>();
  for (const { name, publicKey, effects } of said.keys) {
    const key = parseEcdsaKey(publicKey, `${what}: key of ${JSON.stringify(name)}`);
    if (keys.has(key.id)) throw new AssayError("SCHEMA", `${what}: expected each key once`);
    keys.set(key.id, { name, key, effects });
  }
  const { authority, previous, issued, effective, reason } = said;
  return { authority, previous: previous as Digest | null, issued, effective, keys, reason };
}

/** Read without believing: the caller brings the key. */
export function openAuthorityBundle(bytes: Uint8Array, what: string): SignedAuthorityPolicy {
  const { payload, ...signed } = openSignedStatement(bytes, what);
  return { ...signed, policy: decodeAuthorityPolicy(payload, what) };
}

/** Whether a bundle says that it is one. */
export function isAuthorityBundle(bytes: Uint8Array): boolean {
  try {
    const text = fromUtf8(openSignedStatement(bytes, "bundle").payload, "bundle");
    return (parseStrictJson(text, "bundle") as { predicateType?: unknown }).predicateType === PREDICATE_TYPE;
  } catch {
    return false;
  }
}
