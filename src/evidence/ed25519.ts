/**
 * Ed25519 signatures (RFC 8032), by @noble/curves in its strict form: a non-canonical S, a non-canonical point and a
 * public key of small order are refused, so one message and one key leave one reading of a signature.
 * A signature shows that the holder of a key signed; not who that is.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256Hex } from "../base/digest.js";
import { AssayError } from "../base/error.js";

const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The public key (32 bytes) of a secret seed (32 bytes). */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  expectLength(seed, SEED_BYTES, "Ed25519: a secret key");
  return ed25519.getPublicKey(seed);
}

/** @param seed 32 bytes, the secret key of RFC 8032 @returns 64 bytes */
export function signEd25519(message: Uint8Array, seed: Uint8Array): Uint8Array {
  expectLength(seed, SEED_BYTES, "Ed25519: a secret key");
  return ed25519.sign(message, seed);
}

/** Whether the signature holds; false, never an error, for anything malformed. */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== PUBLIC_KEY_BYTES) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** How a key is named: SHA-256 of the 32 raw bytes of the public key, in lower-case hexadecimal. */
export function keyIdOf(publicKey: Uint8Array): string {
  expectLength(publicKey, PUBLIC_KEY_BYTES, "Ed25519: a public key");
  return sha256Hex(publicKey);
}

function expectLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length)
    throw new AssayError("FORMAT", `ed25519.${what}: expected ${length} bytes, got ${bytes.length}`);
}
