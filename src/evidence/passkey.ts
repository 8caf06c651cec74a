/**
 * Signatures by a passkey (W3C Web Authentication, level 2, §7.2), checked offline and in plain script. A passkey does not
 * sign a message: it signs its own data and the digest of what the browser says, in which the message stands as a challenge.
 * So that its signature means one message, one place and one person, the challenge is the message's SHA-256, the origin is
 * one that was enrolled, and the device says that it saw its user and checked who that is. It cannot see what the device
 * showed, whether the page at that origin was honest, nor who knows the device's code; counters are not compared, as passkeys
 * that are kept on several devices count nothing.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { canonicalJsonBytes } from "../base/canonical-json.js";

import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import type { EcdsaPublicKey } from "./ecdsa-key.js";

/** SHA-256 of the relying party's id, flags, counter (level 2, §6.1). */
const PLAIN_DATA_BYTES = 37;
const DATA_BYTES_MAX = 1024;
const CLIENT_DATA_BYTES_MAX = 4096;
const SIGNATURE_BYTES_MAX = 80;
const FLAG = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  more: 0x80,
};
/** How a P-256 key begins in DER and base64: the one curve that every authenticator signs with (ES256). */
const P256_BEGINS = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";

const host = "[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?";
/** Where and by which credential a passkey signs: stated when its key is enrolled, and public. */
export const passkeyTerms = z
  .strictObject({
    rpId: z.string().regex(new RegExp(`^${host}$`), "expected a host's name"),
    origins: z
      .array(z.string().regex(new RegExp(`^(https://${host}|http://localhost)(:[0-9]{1,5})?$`), "expected an origin"))
      .min(1)
      .max(4),
    credential: z
      .string()
      .regex(/^[A-Za-z0-9_-]{16,1400}$/)
      .describe("its id, in base64url"),
  })
  .refine(({ rpId, origins }) => origins.every((origin) => isWithin(new URL(origin).hostname, rpId)), {
    message: "expected origins under the host that the passkey is bound to",
  });
export type PasskeyTerms = z.infer<typeof passkeyTerms>;

const isWithin = (name: string, rpId: string) => name === rpId || name.endsWith(`.${rpId}`);

/** What an authenticator answers (AuthenticatorAssertionResponse). */
export interface Assertion {
  authenticatorData: Uint8Array;
  clientDataJSON: Uint8Array;
  /** DER. */
  signature: Uint8Array;
}

const assertionSchema = z.strictObject({
  type: z.literal("assay/passkey-assertion/v1"),
  authenticatorData: z.string(),
  clientDataJSON: z.string(),
  signature: z.string(),
});
const clientSchema = z.looseObject({
  type: z.literal("webauthn.get"),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
});

/** Canonical JSON: what stands in a signature's place. */
export function encodeAssertion({ authenticatorData, clientDataJSON, signature }: Assertion): Uint8Array {
  return canonicalJsonBytes({
    type: "assay/passkey-assertion/v1",
    authenticatorData: base64(authenticatorData),
    clientDataJSON: base64(clientDataJSON),
    signature: base64(signature),
  });
}

/** What an authenticator is to be asked with, 32 bytes. */
export function challengeOf(message: Uint8Array): Uint8Array {
  return sha256(message);
}

/**
 * The key as it signs through its passkey: `verify` takes an encoded assertion in place of a signature.
 * @throws UNSUPPORTED for a key on another curve than P-256
 */
export function passkey(key: EcdsaPublicKey, terms: PasskeyTerms): EcdsaPublicKey {
  if (!key.pem.split("\n")[1]?.startsWith(P256_BEGINS))
    throw new AssayError("UNSUPPORTED", "passkey: expected a key on P-256");
  return {
    pem: key.pem,
    id: key.id,
    verify: (signature, message) => faultOfAssertion(key, terms, signature, message) === null,
    // The bare key, not this one: `quick` would ask again.
    within: (quick) => passkey(quick(key), terms),
  };
}

/** @returns why the assertion does not hold for this message, in a sentence; null when it does; never an error */
export function faultOfAssertion(
  key: EcdsaPublicKey,
  { rpId, origins }: PasskeyTerms,
  bytes: Uint8Array,
  message: Uint8Array,
): string | null {
  const assertion = decodeAssertion(bytes);
  if (assertion === null) return "it is no assertion of a passkey";
  const { authenticatorData: data, clientDataJSON, signature } = assertion;
  const said = clientDataOf(clientDataJSON);
  if (said === null) return "what the browser said is not what it says when a passkey signs";
  if (said.challenge !== base64Url(challengeOf(message))) return "it signs something else";
  if (!origins.includes(said.origin)) return `it was made at ${said.origin}`;
  if (!equalBytes(data.subarray(0, 32), sha256(utf8(rpId)))) return "it is of a passkey that is bound to another host";
  const flags = data[32]!;
  if (!(flags & FLAG.userPresent)) return "the device did not see its user";
  if (!(flags & FLAG.userVerified)) return "the device did not check who its user is";
  if (flags & FLAG.backedUp && !(flags & FLAG.backupEligible)) return "its flags contradict each other";
  if (flags & FLAG.attested || (!(flags & FLAG.more) && data.length !== PLAIN_DATA_BYTES))
    return "its data is of another ceremony";
  const signed = new Uint8Array(data.length + 32);
  signed.set(data);
  signed.set(sha256(clientDataJSON), data.length);
  return key.verify(signature, signed) ? null : "the signature does not hold";
}

/** Bounded before anything is read; null for whatever is malformed. */
function decodeAssertion(bytes: Uint8Array): Assertion | null {
  if (bytes.length > 2 * (DATA_BYTES_MAX + CLIENT_DATA_BYTES_MAX)) return null;
  try {
    const what = "passkey";
    const parsed = assertionSchema.parse(parseStrictJson(fromUtf8(bytes, what), what));
    const assertion = {
      authenticatorData: fromBase64(parsed.authenticatorData, what),
      clientDataJSON: fromBase64(parsed.clientDataJSON, what),
      signature: fromBase64(parsed.signature, what),
    };
    const { authenticatorData: data, clientDataJSON: client, signature } = assertion;
    const fits =
      data.length >= PLAIN_DATA_BYTES &&
      data.length <= DATA_BYTES_MAX &&
      client.length <= CLIENT_DATA_BYTES_MAX &&
      signature.length <= SIGNATURE_BYTES_MAX;
    return fits && equalBytes(encodeAssertion(assertion), bytes) ? assertion : null;
  } catch {
    return null;
  }
}

function clientDataOf(bytes: Uint8Array): z.infer<typeof clientSchema> | null {
  try {
    return clientSchema.parse(parseStrictJson(fromUtf8(bytes, "passkey"), "passkey"));
  } catch {
    return null;
  }
}

/** Without padding (RFC 4648 §5). */
function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
