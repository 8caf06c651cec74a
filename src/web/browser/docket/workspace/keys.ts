/**
 * Keys in this browser: a passkey that signs entries, and an age identity that may be kept under another passkey (its PRF
 * extension). The device keeps the passkeys; the server gets neither of them.
 */
import {
  armor,
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
  webauthn,
} from "age-encryption";
import { base64, fromBase64, utf8 } from "../../../../base/bytes.js";
import { parseEcdsaKey } from "../../../../evidence/ecdsa-key.js";
import { challengeOf, encodeAssertion, faultOfAssertion, type PasskeyTerms } from "../../../../evidence/passkey.js";
import { enrolmentText } from "../../../../office/docket/entry/keys.js";
import type { FactsOf } from "../../../../office/docket/pack/facts.js";
import type { Role } from "../../../../office/docket/pack/names.js";
import type { CaseView } from "../../../../office/docket/view/case-view.js";
import { here } from "./held.js";

/** A passkey that is enrolled in the case. */
interface Enrolled {
  keyId: string;
  party: string;
  terms: PasskeyTerms | null;
}

/** Keys that may sign in this role, as the entries stand; replaced ones are left out. */
export function keysOf({ entries }: CaseView, role: Role): Enrolled[] {
  const keys = new Map<string, Enrolled & { roles: readonly Role[] }>();
  for (const { kind, facts } of entries) {
    if (kind === "key.enrolled") {
      const { publicKey, party, roles, passkey } = facts as FactsOf<"key.enrolled">;
      const keyId = parseEcdsaKey(publicKey, "key").id;
      keys.set(keyId, { keyId, party, roles, terms: passkey ?? null });
    }
    if (kind === "pack.adopted") {
      const { id: keyId } = parseEcdsaKey((facts as FactsOf<"pack.adopted">).registrar, "key");
      keys.set(keyId, { keyId, party: "registrar", roles: ["registrar"], terms: null });
    }
    if (kind === "key.replaced") {
      const { old, publicKey, passkey } = facts as FactsOf<"key.replaced">;
      const before = keys.get(old);
      const keyId = parseEcdsaKey(publicKey, "key").id;
      if (before) keys.set(keyId, { ...before, keyId, terms: passkey ?? null });
      keys.delete(old);
    }
  }
  return [...keys.values()].filter(({ roles }) => roles.includes(role));
}

const fromUrl = (text: string) =>
  fromBase64(
    text
      .replaceAll("-", "+")
      .replaceAll("_", "/")
      .padEnd(Math.ceil(text.length / 4) * 4, "="),
    "credential",
  );
const toUrl = (bytes: Uint8Array) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Passkeys are bound to a host's name; an address in numbers has none. */
export function namedHere(): boolean {
  return location.hostname === "localhost" || /[a-z]/.test(location.hostname);
}

/** Asks the device. @returns which of the keys signed, and what stands in the signature's place */
export async function signWithPasskey(
  keys: readonly Enrolled[],
  message: Uint8Array,
): Promise<{ keyId: string; signature: Uint8Array }> {
  const bound = keys.filter(({ terms }) => terms?.origins.includes(location.origin));
  if (bound.length === 0) throw new Error("No passkey is enrolled for this role at this address.");
  const { signature, credential } = await ask(
    bound.map(({ terms }) => terms!.credential),
    message,
  );
  const used = bound.find(({ terms }) => terms!.credential === credential);
  if (!used) throw new Error("Another passkey answered than one of those that are enrolled.");
  return { keyId: used.keyId, signature };
}

async function ask(credentials: readonly string[], message: Uint8Array) {
  const got = (await navigator.credentials.get({
    publicKey: {
      challenge: new Uint8Array(challengeOf(message)),
      rpId: location.hostname,
      userVerification: "required",
      allowCredentials: credentials.map((id) => ({ type: "public-key", id: new Uint8Array(fromUrl(id)) })),
    },
  })) as PublicKeyCredential | null;
  if (!got) throw new Error("The device did not answer.");
  const { authenticatorData, clientDataJSON, signature } = got.response as AuthenticatorAssertionResponse;
  return {
    credential: toUrl(new Uint8Array(got.rawId)),
    signature: encodeAssertion({
      authenticatorData: new Uint8Array(authenticatorData),
      clientDataJSON: new Uint8Array(clientDataJSON),
      signature: new Uint8Array(signature),
    }),
  };
}

/** Makes a passkey for this case and signs its enrolment with it. @returns what the registrar enters */
export async function makePasskey(said: { party: string; name: string; roles: Role[] }): Promise<string> {
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { id: location.hostname, name: "Docket" },
      user: {
        id: crypto.getRandomValues(new Uint8Array(16)),
        name: `${said.party}, case ${here}`,
        displayName: said.name,
      },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
    },
  })) as PublicKeyCredential | null;
  const der = made && (made.response as AuthenticatorAttestationResponse).getPublicKey();
  if (!made || !der) throw new Error("The device made no key that can sign here.");
  const body = base64(new Uint8Array(der))
    .match(/.{1,64}/g)!
    .join("\n");
  const key = parseEcdsaKey(`-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`, "passkey");
  const credential = toUrl(new Uint8Array(made.rawId));
  const terms = { rpId: location.hostname, origins: [location.origin], credential };
  const enrolment = { ...said, publicKey: key.pem, passkey: terms };
  const text = enrolmentText(here, enrolment);
  const { signature } = await ask([credential], text);
  const fault = faultOfAssertion(key, terms, signature, text);
  if (fault !== null) throw new Error(`The passkey cannot be enrolled: ${fault}.`);
  return `${JSON.stringify({ ...enrolment, countersignature: base64(signature) })}\n`;
}

const KEPT = "assay-identity";

/** A new identity of the case's kind. @param hybrid whether its recipients are */
export function newIdentity(hybrid: boolean): Promise<string> {
  return hybrid ? generateHybridIdentity() : generateX25519Identity();
}

/** What others seal to. */
export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}

/** Whether an identity is kept under a passkey in this browser. */
export function isKept(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

/** Seals the identity to a new passkey; it can be opened in this browser with that passkey alone. */
export async function keepIdentity(identity: string): Promise<void> {
  const hint = await webauthn.createCredential({ keyName: `Docket identity, ${here}`, rpId: location.hostname });
  const encrypter = new Encrypter();
  encrypter.addRecipient(new webauthn.WebAuthnRecipient({ identity: hint }));
  const sealed = armor.encode(await encrypter.encrypt(utf8(`${identity}\n`)));
  localStorage.setItem(KEPT, JSON.stringify({ hint, sealed }));
}

/** Opens it with the passkey. @throws where the passkey does not answer */
export async function keptIdentity(): Promise<string> {
  const { hint, sealed } = JSON.parse(localStorage.getItem(KEPT)!) as { hint: string; sealed: string };
  const decrypter = new Decrypter();
  decrypter.addIdentity(new webauthn.WebAuthnIdentity({ identity: hint }));
  return new TextDecoder().decode(await decrypter.decrypt(armor.decode(sealed)));
}

/** Takes it out of this browser; the passkey itself the device keeps. */
export function forgetIdentity(): void {
  localStorage.removeItem(KEPT);
}
