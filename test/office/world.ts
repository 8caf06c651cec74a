/** A register in memory for tests: keys, declarations by them, and the index they fold into. Parties are fictional. */

import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { DESCENTS } from "../../src/app/known.js";
import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { parseEcdsaKey } from "../../src/evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../../src/evidence/signed-statement.js";
import { type Admission, type AuthorityAdmission, admit, admitAuthority } from "../../src/office/register/admission.js";
import { parseAppendPolicy, type Role } from "../../src/office/register/append-policy.js";
import { openDeclarationBundle } from "../../src/office/register/declarations/declaration-bundle.js";
import type { Derivation } from "../../src/office/register/declarations/derivation.js";
import type { Kind, Predicates } from "../../src/office/register/declarations/kinds.js";
import { EFFECTS } from "../../src/office/register/declarations/order.js";
import { type Declaration, encodeDeclaration, type Subject } from "../../src/office/register/declarations/statement.js";
import type { ModelId } from "../../src/office/register/declarations/vocabulary.js";
import { type AuthorityPredicate, encodeAuthorityPolicy } from "../../src/office/register/orders/authority-policy.js";
import { policyRecord } from "../../src/office/register/register-entry.js";
import { type Entry, RegisterIndex } from "../../src/office/register/register-index.js";

export const NOW = 1_790_000_000;
export const ISSUED = "2026-09-01T12:00:00Z";

export interface Party {
  name: string;
  roles: Role[];
  names: string[];
  pem: string;
  id: string;
  sign: (message: Uint8Array) => Uint8Array;
}

const HASHES = { "P-256": "sha256", "P-384": "sha384", "P-521": "sha512" } as const;

export function party(name: string, roles: Role[], names: string[], curve: keyof typeof HASHES = "P-256"): Party {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const key = createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
  return {
    name,
    roles,
    names,
    pem,
    id: parseEcdsaKey(pem, "test").id,
    sign: (m) => new Uint8Array(sign(HASHES[curve], m, key)),
  };
}

export function policyBytes(parties: readonly Party[]): Uint8Array {
  const keys = parties.map(({ name, pem, roles, names }) => ({ name, publicKey: pem, roles, names }));
  return utf8(JSON.stringify({ type: "assay/register-policy/v1", keys }));
}

export class World {
  readonly index = new RegisterIndex(DESCENTS);
  readonly bundles = new Map<string, Uint8Array>();
  constructor(parties: readonly Party[]) {
    const bytes = policyBytes(parties);
    this.index.add(policyRecord(sha256Digest(bytes), NOW), parseAppendPolicy(bytes, "policy"));
  }
  /** Admitted or not. */
  try(by: Party, subject: Subject, kind: Kind, predicate: Predicates[Kind], received = NOW): Admission {
    return this.enter(bundleOf(by, { subject, kind, predicate }), received);
  }
  enter(bundle: Uint8Array, received = NOW): Admission {
    const judged = admit(this.index, bundle, received);
    if (judged.admitted) {
      this.bundles.set(judged.record.bundle, bundle);
      this.index.add(judged.record, null);
    }
    return judged;
  }
  /** Admitted. @returns the statement's digest */
  say<K extends Kind>(by: Party, subject: Subject, kind: K, predicate: Predicates[K], received = NOW): string {
    const judged = this.try(by, subject, kind, predicate, received);
    if (!judged.admitted) throw new Error(judged.says);
    return judged.record.statement;
  }
  /** An authority's policy, admitted or not. */
  authority(by: Party, said: AuthorityPredicate, received = NOW): AuthorityAdmission {
    const statement = encodeAuthorityPolicy(said);
    const judged = admitAuthority(
      this.index,
      encodeSignedStatement(statement, by.sign(toBeSigned(statement)), by.id),
      received,
    );
    if (judged.admitted) this.index.add(judged.record, judged.signed.policy);
    return judged;
  }
  load = async (entry: Entry): Promise<Declaration> =>
    openDeclarationBundle(this.bundles.get(entry.record.bundle)!, "test").declaration;
}

export function bundleOf(by: Party, declaration: Declaration): Uint8Array {
  const statement = encodeDeclaration(declaration);
  return encodeSignedStatement(statement, by.sign(toBeSigned(statement)), by.id);
}

export function model(name: string): Subject {
  return { name, id: sha256Digest(utf8(name)) as ModelId, uri: null };
}

export function derivation(bases: readonly Subject[] = [], more: Partial<Derivation> = {}): Derivation {
  return {
    issued: ISSUED,
    relation: bases.length === 0 ? "pretrained" : "finetune",
    bases: bases.map(({ name, id }) => ({ name, id })),
    licence: "apache-2.0",
    compute: { flop: null },
    released: null,
    ...more,
  };
}

/** An authority's policy in which these parties may order everything. */
export function keysOf(
  authority: string,
  parties: readonly Party[],
  previous: string | null = null,
  effective = ISSUED,
): AuthorityPredicate {
  const keys = parties.map(({ name, pem }) => ({ name, publicKey: pem, effects: [...EFFECTS] }));
  return { issued: ISSUED, authority, previous, effective, keys, reason: "as the statute says" };
}
