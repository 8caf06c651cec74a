/**
 * What a party, the panel or the office signs to enter something in a case: an in-toto statement whose subject is the
 * case. It names the head of the case that its writer saw, so that a docket shown differently to two parties is found by
 * whoever compares. What is signed is the text; nobody signs a screen.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { openSignedStatement, type SignedStatement } from "../../../evidence/signed-statement.js";
import { typeUris } from "../../../evidence/type-name.js";
import { ENTRY_KINDS, ROLES, TIERS } from "../pack/names.js";

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = typeUris("docket-entry/v1")[0];
const TEXT_CHARACTERS_MAX = 20_000;
const ATTACHMENTS_MAX = 64;

export const CASE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and 64 hexadecimal digits");
const moment = z
  .string()
  .regex(
    /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z$/,
    "expected UTC, such as 2026-05-01T12:00:00Z",
  );

const predicate = z.strictObject({
  case: z.string().regex(CASE_ID),
  kind: z.enum(ENTRY_KINDS),
  role: z.enum(ROLES),
  issued: moment,
  seen: z
    .strictObject({ seq: z.int().nonnegative(), record: sha256 })
    .nullable()
    .describe("the last entry of the case that the writer had seen; null for the first"),
  about: sha256.optional().describe("statement of an earlier entry it speaks of"),
  tier: z.enum(TIERS).describe("who may read what is attached"),
  facts: z.record(z.string(), z.unknown()),
  text: z.string().max(TEXT_CHARACTERS_MAX).optional(),
  attachments: z
    .array(z.strictObject({ name: z.string().min(1).max(200), digest: sha256 }))
    .max(ATTACHMENTS_MAX)
    .optional(),
});
const schema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({
      name: z.string().regex(CASE_ID),
      digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate,
});
export type EntryStatement = z.infer<typeof predicate>;

export interface SignedEntry extends Omit<SignedStatement, "payload"> {
  said: EntryStatement;
}

/**
 * What is signed. It is read back before it is handed out, so that nothing is signed that would be refused for its
 * form.
 */
export function encodeEntry(said: EntryStatement): Uint8Array {
  const bytes = canonicalJsonBytes({
    _type: STATEMENT_TYPE,
    subject: [subjectOf(said)],
    predicateType: PREDICATE_TYPE,
    predicate: said,
  });
  readEntry(bytes, "case entry");
  return bytes;
}

function subjectOf(said: EntryStatement) {
  return { name: said.case, digest: { sha256: sha256Hex(canonicalJsonBytes(said.facts)) } };
}

/** A statement that nobody signed yet, or its text alone. @throws SCHEMA or FORMAT where it is not canonical text */
export function readEntry(bytes: Uint8Array, what: string): EntryStatement {
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { predicate: said } = parsed.data;
  if (!equalBytes(canonicalJsonBytes({ ...parsed.data, subject: [subjectOf(said)] }), bytes))
    throw new AssayError(
      "FORMAT",
      `${what}: expected canonical JSON (RFC 8785) whose subject is the case and its facts`,
    );
  return said;
}

/** Read without believing: the caller brings the key. */
export function openEntryBundle(bytes: Uint8Array, what: string): SignedEntry {
  const { payload, ...signed } = openSignedStatement(bytes, what);
  return { ...signed, said: readEntry(payload, what) };
}
