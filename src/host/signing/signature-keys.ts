/**
 * Keys of model signatures, by the platform's own cryptography: ECDSA on P-256, P-384 and P-521 with the hash of the
 * curve's size; and certificates taken out of PEM files, unread. `x509/` judges certificates.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { AssayError } from "../../base/error.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";

const HASH_OF_CURVE: Record<string, string> = { prime256v1: "sha256", secp384r1: "sha384", secp521r1: "sha512" };
/** The roots of an operating system are some two hundred. */
const CERTIFICATES_MAX = 1000;

/**
 * @param passphrase of an encrypted PEM @throws FORMAT where it does not open, UNSUPPORTED for a key on another curve
 */
export function readPrivateKey(pem: Uint8Array, what: string, passphrase?: string): KeyObject {
  try {
    return supported(
      createPrivateKey({ key: Buffer.from(pem), ...(passphrase === undefined ? {} : { passphrase }) }),
      what,
    );
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError(
      "FORMAT",
      `${what}: expected a private key in PEM${passphrase === undefined ? "" : " and its password"}`,
    );
  }
}

/** @throws FORMAT for a private key, so that none is handed on by mistake, or for no key */
export function readPublicKey(pem: Uint8Array, what: string): KeyObject {
  if (/PRIVATE KEY/.test(Buffer.from(pem).toString("latin1")))
    throw new AssayError("FORMAT", `${what}: expected a public key, got a private one`);
  try {
    return supported(createPublicKey(Buffer.from(pem)), what);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("FORMAT", `${what}: expected a public key in PEM`);
  }
}

/** @throws UNSUPPORTED for a key of another kind */
export function supported(key: KeyObject, what: string): KeyObject {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
  if (key.asymmetricKeyType !== "ec" || !(curve in HASH_OF_CURVE))
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected an EC key on P-256, P-384 or P-521, got ${key.asymmetricKeyType} ${curve}`,
    );
  return key;
}

/** SHA-256, hexadecimal, of the public key as PEM text: how a bundle hints at its key. */
export function keyHint(key: KeyObject): string {
  const pem = publicOf(key).export({ type: "spki", format: "pem" });
  return createHash("sha256").update(pem).digest("hex");
}

/** The public half of either. */
export function publicOf(key: KeyObject): KeyObject {
  return key.type === "private" ? createPublicKey(key) : key;
}

/** DER, with the hash of the curve's size (P-256: SHA-256, P-384: SHA-384, P-521: SHA-512). */
export function signEcdsa(message: Uint8Array, key: KeyObject): Uint8Array {
  return sign(hashOf(key), message, key);
}

/** False, never an error, for a signature that cannot be read. */
export function verifyEcdsa(signature: Uint8Array, message: Uint8Array, key: KeyObject): boolean {
  try {
    return verify(hashOf(key), message, key, signature);
  } catch {
    return false;
  }
}

const opened = new Map<string, EcdsaPublicKey>();
/** Registers hold some thousand keys. */
const OPENED_MAX = 10_000;

/** The same key, checked by the platform's cryptography, which is fifty times as fast. */
export function platformKey(key: EcdsaPublicKey): EcdsaPublicKey {
  if (key.within) return key.within(platformKey);
  const known = opened.get(key.id);
  if (known) return known;
  const object = createPublicKey(key.pem);
  const fast: EcdsaPublicKey = { ...key, verify: (signature, message) => verifyEcdsa(signature, message, object) };
  if (opened.size >= OPENED_MAX) opened.clear();
  opened.set(key.id, fast);
  return fast;
}

function hashOf(key: KeyObject): string {
  return HASH_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ""]!;
}

/** DER of each certificate in a PEM file, in its order. */
export function readCertificates(pem: Uint8Array, what: string): Uint8Array[] {
  const blocks = [
    ...Buffer.from(pem)
      .toString("latin1")
      .matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g),
  ];
  if (blocks.length === 0) throw new AssayError("FORMAT", `${what}: expected certificates in PEM`);
  if (blocks.length > CERTIFICATES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${CERTIFICATES_MAX} certificates`);
  return blocks.map(([, text]) => new Uint8Array(Buffer.from(text!, "base64")));
}
