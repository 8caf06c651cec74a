/**
 * Whether an authority may say this: the policy in effect names the key and lets it order so; a lifting or an extension
 * is of the same authority's order, and an extension comes after the notice. The docket entry that an order carries is
 * held against its digest and its proof; whether the docket's log is to be trusted is the reader's policy to say.
 */
import { utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseCheckpoint } from "../../../tlog/checkpoint.js";
import { leafHash } from "../../../tlog/merkle-hash.js";
import { verifyInclusion } from "../../../tlog/merkle-proof.js";
import type { Policy } from "../../../tlog/policy.js";
import { parseProofFile, verifyProofFile } from "../../../tlog/proof-file.js";
import { parseNote } from "../../../tlog/signed-note.js";
import type { SignedDeclaration } from "../declarations/declaration-bundle.js";
import type { Basis, Order, OrderExtended, OrderLifted } from "../declarations/order.js";
import type { ModelId } from "../declarations/vocabulary.js";
import type { RegisterIndex } from "../register-index.js";
import { REPLACEMENT_NOTICE_SECONDS, RESCUE_NOTICE_SECONDS } from "./authorities.js";
import type { SignedAuthorityPolicy } from "./authority-policy.js";
import { faultOfDocketEntry } from "./docket-basis.js";

/** Why not, as a reason of the register's closed list and its detail; null when nothing stands against it. */
export type OrderFault = {
  reason: "authority" | "no-such-statement" | "settled" | "notice" | "malformed";
  detail: string;
} | null;

const DAY_SECONDS = 86_400;

/** @param received Unix seconds: the policy in effect then decides @returns null where it may be entered */
export function faultOfOrder(index: RegisterIndex, signed: SignedDeclaration, received: number): OrderFault {
  const { declaration, keyId } = signed;
  const { kind, predicate, subject } = declaration;
  const acting = index.authorities.acting(keyId, received);
  if (!acting) return fault("authority", `no authority's policy in effect names key ${keyId}`);
  const { effects } = acting.holder;
  if (kind === "order") {
    const order = predicate as Order;
    if (!effects.includes(order.effect))
      return fault("authority", `${acting.authority} lets this key order ${effects.join(", ")}, not ${order.effect}`);
    return faultOfBasis(order.basis, declaration);
  }
  const about = (predicate as OrderLifted | OrderExtended).order;
  const order = index.orders.statement(about);
  if (!order || order.entry.model !== subject.id)
    return fault("no-such-statement", `no order ${about} about ${subject.id}`);
  if (order.authority !== acting.authority)
    return fault(
      "authority",
      `entry ${order.entry.index} is an order of ${order.authority}, not of ${acting.authority}`,
    );
  const whole = order.lifted.find(({ models }) => models === null)?.entry ?? order.entry.withdrawnBy;
  if (whole) return fault("settled", `the order was lifted by entry ${whole.index}`);
  if (kind === "order-lifted") {
    const { basis } = predicate as OrderLifted;
    return basis === null ? null : faultOfBasis(basis, declaration);
  }
  const extended = predicate as OrderExtended;
  if (order.facts.reach === "self") return fault("malformed", `entry ${order.entry.index} means its model alone`);
  const ends = order.entry.record.received + order.facts.noticeDays * DAY_SECONDS;
  if (received < ends)
    return fault(
      "notice",
      `descendants have until ${new Date(ends * 1000).toISOString()} to answer entry ${order.entry.index}`,
    );
  const own = extended.models.find((id) => (id as ModelId) === order.entry.model);
  if (own !== undefined) return fault("malformed", "an order need not be extended to its own model");
  return faultOfBasis(extended.basis, declaration);
}

/** The docket entry carried along is the one named, one to rest on, and in the tree of the checkpoint that comes with it. */
function faultOfBasis(basis: Basis, declaration: SignedDeclaration["declaration"]): OrderFault {
  const { digest, entry } = basis;
  if (entry === null) return null;
  if (sha256Digest(utf8(entry.record)) !== digest)
    return fault("malformed", "the docket entry is not the one the basis names");
  try {
    const { index, proof, checkpoint } = parseProofFile(utf8(entry.proof), "basis");
    const { size, root } = parseCheckpoint(parseNote(checkpoint, "basis").text, "basis");
    const holds = verifyInclusion({ index, size, root, proof, leaf: leafHash(utf8(entry.record)) });
    if (!holds) return fault("malformed", "the proof of the docket entry does not hold");
    const against = faultOfDocketEntry(basis, declaration);
    return against === null ? null : fault("malformed", against);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return fault("malformed", error.message);
  }
}

/** For a reader who trusts a docket's log. @throws SIGNATURE, DIGEST when it does not hold; NOT_FOUND where none is carried */
export function verifyBasis({ digest, entry }: Basis, docket: Policy): { origin: string; index: number } {
  if (entry === null) throw new AssayError("NOT_FOUND", "basis: the order does not carry the docket entry");
  if (sha256Digest(utf8(entry.record)) !== digest) throw new AssayError("DIGEST", "basis: the docket entry is another");
  const file = parseProofFile(utf8(entry.proof), "basis");
  const { origin } = verifyProofFile(file, utf8(entry.record), docket, "basis");
  return { origin, index: file.index };
}

/** Whether an authority's policy follows the one before it, with notice. */
export function faultOfAuthority(index: RegisterIndex, signed: SignedAuthorityPolicy, received: number): OrderFault {
  const { policy, keyId } = signed;
  const { authority, previous } = policy;
  const registered = index.policy.get(keyId)?.roles.includes("authority") ?? false;
  const latest = index.authorities.latest(authority);
  for (const id of policy.keys.keys()) {
    const acting = index.authorities.acting(id, received);
    if (acting && acting.authority !== authority) return fault("authority", `key ${id} acts for ${acting.authority}`);
  }
  if (!latest) {
    if (previous !== null) return fault("no-such-statement", `${authority} has no policy here`);
    return registered
      ? null
      : fault("authority", "the first policy is signed by a key that the register calls an authority");
  }
  if (previous !== latest.statement)
    return fault("settled", `entry ${latest.index} is the latest policy of ${authority}`);
  const own = index.authorities.inEffect(authority, received)?.policy.keys.has(keyId) ?? false;
  if (!own && !registered) return fault("authority", `key ${keyId} is not one of ${authority}`);
  const notice = own ? REPLACEMENT_NOTICE_SECONDS : RESCUE_NOTICE_SECONDS;
  const least = received + notice;
  return Date.parse(policy.effective) / 1000 < least
    ? fault("notice", `it can take effect from ${new Date(least * 1000).toISOString()} on`)
    : null;
}

function fault(reason: NonNullable<OrderFault>["reason"], detail: string): OrderFault {
  return { reason, detail };
}
