/**
 * Whether a signed declaration may enter the register, and if not why: one reason of a closed list, in a sentence. Pure:
 * the same log and the same bundle get the same answer. It does not judge whether a declaration is true.
 */
import { refusalOf } from "../entries/foreign.js";
import { admitSigned, type Refused, refusing } from "../entries/signed-admission.js";
import { faultOfRole, ownsName, type RegisteredKey } from "./append-policy.js";
import { openDeclarationBundle, type SignedDeclaration } from "./declarations/declaration-bundle.js";
import { issuedOf, standingOf } from "./declarations/kinds.js";
import { CORRECTABLE, type Correction } from "./declarations/procedure.js";
import { openAuthorityBundle, type SignedAuthorityPolicy } from "./orders/authority-policy.js";
import { faultOfAuthority, faultOfOrder, type OrderFault } from "./orders/order-admission.js";
import {
  type AuthorityRecord,
  authorityRecordOf,
  type DeclaredRecord,
  encodeRecord,
  recordOf,
} from "./register-entry.js";
import type { RegisterIndex } from "./register-index.js";

export const REFUSALS = {
  malformed: "not a signed declaration of a known kind",
  "unknown-key": "signed by a key that is not registered",
  signature: "the signature does not hold",
  role: "the key's roles do not allow this kind",
  standing: "what it says of its own standing does not fit the key",
  name: "the name is not this key's to declare",
  "look-alike": "the name looks like another key's",
  replay: "the statement is in the register already",
  "no-such-statement": "it speaks of a statement that is not in the register",
  "not-own": "only who signed a statement may do this to it",
  settled: "what it speaks of was corrected, withdrawn or closed before",
  date: "it is dated after the operator's clock",
  authority: "no authority's policy in effect lets this key say this",
  notice: "it comes before the notice that is due has run",
  clock: "it would be received before a head that witnesses have cosigned already",
  foreign: "an entry of a kind unknown to this version speaks of what it speaks of",
} as const;
export type RefusalReason = keyof typeof REFUSALS;
const refused = refusing(REFUSALS);

export type Admission = { admitted: true; record: DeclaredRecord; signed: SignedDeclaration } | Refused<RefusalReason>;

/** Clocks differ; a day covers time zones taken for one another. */
const AHEAD_SECONDS_MAX = 86_400;

/** @param received Unix seconds on the operator's clock */
export function admit(index: RegisterIndex, bundle: Uint8Array, received: number): Admission {
  const judged = admitSigned<SignedDeclaration, RegisteredKey, RefusalReason>(
    {
      open: () => openDeclarationBundle(bundle, "declaration"),
      holder: (keyId) => index.registered(keyId, received),
      role: ({ declaration: { kind } }, holder) => faultOfRole(holder, kind),
      known: (statement) => index.statement(statement) !== null,
    },
    refused,
  );
  if (!judged.admitted) return judged;
  const { signed, holder } = judged;
  const { kind, predicate } = signed.declaration;
  const standing = standingOf(kind, predicate);
  const compiler = holder.roles.includes("compiler") && !holder.roles.includes("publisher");
  if (standing.compiled !== compiler)
    return refused(
      "standing",
      compiler ? "a compiler's statement must say so" : "only a compiler's statement may say so",
    );
  if (compiler && standing.sources === 0 && (CORRECTABLE as readonly string[]).includes(kind))
    return refused("standing", "a compiled statement names its sources");
  if (Date.parse(issuedOf(kind, predicate)) / 1000 > received + AHEAD_SECONDS_MAX)
    return refused("date", issuedOf(kind, predicate));
  const record = recordOf(signed, received);
  const fault =
    faultOfForeign(index, record) ??
    faultOfName(index, holder, record) ??
    faultOfTarget(index, record, signed, holder) ??
    (kind.startsWith("order") ? asRefusal(faultOfOrder(index, signed, received)) : null);
  if (fault) return fault;
  encodeRecord(record);
  return { admitted: true, record, signed };
}

/** A later version's entry may have changed what this one rests on: its key, its model, or what it is about. */
function faultOfForeign(index: RegisterIndex, { key, model, about }: DeclaredRecord): Refused<RefusalReason> | null {
  const says = refusalOf(index.foreign.speakingOf([key, model, about ?? null]));
  return says === null ? null : refused("foreign", says);
}

function faultOfName(
  index: RegisterIndex,
  holder: RegisteredKey,
  record: DeclaredRecord,
): Refused<RefusalReason> | null {
  const { name, model: id, key, kind } = record;
  const model = index.models.get(id);
  // Who declares uses a name of its own; who speaks about a model uses the name it has.
  const declares = (CORRECTABLE as readonly string[]).includes(kind) && !holder.roles.includes("auditor");
  if (!declares) {
    // An order may speak of a model that nobody declared here.
    if (!model && kind === "order") return null;
    if (!model) return refused("no-such-statement", `no model ${id} is in the register`);
    return model.entries.some(({ record: other }) => other.name === name)
      ? null
      : refused("name", `${name}; it is ${model.name} here`);
  }
  if (!ownsName(holder, name))
    return refused("name", `${name}; this key's names: ${holder.names.join(", ") || "none"}`);
  const like = index.lookAlike(name, key);
  return like === null ? null : refused("look-alike", `${name} looks like ${like}`);
}

function asRefusal(fault: OrderFault): Refused<RefusalReason> | null {
  return fault && refused(fault.reason, fault.detail);
}

/** An authority's policy, by the same steps. */
export function admitAuthority(index: RegisterIndex, bundle: Uint8Array, received: number): AuthorityAdmission {
  const judged = admitSigned<SignedAuthorityPolicy, RegisteredKey, RefusalReason>(
    {
      open: () => openAuthorityBundle(bundle, "authority policy"),
      holder: (keyId) => index.registered(keyId, received),
      role: (_, holder) => (holder.roles.includes("authority") ? null : `${holder.roles.join(", ")} may not enter it`),
      known: (statement) => index.authorities.has(statement),
    },
    refused,
  );
  if (!judged.admitted) return judged;
  const { signed } = judged;
  const { policy, keyId } = signed;
  if (Date.parse(policy.issued) / 1000 > received + AHEAD_SECONDS_MAX) return refused("date", policy.issued);
  const unknown = refusalOf(index.foreign.speakingOf([keyId, policy.authority, policy.previous]));
  if (unknown !== null) return refused("foreign", unknown);
  const fault = asRefusal(faultOfAuthority(index, signed, received));
  if (fault) return fault;
  const record = authorityRecordOf(signed, received);
  encodeRecord(record);
  return { admitted: true, record, signed };
}

export type AuthorityAdmission =
  | { admitted: true; record: AuthorityRecord; signed: SignedAuthorityPolicy }
  | Refused<RefusalReason>;

function faultOfTarget(
  index: RegisterIndex,
  record: DeclaredRecord,
  signed: SignedDeclaration,
  { roles }: RegisteredKey,
): Refused<RefusalReason> | null {
  const { kind, key, about, model } = record;
  if (kind === "withdrawal" && about === undefined) {
    const state = index.models.get(model);
    if (state?.withdrawnBy) return refused("settled", `the model was withdrawn by entry ${state.withdrawnBy.index}`);
    const authority = roles.includes("authority");
    return authority || state?.entries.some((entry) => entry.record.key === key) ? null : refused("not-own", model);
  }
  if (about === undefined) return null;
  const target = index.statement(about);
  if (!target || target.record.model !== model) return refused("no-such-statement", `${about} about ${model}`);
  if (kind === "correction" || kind === "withdrawal") {
    if (target.record.key !== key) return refused("not-own", `entry ${target.index} was signed by another key`);
    const after = target.correctedBy ?? target.withdrawnBy;
    if (after) return refused("settled", `entry ${target.index}, by entry ${after.index}`);
    const { kind: as } = signed.declaration.predicate as Correction;
    if (kind === "correction" && target.puts !== as)
      return refused("malformed", `entry ${target.index} is a ${target.puts}, its correction a ${as}`);
  }
  if (kind === "challenge-closed") {
    if (target.record.kind !== "challenge")
      return refused("no-such-statement", `entry ${target.index} is no challenge`);
    if (target.closedBy) return refused("settled", `closed by entry ${target.closedBy.index}`);
    const { outcome } = signed.declaration.predicate as { outcome: string };
    const own = target.record.key === key && outcome === "withdrawn";
    if (!own && !roles.includes("authority"))
      return refused("not-own", "who challenged may withdraw; an authority decides");
  }
  return null;
}
