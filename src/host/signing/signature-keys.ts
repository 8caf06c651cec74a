/**
 * Keys and certificates of model signatures, by the platform's own cryptography: ECDSA on P-256, P-384 and P-521 with
 * the hash of the curve's size, and X.509 chains checked at the moment the signing certificate began to be valid, as
 * the reference implementation does. It cannot see revocation.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import { AssayError } from "../../base/error.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";

const HASH_OF_CURVE: Record<string, string> = { prime256v1: "sha256", secp384r1: "sha384", secp521r1: "sha512" };
/** A chain longer than this is a loop or an attack. */
const CHAIN_MAX = 10;

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

function supported(key: KeyObject, what: string): KeyObject {
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

export function publicOf(key: KeyObject): KeyObject {
  return key.type === "private" ? createPublicKey(key) : key;
}

export function signEcdsa(message: Uint8Array, key: KeyObject): Uint8Array {
  return sign(hashOf(key), message, key);
}

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

/** Certificates of one or more PEM files. */
export function readCertificates(pem: Uint8Array, what: string): X509Certificate[] {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw new AssayError("FORMAT", `${what}: expected certificates in PEM`);
  return blocks.map((block) => certificateOf(block, what));
}

export function certificateOf(raw: string | Uint8Array, what: string): X509Certificate {
  try {
    return new X509Certificate(typeof raw === "string" ? raw : Buffer.from(raw));
  } catch {
    throw new AssayError("FORMAT", `${what}: expected an X.509 certificate`);
  }
}

/**
 * The signing key, when a path leads from the chain's first certificate to one of the trusted ones.
 * @throws SIGNATURE when none does, or the certificate is not for signing
 */
export function keyOfChain(
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  what: string,
): KeyObject {
  const leaf = chain[0]!;
  const at = new Date(leaf.validFrom).getTime();
  const fault = (text: string) => new AssayError("SIGNATURE", `${what}: ${text}`);
  let current = leaf;
  for (let step = 0; ; step++) {
    if (step > CHAIN_MAX) throw fault(`expected a chain of at most ${CHAIN_MAX} certificates`);
    if (!validAt(current, at))
      throw fault(`the certificate "${current.subject}" was not valid when the signing one began`);
    if (trusted.some((root) => root.raw.equals(current.raw))) break;
    const issuer = issuerOf(current, trusted, at) ?? issuerOf(current, chain.slice(1), at);
    if (!issuer) throw fault(`no certificate that is trusted here issued "${current.subject}"`);
    if (issuer.raw.equals(current.raw)) throw fault(`"${current.subject}" vouches for itself and is not trusted here`);
    current = issuer;
  }
  if (!maySign(leaf)) throw fault("the signing certificate is not for signatures");
  return supported(leaf.publicKey, what);
}

function issuerOf(certificate: X509Certificate, among: readonly X509Certificate[], at: number): X509Certificate | null {
  return (
    among.find(
      (issuer) =>
        issuer.ca && validAt(issuer, at) && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
    ) ?? null
  );
}

function validAt({ validFrom, validTo }: X509Certificate, at: number): boolean {
  return new Date(validFrom).getTime() <= at && at <= new Date(validTo).getTime();
}

/** Key usage digitalSignature, or else extended key usage codeSigning (1.3.6.1.5.5.7.3.3). */
function maySign(certificate: X509Certificate): boolean {
  return digitalSignature(certificate.raw) || (certificate.keyUsage ?? []).includes("1.3.6.1.5.5.7.3.3");
}

/** The keyUsage extension (2.5.29.15) as it stands in DER: OID, optional critical flag, OCTET STRING of a BIT STRING. */
function digitalSignature(der: Buffer): boolean {
  const at = der.indexOf(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x0f]));
  if (at < 0) return false;
  const after = der[at + 5] === 0x01 ? at + 8 : at + 5;
  return der[after] === 0x04 && der[after + 2] === 0x03 && (der[after + 5]! & 0x80) !== 0;
}
