/**
 * A recipient's own word: an in-toto Statement signed by the recipient's key that it received this digest under this
 * grant. It travels sealed, inside a field of the owner's receipt entry, so that the log does not show who it was. The
 * owner cannot forge it; the owner can leave it out, and the recipient keeps its copy.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { EcdsaPublicKey } from "../../../evidence/ecdsa-key.js";
import { openSignedStatement } from "../../../evidence/signed-statement.js";
import { typeUris } from "../../../evidence/type-name.js";
import { moment, sha256 } from "../declarations/vocabulary.js";
import { RIGHTS, type Right } from "./fields.js";

/** As a field of a receipt takes it. */
const ACKNOWLEDGEMENT_BYTES_MAX = 12_000;

const PREDICATE_TYPES = typeUris("access-acknowledgement/v1");

const predicate = z.strictObject({
  issued: moment,
  grant: sha256.describe("digest of the grant's statement"),
  delivery: sha256.describe("digest of the delivery's statement"),
  right: z.enum(RIGHTS),
});
const schema = z.strictObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.tuple([
    z.strictObject({
      name: z.literal("received"),
      digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ]),
  predicateType: z.enum(PREDICATE_TYPES),
  predicate,
});

interface Acknowledgement {
  issued: string;
  grant: string;
  delivery: string;
  right: Right;
  /** What was received. */
  digest: string;
}

/** The published JSON Schema (2020-12) of what a recipient signs. */
export function acknowledgementJsonSchema(): unknown {
  return z.toJSONSchema(schema, { io: "input" });
}

/** Canonical JSON, as the recipient signs it. */
export function encodeAcknowledgement(says: Acknowledgement): Uint8Array {
  return encoded(says, PREDICATE_TYPES[0]);
}

function encoded({ digest, issued, grant, delivery, right }: Acknowledgement, predicateType: string): Uint8Array {
  return canonicalJsonBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "received", digest: { sha256: digest.slice(7) } }],
    predicateType,
    predicate: { issued, grant, delivery, right },
  });
}

interface SignedAcknowledgement {
  says: Acknowledgement;
  keyId: string;
  verify: (key: EcdsaPublicKey) => boolean;
}

/** Reads the form; `verify` is called with the recipient's key. @throws LIMIT, FORMAT or SCHEMA */
export function openAcknowledgement(bytes: Uint8Array, what: string): SignedAcknowledgement {
  if (bytes.length > ACKNOWLEDGEMENT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${ACKNOWLEDGEMENT_BYTES_MAX} bytes`);
  const { payload, keyId, verify } = openSignedStatement(bytes, what);
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(payload, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const says = { ...parsed.data.predicate, digest: `sha256:${parsed.data.subject[0].digest.sha256}` };
  if (!equalBytes(encoded(says, parsed.data.predicateType), payload))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785)`);
  return { says, keyId, verify };
}
