/**
 * Assertions of a software authenticator, checked by our own verifier and by @simplewebauthn/server: both say the same of
 * each, true or not, but where ours asks for more.
 */
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { parseEcdsaKey } from "../../dist/evidence/ecdsa-key.js";
import { challengeOf, encodeAssertion, faultOfAssertion, passkey, passkeyTerms } from "../../dist/evidence/passkey.js";
import { platformKey } from "../../dist/host/signing/signature-keys.js";
import { FLAGS, makeAuthenticator, type Otherwise } from "../authenticator.ts";

const message = new TextEncoder().encode("the entry");
const device = makeAuthenticator();
const key = parseEcdsaKey(device.publicKey, "key");
const ours = (signature: Uint8Array, text = message, terms = device.terms) =>
  faultOfAssertion(key, terms, signature, text);

/** A P-256 key as COSE writes it (RFC 9053 §7.1.1). */
function coseKey(pem: string): Uint8Array<ArrayBuffer> {
  const { x, y } = createPublicKey(pem).export({ format: "jwk" });
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
  const parts = [head, Buffer.from(x!, "base64url"), Buffer.from([0x22, 0x58, 0x20]), Buffer.from(y!, "base64url")];
  return new Uint8Array(Buffer.concat(parts));
}

async function peer(other: Otherwise, text = message): Promise<boolean> {
  const { authenticatorData, clientDataJSON, signature } = device.ask(message, other);
  const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  const id = device.terms.credential;
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          authenticatorData: b64(authenticatorData),
          clientDataJSON: b64(clientDataJSON),
          signature: b64(signature),
        },
      },
      expectedChallenge: b64(challengeOf(text)),
      expectedOrigin: [...device.terms.origins],
      expectedRPID: device.terms.rpId,
      requireUserVerification: true,
      credential: { id, publicKey: coseKey(device.publicKey), counter: 0 },
    });
    return verified;
  } catch {
    return false;
  }
}

const both = FLAGS.present | FLAGS.verified;
const CASES: [string, Otherwise, string | null][] = [
  ["as it should be", {}, null],
  ["kept on several devices", { flags: both | FLAGS.eligible | FLAGS.backedUp }, null],
  ["with a counter", { counter: 7 }, null],
  ["another port of the host", { origin: "http://localhost:8081" }, "made at http://localhost:8081"],
  ["another site", { origin: "https://docket.example.evil.example" }, "made at"],
  ["another host's passkey", { rpId: "evil.example" }, "another host"],
  ["nobody was there", { flags: FLAGS.verified }, "did not see its user"],
  ["nobody was asked who it is", { flags: FLAGS.present }, "did not check who"],
  ["backed up and not to be", { flags: both | FLAGS.backedUp }, "contradict"],
  ["making a passkey is no signing", { type: "webauthn.create" }, "not what it says when a passkey signs"],
  ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }, "something else"],
];

describe("an assertion", () => {
  test.each(CASES)("%s", async (_, other, fault) => {
    const said = ours(device.sign(message, other));
    if (fault === null) expect(said).toBeNull();
    else expect(said).toContain(fault);
    expect(await peer(other)).toBe(fault === null);
  });

  test("of one message is of no other", async () => {
    const text = new TextEncoder().encode("another entry");
    expect(ours(device.sign(message), text)).toContain("something else");
    expect(await peer({}, text)).toBe(false);
  });

  test("from inside a page of another site is refused, whatever the frame's own origin", () => {
    expect(ours(device.sign(message, { client: { crossOrigin: true } }))).toContain("not what it says");
    expect(ours(device.sign(message, { client: { topOrigin: "https://evil.example" } }))).toContain("not what it says");
  });

  test("with more data than its flags say is refused; with extensions that they say it holds", () => {
    const extra = new Uint8Array([0xa0]);
    expect(ours(device.sign(message, { extra }))).toContain("another ceremony");
    expect(ours(device.sign(message, { extra, flags: both | FLAGS.attested }))).toContain("another ceremony");
    expect(ours(device.sign(message, { extra, flags: both | FLAGS.more }))).toBeNull();
  });

  test("of another key, changed in any byte, in another form, or no assertion at all, does not hold", () => {
    expect(ours(makeAuthenticator().sign(message))).toContain("does not hold");
    const made = device.ask(message);
    for (const part of ["authenticatorData", "clientDataJSON", "signature"] as const)
      for (let at = 0; at < made[part].length; at += 5) {
        const changed = new Uint8Array(made[part]);
        changed[at]! ^= 1;
        expect([part, at, ours(encodeAssertion({ ...made, [part]: changed })) === null]).toEqual([part, at, false]);
      }
    const plain = Buffer.from(encodeAssertion(made)).toString();
    for (const text of [
      `${plain} `,
      plain.replace("{", '{"a":1,'),
      "",
      "{}",
      "null",
      "\u0000".repeat(20_000),
      "[".repeat(5000),
    ])
      expect(ours(new TextEncoder().encode(text))).toContain("no assertion");
    // A bare signature by the same key over the message is none either.
    expect(ours(made.signature)).toContain("no assertion");
  });
});

describe("a passkey as a key", () => {
  test("verifies the same in script and by the platform, and keeps the id of its bare key", () => {
    const made = passkey(key, device.terms);
    for (const each of [made, platformKey(made)]) {
      expect(each.id).toBe(createHash("sha256").update(device.publicKey).digest("hex"));
      expect(each.verify(device.sign(message), message)).toBe(true);
      expect(each.verify(device.sign(message, { flags: FLAGS.present }), message)).toBe(false);
      expect(each.verify(device.ask(message).signature, message)).toBe(false);
    }
  });

  test("is on P-256 alone", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    const other = parseEcdsaKey(publicKey.export({ type: "spki", format: "pem" }).toString(), "key");
    expect(() => passkey(other, device.terms)).toThrow("P-256");
  });

  test("is bound to origins of its own host", () => {
    const ok = (rpId: string, ...origins: string[]) =>
      passkeyTerms.safeParse({ rpId, origins, credential: device.terms.credential }).success;
    expect(ok("docket.example", "https://docket.example", "https://parties.docket.example:8443")).toBe(true);
    expect(ok("localhost", "http://localhost:8080")).toBe(true);
    for (const origin of [
      "https://evil.example",
      "https://notdocket.example",
      "http://docket.example",
      "https://docket.example/",
      "https://docket.example@evil.example",
    ])
      expect([origin, ok("docket.example", origin)]).toEqual([origin, false]);
    expect(ok("docket.example")).toBe(false);
  });
});
