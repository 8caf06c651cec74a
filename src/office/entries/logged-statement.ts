/**
 * One signed statement with its key, its log record and the proof of that record: what a receipt and a disclosure carry,
 * and how both are checked offline under a trust policy (C2SP tlog-policy). It shows that the key's holder said this and
 * that it was logged; not that it is true, nor what came after it.
 */
import { z } from "zod";
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { BUNDLE_BYTES_MAX } from "../../evidence/signed-statement.js";
import type { Policy } from "../../tlog/policy.js";
import { parseProofFile, verifyProofFile } from "../../tlog/proof-file.js";
import type { Cosigned } from "../../tlog/trusted-checkpoint.js";

/** Bundle and proof in base64 and as text; what a room adds comes on top. */
export const LOGGED_BYTES_MAX = 2 * BUNDLE_BYTES_MAX + 4 * 1024 * 1024;

export const loggedFields = {
  bundle: z.string().describe("the signed statement, base64"),
  publicKey: z.string().max(1024).describe("PEM"),
  record: z.string().max(12_288).describe("the log entry, canonical JSON"),
  proof: z.string().describe("c2sp.org/tlog-proof@v1"),
};

export interface LoggedParts {
  bundle: Uint8Array;
  publicKey: string;
  record: Uint8Array;
  proof: Uint8Array;
}

/** As texts of a JSON file. */
export function loggedTexts({ bundle, publicKey, record, proof }: LoggedParts) {
  return {
    bundle: base64(bundle),
    publicKey,
    record: fromUtf8(record, "record"),
    proof: fromUtf8(proof, "proof"),
  };
}

export interface LogSeen {
  origin: string;
  size: number;
  cosigners: string[];
  cosigned: Cosigned[];
}

/** A file of the schema. @throws LIMIT, FORMAT, SCHEMA */
export function readLogged<T>(bytes: Uint8Array, schema: z.ZodType<T>, bytesMax: number, what: string): T {
  if (bytes.length > bytesMax) throw new AssayError("LIMIT", `${what}: expected at most ${bytesMax} bytes`);
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

/**
 * Signature, record and proof, each shown to be of the other.
 * @param made the record anew from what was signed, under its own time of receipt; null when it is of another kind
 * @throws SIGNATURE or DIGEST when something does not hold
 */
export function verifyLogged<S extends { verify: (key: EcdsaPublicKey) => boolean }>(
  given: { bundle: string; publicKey: string; record: string; proof: string },
  open: (bundle: Uint8Array) => S,
  made: (signed: S, record: Uint8Array) => Uint8Array | null,
  trust: Policy,
  what: string,
): { signed: S; log: LogSeen } {
  const signed = open(fromBase64(given.bundle, what));
  if (!signed.verify(parseEcdsaKey(given.publicKey, what)))
    throw new AssayError("SIGNATURE", `${what}: the signature of what was said does not hold under the key`);
  const record = utf8(given.record);
  const anew = made(signed, record);
  if (!anew || !equalBytes(anew, record))
    throw new AssayError("DIGEST", `${what}: the log record is not that of what was said`);
  const checked = verifyProofFile(parseProofFile(utf8(given.proof), what), record, trust, what);
  const { origin, size, cosigners, cosigned } = checked;
  return { signed, log: { origin, size, cosigners, cosigned } };
}
