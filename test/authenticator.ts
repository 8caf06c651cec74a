/**
 * A passkey in software (W3C Web Authentication, level 2), for tests: it signs what a device would sign, and whatever an
 * attacker would have it sign.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { type Assertion, challengeOf, encodeAssertion, type PasskeyTerms } from "../dist/evidence/passkey.js";

export const FLAGS = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10, attested: 0x40, more: 0x80 };
const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest();

/** What may go otherwise than it should. */
export interface Otherwise {
  origin?: string;
  rpId?: string;
  flags?: number;
  type?: string;
  challenge?: string;
  counter?: number;
  client?: Record<string, unknown>;
  extra?: Uint8Array;
}

export function makeAuthenticator(rpId = "localhost", origin = "http://localhost:8080") {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const terms: PasskeyTerms = { rpId, origins: [origin], credential: randomBytes(16).toString("base64url") };
  const ask = (message: Uint8Array, other: Otherwise = {}): Assertion => {
    const clientDataJSON = Buffer.from(
      JSON.stringify({
        type: other.type ?? "webauthn.get",
        challenge: other.challenge ?? Buffer.from(challengeOf(message)).toString("base64url"),
        origin: other.origin ?? origin,
        crossOrigin: false,
        ...other.client,
      }),
    );
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(other.counter ?? 0);
    const authenticatorData = Buffer.concat([
      sha256(other.rpId ?? rpId),
      Buffer.from([other.flags ?? FLAGS.present | FLAGS.verified]),
      counter,
      other.extra ?? new Uint8Array(0),
    ]);
    const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]), privateKey);
    return {
      authenticatorData: new Uint8Array(authenticatorData),
      clientDataJSON: new Uint8Array(clientDataJSON),
      signature: new Uint8Array(signature),
    };
  };
  return {
    publicKey: pem,
    keyId: createHash("sha256").update(pem).digest("hex"),
    terms,
    ask,
    /** As a signer of the docket signs. */
    sign: (message: Uint8Array, other: Otherwise = {}) => encodeAssertion(ask(message, other)),
  };
}
