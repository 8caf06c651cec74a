/**
 * What a signed bundle's signature says: an in-toto Statement v1 about the bag's tag manifest, which binds every other
 * file. It carries the public key, so it can be checked alone; whether that key is to be trusted is for the reader.
 * Sources: in-toto attestation framework v1 (spec/v1/statement.md); DSSE.
 */
import { z } from "zod";
import { base64, equalBytes, fromBase64, fromUtf8 } from "../base/bytes.js";
import { canonicalJsonBytes } from "../base/canonical-json.js";
import { type Digest, sha256Digest, sha256Hex } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { digestSchema } from "./artefact.js";
import { type Files, SIGNATURE_FILE } from "./bag.js";
import { openDsse, signDsse, verifyDsse } from "./dsse.js";
import { publicKeyOf } from "./ed25519.js";
import { typeUris } from "./type-name.js";

const STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const BUNDLE_PREDICATE_TYPES = typeUris("bundle/v1");
const TAG_MANIFEST = "tagmanifest-sha256.txt";

const statementSchema = z.strictObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.tuple([
    z.strictObject({
      name: z.literal(TAG_MANIFEST),
      digest: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    }),
  ]),
  predicateType: z.enum(BUNDLE_PREDICATE_TYPES),
  predicate: z.strictObject({ publicKey: z.string().length(44), finding: digestSchema }),
});
type Statement = z.infer<typeof statementSchema>;

/** The bytes of `signature.dsse.json` for a packed bag. @param seed 32-byte Ed25519 seed */
export function signBundle(files: Files, seed: Uint8Array): Uint8Array {
  return signDsse(
    STATEMENT_PAYLOAD_TYPE,
    canonicalJsonBytes(statement(files, publicKeyOf(seed), BUNDLE_PREDICATE_TYPES[0])),
    seed,
  );
}

/** @throws AssayError when the signature file does not speak, validly, about exactly these files */
export function verifyBundleSignature(files: Files): { keyId: string; publicKey: Uint8Array } {
  const what = "signature of the bundle";
  const bytes = fileOf(files, SIGNATURE_FILE);
  const { payloadType, payload } = openDsse(bytes);
  if (payloadType !== STATEMENT_PAYLOAD_TYPE)
    throw new AssayError(
      "FORMAT",
      `${what}: expected payload type ${STATEMENT_PAYLOAD_TYPE}, got ${quoted(payloadType)}`,
    );
  const parsed = statementSchema.safeParse(parseStrictJson(fromUtf8(payload, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const { keyId, publicKey } = verifyDsse(bytes, [fromBase64(parsed.data.predicate.publicKey, what)]);
  // The statement must be, to the byte, the one these files give.
  if (!equalBytes(payload, canonicalJsonBytes(statement(files, publicKey, parsed.data.predicateType))))
    throw new AssayError("SIGNATURE", `${what}: expected a statement about these files, got one about other files`);
  return { keyId, publicKey };
}

function statement(files: Files, publicKey: Uint8Array, predicateType: string): Statement {
  const finding: Digest = sha256Digest(fileOf(files, "data/finding.json"));
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: TAG_MANIFEST, digest: { sha256: sha256Hex(fileOf(files, TAG_MANIFEST)) } }],
    predicateType,
    predicate: { publicKey: base64(publicKey), finding },
  };
}

function fileOf(files: Files, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new AssayError("FORMAT", `bundle-statement: expected a file ${name}, got none`);
  return bytes;
}
