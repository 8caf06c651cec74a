/**
 * Whether a signed access entry may enter the ledger, and if not why: one reason of a closed list. Judged by what stands in
 * the log alone, so that anyone can judge again. It cannot see the private fields: that they fit their grant is shown to
 * whoever opens them (`opened-ledger.ts`).
 */
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { mayDeclare } from "../append-policy.js";
import { type AccessRecord, accessRecordOf, encodeRecord } from "../register-entry.js";
import type { RegisterIndex } from "../register-index.js";
import { openAccessBundle, type SignedAccess } from "./access-statement.js";
import { type GrantState, standingOfGrant } from "./ledger.js";
import { assertSealed } from "./sealed-fields.js";

export const ACCESS_REFUSALS = {
  malformed: "not a signed access entry of a known kind",
  sealed: "the sealed fields are not those that were signed",
  "unknown-key": "signed by a key that is not registered",
  signature: "the signature does not hold",
  role: "the key's roles do not allow this kind",
  replay: "the statement is in the ledger already",
  copied: "its commitments or sealed fields are those of an earlier entry",
  "no-such-grant": "it stands under a grant, or speaks of a delivery, that is not in the ledger",
  "not-own": "only who signed a grant may enter what is given under it",
  revoked: "the grant was revoked before",
  expired: "the grant has expired",
  acknowledged: "the delivery was acknowledged before",
  backdated: "it is dated too long before the operator's clock, or before its grant",
  date: "it is dated after the operator's clock",
} as const;
export type AccessRefusalReason = keyof typeof ACCESS_REFUSALS;

export type AccessAdmission =
  | { admitted: true; record: AccessRecord; signed: SignedAccess }
  | { admitted: false; reason: AccessRefusalReason; says: string };

/** Clocks differ, and what is signed on one day may be sent on the next. Older things are told in a sealed field. */
export const DATE_SECONDS_MAX = 86_400;

/** @param sealed the age file @param received Unix seconds on the operator's clock */
export function admitAccess(
  index: RegisterIndex,
  bundle: Uint8Array,
  sealed: Uint8Array,
  received: number,
): AccessAdmission {
  let signed: SignedAccess;
  try {
    signed = openAccessBundle(bundle, "access entry");
    assertSealed(sealed, "access entry");
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return refused("malformed", error.message);
  }
  const { access, statement, keyId } = signed;
  if (sha256Digest(sealed) !== access.sealed) return refused("sealed", access.sealed);
  const holder = index.policy.get(keyId);
  if (!holder) return refused("unknown-key", keyId);
  if (!signed.verify(holder.key)) return refused("signature", `key ${keyId}`);
  if (!mayDeclare(holder, access.kind))
    return refused("role", `${holder.roles.join(", ")} may not enter: ${access.kind}`);
  if (index.access.statement(statement)) return refused("replay", statement);
  const record = accessRecordOf(signed, received);
  if (index.access.holds(record)) return refused("copied", statement);
  const issued = Date.parse(access.issued) / 1000;
  if (issued > received + DATE_SECONDS_MAX) return refused("date", access.issued);
  if (issued < received - DATE_SECONDS_MAX) return refused("backdated", access.issued);
  const fault = access.grant === null ? faultOfGrant(record, received) : faultUnder(index, record, received);
  if (fault) return fault;
  encodeRecord(record);
  return { admitted: true, record, signed };
}

function faultOfGrant({ until }: AccessRecord, received: number): AccessAdmission | null {
  return Date.parse(until!) / 1000 <= received ? refused("expired", `it ended ${until}`) : null;
}

function faultUnder({ access }: RegisterIndex, record: AccessRecord, received: number): AccessAdmission | null {
  const grant = access.grant(record.grant!);
  if (!grant) return refused("no-such-grant", record.grant!);
  const { entry } = grant;
  if (entry.record.key !== record.key) return refused("not-own", `entry ${entry.index} was signed by another key`);
  if (Date.parse(record.issued) < Date.parse(entry.record.issued))
    return refused("backdated", `${record.issued}, the grant ${entry.record.issued}`);
  if (record.kind === "access-receipt") return faultOfReceipt(grant, record);
  if (grant.revokedBy) return refused("revoked", `by entry ${grant.revokedBy.index}`);
  const standing = standingOfGrant(grant, received);
  return record.kind === "access-delivery" && standing === "expired"
    ? refused("expired", `entry ${entry.index} ended ${entry.record.until}`)
    : null;
}

/** What was given may be acknowledged after the grant has ended. */
function faultOfReceipt({ deliveries, receipts, entry }: GrantState, record: AccessRecord): AccessAdmission | null {
  if (!deliveries.some(({ record: { statement } }) => statement === record.delivery))
    return refused("no-such-grant", `no delivery ${record.delivery} under entry ${entry.index}`);
  const before = receipts.get(record.delivery!);
  return before ? refused("acknowledged", `by entry ${before.index}`) : null;
}

function refused(reason: AccessRefusalReason, detail: string): AccessAdmission {
  return { admitted: false, reason, says: `${ACCESS_REFUSALS[reason]}: ${detail}` };
}
