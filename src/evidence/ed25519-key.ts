/**
 * Ed25519 keys as people have them: PEM (RFC 7468) around PKCS#8 or SubjectPublicKeyInfo (RFC 8410), as written by
 * `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout`. Both have one possible DER form, so the form is a
 * fixed prefix and no ASN.1 is parsed. Encrypted and OpenSSH keys are named and refused. No message quotes key bytes.
 */
import { equalBytes, fromBase64, fromHex } from "../base/bytes.js";
import { AssayError } from "../base/error.js";

/** An Ed25519 key in PEM takes 119 characters; comments and other keys have no place in the file. */
export const PEM_CHARS_MAX = 1024;

/** SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING (32) } }: RFC 8410 §7. */
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420", "pkcs8");
/** SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING (32) }: RFC 8410 §4. */
const SPKI_PREFIX = fromHex("302a300506032b6570032100", "spki");

/** The 32-byte seed in a PEM `PRIVATE KEY`. */
export function parsePrivateKeyPem(text: string): Uint8Array {
  return keyIn(text, "PRIVATE KEY", PKCS8_PREFIX, "parsePrivateKeyPem");
}

/** The 32 raw bytes in a PEM `PUBLIC KEY`. */
export function parsePublicKeyPem(text: string): Uint8Array {
  return keyIn(text, "PUBLIC KEY", SPKI_PREFIX, "parsePublicKeyPem");
}

function keyIn(text: string, label: string, prefix: Uint8Array, who: string): Uint8Array {
  const what = `ed25519-key.${who}`;
  if (text.length > PEM_CHARS_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PEM_CHARS_MAX} characters, got ${text.length}`);
  const pem = /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END ([A-Z0-9 ]+)-----(?:\r?\n)?$/.exec(
    text,
  );
  const found = pem?.[1] ?? /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1] ?? "no PEM block";
  if (found !== label)
    throw new AssayError("FORMAT", `${what}: expected a PEM "${label}", got ${found}${advice(found)}`);
  if (!pem || pem[3] !== label)
    throw new AssayError("FORMAT", `${what}: expected one PEM block and nothing before or after it`);
  const der = fromBase64(pem[2]!.replaceAll(/\r?\n/g, ""), what);
  if (der.length !== prefix.length + 32 || !equalBytes(der.subarray(0, prefix.length), prefix))
    throw new AssayError("UNSUPPORTED", `${what}: expected an Ed25519 key (RFC 8410), got another kind of key or form`);
  return der.slice(prefix.length);
}

function advice(found: string): string {
  if (found === "ENCRYPTED PRIVATE KEY") return "; decrypt it first: openssl pkey -in KEY -out PLAIN";
  if (found === "OPENSSH PRIVATE KEY") return "; make one with: openssl genpkey -algorithm ed25519";
  if (found === "PUBLIC KEY") return "; this is the public half";
  if (found === "PRIVATE KEY") return "; this is the secret half: keep it to yourself";
  return "";
}
