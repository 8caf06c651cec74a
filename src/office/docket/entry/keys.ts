/**
 * Who holds which key in a case. The registrar's key stands in the first entry; each further key is enrolled by the
 * registrar and countersigned by itself, with its roles in this case. A replacement takes effect after 48 hours, so that
 * a holder who was robbed can answer it, and is undone by another replacement of the same key before then. It cannot see
 * who stands behind a key.
 */
import { fromBase64 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import { type PasskeyTerms, passkey } from "../../../evidence/passkey.js";
import { toBeSigned } from "../../../evidence/signed-statement.js";
import type { FactsOf } from "../pack/facts.js";
import type { Role } from "../pack/names.js";

const REPLACEMENT_NOTICE_SECONDS = 48 * 3600;
const REGISTRAR_PARTY = "registrar";

export interface CaseKey {
  key: EcdsaPublicKey;
  party: string;
  name: string;
  roles: readonly Role[];
  /** Unix seconds: from when it counts. */
  from: number;
  /** The key whose replacement this is. */
  replaces: string | null;
  /** Set when another replacement came before this one took effect. */
  cancelled: boolean;
}

/** What a new key signs to say that it wants to be enrolled so. */
export function enrolmentText(
  caseId: string,
  said: Pick<FactsOf<"key.enrolled">, "party" | "name" | "roles" | "publicKey"> & {
    passkey?: PasskeyTerms | undefined;
  },
): Uint8Array {
  const { party, name, roles, publicKey, passkey: terms } = said;
  const bound = terms === undefined ? {} : { passkey: terms };
  return toBeSigned(
    canonicalJsonBytes({ type: "assay/key-enrolment/v1", case: caseId, party, name, roles, publicKey, ...bound }),
  );
}

export class CaseKeys {
  readonly #caseId: string;
  readonly #quick: (key: EcdsaPublicKey) => EcdsaPublicKey;
  readonly #keys = new Map<string, CaseKey>();

  /** @param quick the same key, checked by the platform where there is one */
  constructor(caseId: string, quick: (key: EcdsaPublicKey) => EcdsaPublicKey = (key) => key) {
    this.#caseId = caseId;
    this.#quick = quick;
  }

  get all(): ReadonlyMap<string, CaseKey> {
    return this.#keys;
  }

  begin(publicKey: string): CaseKey {
    const key = parseEcdsaKey(publicKey, "registrar's key");
    const held = { key, party: REGISTRAR_PARTY, name: "registrar", roles: ["registrar"] as const, from: 0 };
    this.#keys.set(key.id, { ...held, replaces: null, cancelled: false });
    return this.#keys.get(key.id)!;
  }

  /** The key as it counts at a moment; undefined when it does not. */
  holder(keyId: string, at: number): CaseKey | undefined {
    const held = this.#keys.get(keyId);
    if (!held || held.from > at || held.cancelled) return undefined;
    for (const other of this.#keys.values())
      if (other.replaces === keyId && other.from <= at && !other.cancelled) return undefined;
    return held;
  }

  /** @returns why it cannot be enrolled so; null when it was */
  enrol(said: FactsOf<"key.enrolled">, at: number): string | null {
    const key = readKey(said);
    if (typeof key === "string") return key;
    if (this.#keys.has(key.id)) return `key ${key.id} is enrolled`;
    if (said.roles.includes("registrar") !== (said.party === REGISTRAR_PARTY))
      return "the registrar's role is the office's own, and its only one";
    const clash = conflict(said.roles) ?? this.#conflictOfParty(said);
    if (clash !== null) return clash;
    if (!signedBy(this.#quick(key), enrolmentText(this.#caseId, said), said.countersignature))
      return "the new key did not sign its enrolment";
    const { party, name, roles } = said;
    this.#keys.set(key.id, { key, party, name, roles, from: at, replaces: null, cancelled: false });
    return null;
  }

  #conflictOfParty({ party, roles }: FactsOf<"key.enrolled">): string | null {
    const held = [...this.#keys.values()].filter((each) => each.party === party).flatMap((each) => each.roles);
    return conflict([...held, ...roles]);
  }

  /** @param by party of the key that signed it */
  replace(said: FactsOf<"key.replaced">, by: string, at: number): string | null {
    const old = this.#keys.get(said.old);
    if (!old) return `no key ${said.old}`;
    if (old.party !== by) return "only a key of the same party replaces one";
    const key = readKey(said);
    if (typeof key === "string") return key;
    if (this.#keys.has(key.id)) return `key ${key.id} is enrolled`;
    const { party, name, roles } = old;
    if (
      !signedBy(
        this.#quick(key),
        enrolmentText(this.#caseId, { ...said, party, name, roles: [...roles] }),
        said.countersignature,
      )
    )
      return "the new key did not sign its enrolment";
    for (const other of this.#keys.values()) if (other.replaces === said.old && other.from > at) other.cancelled = true;
    this.#keys.set(key.id, {
      key,
      party,
      name,
      roles,
      from: at + REPLACEMENT_NOTICE_SECONDS,
      replaces: said.old,
      cancelled: false,
    });
    return null;
  }
}

/** Nobody judges in their own cause, tests what they judge, or computes again what they computed. */
const APART: readonly (readonly Role[])[] = [
  ["complainant", "respondent", "panel", "appeal-panel", "registrar", "custodian", "examiner", "second-examiner"],
  // Who looks into the other side's systems is neither side nor judge; a descendant may be the respondent's own.
  ["complainant", "respondent", "panel", "appeal-panel", "registrar", "inspector"],
  ["complainant", "panel", "appeal-panel", "registrar", "custodian", "examiner", "second-examiner", "descendant"],
];

function conflict(roles: readonly Role[]): string | null {
  for (const group of APART) {
    const held = [...new Set(roles.filter((role) => group.includes(role)))];
    if (held.length > 1) return `one party cannot be ${held.join(" and ")}`;
  }
  return null;
}

function readKey(said: Pick<FactsOf<"key.enrolled">, "publicKey" | "passkey">): EcdsaPublicKey | string {
  try {
    const key = parseEcdsaKey(said.publicKey, "key");
    return said.passkey === undefined ? key : passkey(key, said.passkey);
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  }
}

function signedBy(key: EcdsaPublicKey, text: Uint8Array, signature: string): boolean {
  try {
    return key.verify(fromBase64(signature, "countersignature"), text);
  } catch (error) {
    if (error instanceof AssayError) return false;
    throw error;
  }
}
