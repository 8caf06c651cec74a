/**
 * Whether a signed access entry may enter the ledger, and if not why: one reason of a closed list. Judged by what stands in
 * the log alone, so that anyone can judge again. It cannot see the private fields: that they fit their grant is shown to
 * whoever opens them (`opened-ledger.ts`).
 */
import { sha256Digest } from "../../../base/digest.js";
import { refusalOf } from "../../entries/foreign.js";
import { admitSigned, type Refused, refusing } from "../../entries/signed-admission.js";
import { faultOfRole, type RegisteredKey } from "../append-policy.js";
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
  clock: "it would be received before a head that witnesses have cosigned already",
  foreign: "an entry of a kind unknown to this version speaks of what it speaks of",
} as const;
export type AccessRefusalReason = keyof typeof ACCESS_REFUSALS;
const refused = refusing(ACCESS_REFUSALS);

type AccessAdmission = { admitted: true; record: AccessRecord; signed: SignedAccess } | Refused<AccessRefusalReason>;

/** Clocks differ, and what is signed on one day may be sent on the next. Older things are told in a sealed field. */
const DATE_SECONDS_MAX = 86_400;

/** @param sealed the age file @param received Unix seconds on the operator's clock */
export function admitAccess(
  index: RegisterIndex,
  bundle: Uint8Array,
  sealed: Uint8Array,
  received: number,
): AccessAdmission {
  const judged = admitSigned<SignedAccess, RegisteredKey, AccessRefusalReason>(
    {
      open: () => {
        assertSealed(sealed, "access entry");
        return openAccessBundle(bundle, "access entry");
      },
      holder: (keyId) => index.policy.get(keyId),
      role: ({ access }, holder) => faultOfRole(holder, access.kind),
      known: (digest) => index.access.statement(digest) !== null,
    },
    refused,
  );
  if (!judged.admitted) return judged;
  const { signed } = judged;
  const { access, statement } = signed;
  if (sha256Digest(sealed) !== access.sealed) return refused("sealed", access.sealed);
  const unknown = refusalOf(index.foreign.speakingOf([signed.keyId, access.grant, access.delivery]));
  if (unknown !== null) return refused("foreign", unknown);
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

function faultOfGrant({ until }: AccessRecord, received: number): Refused<AccessRefusalReason> | null {
  return Date.parse(until!) / 1000 <= received ? refused("expired", `it ended ${until}`) : null;
}

function faultUnder(
  { access }: RegisterIndex,
  record: AccessRecord,
  received: number,
): Refused<AccessRefusalReason> | null {
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
function faultOfReceipt(
  { deliveries, receipts, entry }: GrantState,
  record: AccessRecord,
): Refused<AccessRefusalReason> | null {
  if (!deliveries.some(({ record: { statement } }) => statement === record.delivery))
    return refused("no-such-grant", `no delivery ${record.delivery} under entry ${entry.index}`);
  const before = receipts.get(record.delivery!);
  return before ? refused("acknowledged", `by entry ${before.index}`) : null;
}
