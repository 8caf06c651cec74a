/**
 * Some fields of one access entry, for someone else to check offline: the signed entry, its key, its log record and
 * proof, and the disclosures of the fields shown. It proves what the owner committed to and when; not that it was true.
 */
import { z } from "zod";
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import type { Policy } from "../../../tlog/policy.js";
import { parseProofFile, verifyProofFile } from "../../../tlog/proof-file.js";
import { BUNDLE_BYTES_MAX } from "../declarations/declaration-bundle.js";
import { type AccessRecord, accessRecordOf, decodeRecord, encodeRecord, isAccess } from "../register-entry.js";
import { COMMITMENTS_MAX, openAccessBundle } from "./access-statement.js";
import { DISCLOSURE_CHARACTERS_MAX, openCommitments } from "./commitments.js";
import { FIELDS } from "./fields.js";

const BYTES_MAX = BUNDLE_BYTES_MAX + COMMITMENTS_MAX * DISCLOSURE_CHARACTERS_MAX + 4 * 1024 * 1024;

const schema = z.strictObject({
  type: z.literal("assay/access-disclosure/v1"),
  bundle: z.string().describe("the signed entry, base64"),
  publicKey: z.string().max(1024).describe("PEM"),
  record: z.string().max(12_288).describe("the log entry, canonical JSON"),
  proof: z.string().describe("c2sp.org/tlog-proof@v1"),
  disclosures: z.array(z.string()).max(COMMITMENTS_MAX).describe("RFC 9901, section 4.2"),
});

export function encodeDisclosure(parts: {
  bundle: Uint8Array;
  publicKey: string;
  record: Uint8Array;
  proof: Uint8Array;
  disclosures: readonly string[];
}): Uint8Array {
  return utf8(
    `${JSON.stringify({
      type: "assay/access-disclosure/v1",
      bundle: base64(parts.bundle),
      publicKey: parts.publicKey,
      record: fromUtf8(parts.record, "record"),
      proof: fromUtf8(parts.proof, "proof"),
      disclosures: parts.disclosures,
    })}\n`,
  );
}

export interface VerifiedDisclosure {
  record: AccessRecord;
  /** Fields that were shown, by name. */
  fields: Record<string, unknown>;
  /** Commitments that stay closed. */
  closed: number;
  log: { origin: string; size: number; cosigners: string[] };
}

/** @throws SIGNATURE or DIGEST when something does not hold; other codes when it is no disclosure */
export function verifyDisclosure(bytes: Uint8Array, trust: Policy): VerifiedDisclosure {
  const what = "disclosure";
  if (bytes.length > BYTES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${BYTES_MAX} bytes`);
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { bundle, publicKey, record: text, proof, disclosures } = parsed.data;
  const signed = openAccessBundle(fromBase64(bundle, what), what);
  if (!signed.verify(parseEcdsaKey(publicKey, what)))
    throw new AssayError("SIGNATURE", `${what}: the entry's signature does not hold under the key`);
  const record = decodeRecord(utf8(text), what);
  if (!isAccess(record) || !equalBytes(encodeRecord(accessRecordOf(signed, record.received)), utf8(text)))
    throw new AssayError("DIGEST", `${what}: the log record is not that of the entry`);
  const fields = openCommitments(disclosures, record.commitments, what);
  for (const [name, value] of fields) checkField(record, name, value, what);
  const { origin, size, cosigners } = verifyProofFile(parseProofFile(utf8(proof), what), utf8(text), trust, what);
  return {
    record,
    fields: Object.fromEntries(fields),
    closed: record.commitments.length - fields.size,
    log: { origin, size, cosigners },
  };
}

function checkField({ kind }: AccessRecord, name: string, value: unknown, what: string): void {
  const shape = FIELDS[kind].shape as Record<string, z.ZodType>;
  const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
  const fault = field ? field.safeParse(value).error?.issues[0] : undefined;
  if (!field || fault)
    throw new AssayError("SCHEMA", `${what}: ${quoted(name)}: ${fault?.message ?? `expected a field of ${kind}`}`);
}
