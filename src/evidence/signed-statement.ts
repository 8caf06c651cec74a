/**
 * A signed statement, whatever it says: a Sigstore bundle v0.3 in key mode around one DSSE envelope, as OpenSSF Model
 * Signing uses it, so that one key signs a model and what is said about it. Its text is canonical JSON: no byte is
 * unbound. The same statement may be signed twice into different bytes, so replays are told by the statement's digest.
 */
import { base64, equalBytes } from "../base/bytes.js";
import { canonicalJsonBytes } from "../base/canonical-json.js";
import { type Digest, sha256Digest } from "../base/digest.js";
import { AssayError } from "../base/error.js";
import { pae } from "./dsse.js";
import type { EcdsaPublicKey } from "./ecdsa-key.js";
import { IN_TOTO_PAYLOAD_TYPE } from "./oms-statement.js";
import { BUNDLE_MEDIA_TYPE, decodeSignatureBundle } from "./sigstore-bundle.js";

/** The largest training summary with 20,000 domain names takes 600 kB. */
export const STATEMENT_BYTES_MAX = 1024 * 1024;
export const BUNDLE_BYTES_MAX = Math.ceil((STATEMENT_BYTES_MAX * 4) / 3) + 4096;

/** What a bundle holds, whatever its statement says. */
export interface SignedStatement {
  payload: Uint8Array;
  /** Digest of the statement's bytes. */
  statement: Digest;
  /** Digest of the whole bundle. */
  bundle: Digest;
  /** Hint of the key; a claim until `verify` has been called. */
  keyId: string;
  verify: (key: EcdsaPublicKey) => boolean;
}

/** What a key signs for a statement. */
export function toBeSigned(statement: Uint8Array): Uint8Array {
  return pae(IN_TOTO_PAYLOAD_TYPE, statement);
}

/** @param signature DER of an ECDSA signature over `toBeSigned(statement)` */
export function encodeSignedStatement(statement: Uint8Array, signature: Uint8Array, keyId: string): Uint8Array {
  return canonicalJsonBytes({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: keyId }, tlogEntries: [] },
    dsseEnvelope: {
      payload: base64(statement),
      payloadType: IN_TOTO_PAYLOAD_TYPE,
      signatures: [{ sig: base64(signature), keyid: "" }],
    },
  });
}

/** Read without believing: the caller brings the key. */
export function openSignedStatement(bytes: Uint8Array, what: string): SignedStatement {
  if (bytes.length > BUNDLE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${BUNDLE_BYTES_MAX} bytes, got ${bytes.length}`);
  const { mode, payload, signature } = decodeSignatureBundle(bytes, what);
  if (mode.kind !== "key" || mode.hint === null || !/^[0-9a-f]{64}$/.test(mode.hint))
    throw new AssayError("SCHEMA", `${what}: expected the hint of a key`);
  const keyId = mode.hint;
  if (!equalBytes(encodeSignedStatement(payload, signature, keyId), bytes))
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785) and nothing beside the envelope`);
  return {
    payload,
    statement: sha256Digest(payload),
    bundle: sha256Digest(bytes),
    keyId,
    verify: (key) => key.id === keyId && key.verify(signature, toBeSigned(payload)),
  };
}
