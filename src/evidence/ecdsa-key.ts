/**
 * ECDSA public keys on P-256, P-384 and P-521 in PEM (SubjectPublicKeyInfo, RFC 5480), and checking signatures by them
 * with the hash of the curve's size, in plain JavaScript so that a browser can do it. An uncompressed key on a named
 * curve has one DER form: a fixed prefix and a point, so no ASN.1 is parsed. It cannot see whose key it is.
 */
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { base64, equalBytes, fromBase64, fromHex, utf8 } from "../base/bytes.js";
import { sha256Hex } from "../base/digest.js";
import { AssayError } from "../base/error.js";

/** A P-521 key in PEM takes 268 characters. */
const PEM_CHARACTERS_MAX = 1024;

const CURVES = [
  { curve: p256, prefix: "3059301306072a8648ce3d020106082a8648ce3d030107034200" },
  { curve: p384, prefix: "3076301006072a8648ce3d020106052b81040022036200" },
  { curve: p521, prefix: "30819b301006072a8648ce3d020106052b8104002303818600" },
].map(({ curve, prefix }) => ({ curve, prefix: fromHex(prefix, "ecdsa-key") }));

export interface EcdsaPublicKey {
  /** As `openssl` and Node write it, 64 characters a line. */
  pem: string;
  /** SHA-256 of that text, hexadecimal: the hint of OpenSSF Model Signing. */
  id: string;
  /** DER signature over the message; false, never an error, for whatever is malformed. */
  verify: (signature: Uint8Array, message: Uint8Array) => boolean;
  /** Where it signs through something of its own, such as a passkey: the same over a quicker check of the bare key. */
  within?: (quick: (key: EcdsaPublicKey) => EcdsaPublicKey) => EcdsaPublicKey;
}

/**
 * @param what names the key's source in messages
 * @throws LIMIT beyond the size of any such key, FORMAT for no public PEM, UNSUPPORTED for another curve or a point
 * that is compressed or off its curve
 */
export function parseEcdsaKey(text: string, what: string): EcdsaPublicKey {
  if (text.length > PEM_CHARACTERS_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PEM_CHARACTERS_MAX} characters of key`);
  const [, body] = /^-----BEGIN PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END PUBLIC KEY-----\s*$/.exec(text) ?? [];
  if (body === undefined) throw new AssayError("FORMAT", `${what}: expected a public key in PEM`);
  const der = fromBase64(body.replace(/[\r\n]/g, ""), what);
  const found = CURVES.find(({ prefix }) => equalBytes(der.subarray(0, prefix.length), prefix));
  if (!found) throw new AssayError("UNSUPPORTED", `${what}: expected an EC key on P-256, P-384 or P-521`);
  const point = der.slice(found.prefix.length);
  const { curve } = found;
  try {
    // Uncompressed, on the curve.
    if (point[0] !== 4) throw new Error();
    curve.Point.fromBytes(point).assertValidity();
  } catch {
    throw new AssayError("FORMAT", `${what}: expected a point of the curve`);
  }
  const lines = base64(der).match(/.{1,64}/g)!;
  const pem = `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
  return {
    pem,
    id: sha256Hex(utf8(pem)),
    verify: (signature, message) => {
      try {
        return curve.verify(signature, message, point, { format: "der", prehash: true, lowS: false });
      } catch {
        return false;
      }
    },
  };
}
