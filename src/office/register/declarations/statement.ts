/**
 * A declaration as an in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md) about one model: its bytes and
 * back. The text is canonical JSON, so one declaration has one digest. A statement is a claim; who made it is the
 * business of the signature around it.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { STATEMENT_BYTES_MAX } from "../../../evidence/signed-statement.js";
import { KINDS, type Kind, kindOfPredicate, type Predicates, predicateTypeOf, schemaOfType } from "./kinds.js";
import { CORRECTABLE, type Correction } from "./procedure.js";
import { idOfUri, type ModelId, modelName, webAddress } from "./vocabulary.js";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** in-toto digest sets may name algorithms of their own. */
const URI_ALGORITHM = "assay-uri-sha256";

export interface Subject {
  name: string;
  id: ModelId;
  uri: string | null;
}

export interface Declaration<K extends Kind = Kind> {
  subject: Subject;
  kind: K;
  predicate: Predicates[K];
}

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const schema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({
      name: modelName,
      uri: webAddress.optional(),
      digest: z.union([z.strictObject({ sha256: hex64 }), z.strictObject({ [URI_ALGORITHM]: hex64 })]),
    }),
  ]),
  predicateType: z.string().max(200),
  predicate: z.unknown(),
});

/** Checked on the way out as on the way in. */
export function encodeDeclaration({ subject, kind, predicate }: Declaration): Uint8Array {
  const [algorithm, value] = subject.id.split(":") as [string, string];
  const bytes = canonicalJsonBytes({
    _type: STATEMENT_TYPE,
    subject: [
      {
        name: subject.name,
        ...(subject.uri === null ? {} : { uri: subject.uri }),
        digest: { [algorithm === "uri" ? URI_ALGORITHM : "sha256"]: value },
      },
    ],
    predicateType: predicateTypeOf(kind, predicate),
    predicate,
  });
  decodeDeclaration(bytes, "declaration");
  return bytes;
}

/** @throws LIMIT, FORMAT when not canonical, SCHEMA with the place at fault */
export function decodeDeclaration(bytes: Uint8Array, what: string): Declaration {
  if (bytes.length > STATEMENT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${STATEMENT_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = checked(schema, parseStrictJson(fromUtf8(bytes, what), what), what);
  const kind = kindOfPredicate(parsed.predicateType);
  if (kind === null)
    throw new AssayError("SCHEMA", `${what}: expected a known predicate type, got ${quoted(parsed.predicateType)}`);
  checked(schemaOfType(kind, parsed.predicateType), parsed.predicate, `${what}: ${kind}`);
  const predicate = checkedPredicate(kind, parsed.predicate, `${what}: ${kind}`);
  if (!equalBytes(canonicalJsonBytes({ ...parsed, predicate }), bytes))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785)`);
  const [{ name, uri, digest }] = parsed.subject;
  const [[algorithm, value]] = Object.entries(digest) as [[string, string]];
  const id: ModelId = algorithm === URI_ALGORITHM ? `uri:${value}` : `sha256:${value}`;
  if (id.startsWith("uri:") && (uri === undefined || id !== idOfUri(uri)))
    throw new AssayError("SCHEMA", `${what}: expected the digest of the subject's own address`);
  return { subject: { name, id, uri: uri ?? null }, kind, predicate };
}

/** A predicate of a kind, its correction's replacement included. */
export function checkedPredicate<K extends Kind>(kind: K, value: unknown, what: string): Predicates[K] {
  const predicate = checked(KINDS[kind].schema, value, what) as Predicates[K];
  if (kind !== "correction") return predicate;
  const correction = predicate as Correction;
  if (!CORRECTABLE.includes(correction.kind))
    throw new AssayError("SCHEMA", `${what}: expected a kind that can be corrected, got ${quoted(correction.kind)}`);
  return {
    ...correction,
    replacement: checkedPredicate(correction.kind, correction.replacement, what),
  } as Predicates[K];
}

function checked<T>(by: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = by.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const at = issue.path.map(String).join(".") || "the top";
  throw new AssayError("SCHEMA", `${what}: at ${at}: ${issue.message}`);
}
