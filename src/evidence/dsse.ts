/**
 * DSSE envelopes (Dead Simple Signing Envelope v1.0.2, secure-systems-lab/dsse protocol.md) with one Ed25519 signature.
 * An envelope is kept as canonical JSON (RFC 8785) and refused in any other text, so that a flipped byte anywhere is
 * caught. Cannot see whose key it is: the caller brings the keys.
 */
import { z } from "zod";
import { base64, concatBytes, equalBytes, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { canonicalJsonBytes } from "../base/canonical-json.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { keyIdOf, publicKeyOf, SIGNATURE_BYTES, signEd25519, verifyEd25519 } from "./ed25519.js";

/** A statement names a handful of digests; a megabyte is generous. */
const ENVELOPE_BYTES_MAX = 1024 * 1024;

const envelopeSchema = z.strictObject({
  payload: z.string(),
  payloadType: z.string().min(1).max(255),
  signatures: z.tuple([z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string() })]),
});

interface Envelope {
  payloadType: string;
  payload: Uint8Array;
  /** SHA-256 of the raw public key, hexadecimal; a claim until verified. */
  keyId: string;
  signature: Uint8Array;
}

/** Pre-authentication encoding: "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload; lengths in bytes, decimal. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concatBytes([utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload]);
}

/**
 * @param secretKey 32-byte Ed25519 seed
 * @returns the envelope's bytes
 */
export function signDsse(payloadType: string, payload: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const sig = base64(signEd25519(pae(payloadType, payload), secretKey));
  const signatures = [{ keyid: keyIdOf(publicKeyOf(secretKey)), sig }];
  const bytes = canonicalJsonBytes({ payload: base64(payload), payloadType, signatures });
  openDsse(bytes);
  return bytes;
}

/** Read an envelope without believing it. */
export function openDsse(bytes: Uint8Array): Envelope {
  const what = "signed envelope";
  if (bytes.length > ENVELOPE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${ENVELOPE_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = envelopeSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  if (!equalBytes(canonicalJsonBytes(parsed.data), bytes))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785)`);
  const { payload, payloadType, signatures } = parsed.data;
  const signature = fromBase64(signatures[0].sig, what);
  if (signature.length !== SIGNATURE_BYTES)
    throw new AssayError("SIGNATURE", `${what}: expected a signature of 64 bytes, got ${signature.length}`);
  return { payloadType, payload: fromBase64(payload, what), keyId: signatures[0].keyid, signature };
}

/**
 * @param keys raw 32-byte public keys; the envelope must be signed by one of them
 * @returns the envelope, and which key signed it
 * @throws AssayError SIGNATURE when it does not hold
 */
export function verifyDsse(bytes: Uint8Array, keys: readonly Uint8Array[]): Envelope & { publicKey: Uint8Array } {
  const envelope = openDsse(bytes);
  const publicKey = keys.find((key) => keyIdOf(key) === envelope.keyId);
  if (publicKey === undefined)
    throw new AssayError(
      "SIGNATURE",
      `signature: expected one of ${keys.length} known keys, got key ${envelope.keyId}`,
    );
  if (!verifyEd25519(envelope.signature, pae(envelope.payloadType, envelope.payload), publicKey))
    throw new AssayError("SIGNATURE", `signature by key ${envelope.keyId} does not hold`);
  return { ...envelope, publicKey };
}
