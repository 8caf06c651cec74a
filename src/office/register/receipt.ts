/**
 * A receipt: one signed declaration, its key, its log record and the proof of that record, in one file that verifies
 * offline under a trust policy (C2SP tlog-policy). It shows that the key's holder said this and that it was logged; not
 * that it is true, nor that it was not corrected since.
 */
import { z } from "zod";
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import type { Policy } from "../../tlog/policy.js";
import { parseProofFile, verifyProofFile } from "../../tlog/proof-file.js";
import { BUNDLE_BYTES_MAX, openDeclarationBundle, type SignedDeclaration } from "./declarations/declaration-bundle.js";
import { type DeclaredRecord, decodeRecord, encodeRecord, isDeclared, recordOf } from "./register-entry.js";

export const RECEIPT_BYTES_MAX = 2 * BUNDLE_BYTES_MAX + 4 * 1024 * 1024;

const schema = z.strictObject({
  type: z.literal("assay/register-receipt/v1"),
  bundle: z.string().describe("the signed declaration, base64"),
  publicKey: z.string().max(1024).describe("PEM"),
  record: z.string().max(12_288).describe("the log entry, canonical JSON"),
  proof: z.string().describe("c2sp.org/tlog-proof@v1"),
});

export function encodeReceipt(parts: {
  bundle: Uint8Array;
  publicKey: string;
  record: Uint8Array;
  proof: Uint8Array;
}): Uint8Array {
  return utf8(
    `${JSON.stringify({
      type: "assay/register-receipt/v1",
      bundle: base64(parts.bundle),
      publicKey: parts.publicKey,
      record: fromUtf8(parts.record, "record"),
      proof: fromUtf8(parts.proof, "proof"),
    })}\n`,
  );
}

export interface VerifiedReceipt {
  signed: SignedDeclaration;
  record: DeclaredRecord;
  log: { origin: string; size: number; cosigners: string[] };
}

/** @throws SIGNATURE or DIGEST when something does not hold; other codes when it is no receipt */
export function verifyReceipt(bytes: Uint8Array, trust: Policy): VerifiedReceipt {
  const what = "receipt";
  if (bytes.length > RECEIPT_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${RECEIPT_BYTES_MAX} bytes`);
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { bundle, publicKey, record: text, proof } = parsed.data;
  const signed = openDeclarationBundle(fromBase64(bundle, what), what);
  if (!signed.verify(parseEcdsaKey(publicKey, what)))
    throw new AssayError("SIGNATURE", `${what}: the declaration's signature does not hold under the key`);
  const record = decodeRecord(utf8(text), what);
  if (!isDeclared(record) || !equalBytes(encodeRecord(recordOf(signed, record.received)), utf8(text)))
    throw new AssayError("DIGEST", `${what}: the log record is not that of the declaration`);
  const { origin, size, cosigners } = verifyProofFile(parseProofFile(utf8(proof), what), utf8(text), trust, what);
  return { signed, record, log: { origin, size, cosigners } };
}
