/**
 * The ledger as its owner, or a partner for its part, sees it: entries opened, held against their grants, and asked who
 * had what. What could not be opened is counted and never passed over. It shows what was recorded, not what was copied
 * unrecorded.
 */
import { fromBase64 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import { openAcknowledgement } from "./acknowledgement.js";
import type { AccessFields, Delivery, Grant, Mark, Right } from "./fields.js";
import { type AccessEntry, type AccessLedger, type GrantState, standingOfGrant } from "./ledger.js";
import type { OpenedFields } from "./sealed-fields.js";

/** Opened entries by index. */
export type Opened = ReadonlyMap<number, OpenedFields>;

interface Held {
  entry: number;
  /** Received by the operator, on whose clock and in whose order it stands in the log. */
  logged: string;
  right: Right;
  digest: string;
  /** By the owner's word, where it lay before the entry. */
  handedOver: string | null;
  mark: Mark;
  acknowledged: { entry: number; logged: string } | null;
  /** `logged`: recorded before the date; `claimed`: recorded later, said to have been before. */
  before: "logged" | "claimed";
}

interface Access {
  recipient: string;
  /** Hint of the key it acknowledges with. */
  key: string | null;
  asset: Grant["asset"];
  grant: number;
  granted: string;
  until: string;
  standing: "in force" | "expired" | "revoked";
  revokedBy: number | null;
  rights: readonly Right[];
  purpose: string;
  terms: Grant["terms"];
  mark: Mark;
  deliveries: Held[];
}

export interface WhoHad {
  type: "assay/access-who/v1";
  digest: string;
  before: string | null;
  log: { origin: string; size: number };
  /** Grants of the digest, with what was given under them; a grant without deliveries is a right that was not used. */
  access: Access[];
  /** Entries of the ledger that are sealed to others: who had it may stand there as well. */
  sealedToOthers: number;
  /** Entries that do not hold. */
  faults: string[];
}

const dated = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/** @param before Unix seconds, exclusive; null: up to now @param now Unix seconds, for what is in force */
export function whoHad(
  ledger: AccessLedger,
  opened: Opened,
  question: { digest: string; before: number | null; now: number; log: { origin: string; size: number } },
): WhoHad {
  const { digest, before, now, log } = question;
  const at = before ?? now;
  const access: Access[] = [];
  for (const grant of ledger.grants) {
    const fields = grantOf(opened, grant.entry);
    if (!fields) continue;
    const deliveries = grant.deliveries.flatMap((entry) => held(grant, entry, opened, before));
    const same = deliveries.filter((each) => each.digest === digest);
    if (fields.asset.digest !== digest && same.length === 0) continue;
    // A grant that was logged later counts where something is said to have been handed over before.
    if (!isEarlier(grant.entry, before) && deliveries.length === 0) continue;
    access.push({
      recipient: fields.recipient.name,
      key: keyOf(fields.recipient.publicKey),
      asset: fields.asset,
      grant: grant.entry.index,
      granted: dated(grant.entry.record.received),
      until: grant.entry.record.until!,
      standing: standingOfGrant(grant, at),
      revokedBy: grant.revokedBy && isEarlier(grant.revokedBy, before) ? grant.revokedBy.index : null,
      rights: fields.rights,
      purpose: fields.purpose.kind,
      terms: fields.terms,
      mark: fields.mark,
      // The asset's own digest asks for all copies of it, marked ones too; a marked copy's digest for that copy alone.
      deliveries: fields.asset.digest === digest ? deliveries : same,
    });
  }
  return {
    type: "assay/access-who/v1",
    digest,
    before: before === null ? null : dated(before),
    log,
    access,
    sealedToOthers: ledger.entries.length - opened.size,
    faults: faultsOf(ledger, opened),
  };
}

function held(grant: GrantState, entry: AccessEntry, opened: Opened, before: number | null): Held[] {
  const fields = deliveryOf(opened, entry);
  if (!fields) return [];
  const logged = isEarlier(entry, before);
  const claimed = fields.handedOver !== null && (before === null || Date.parse(fields.handedOver) / 1000 < before);
  if (!logged && !claimed) return [];
  const receipt = grant.receipts.get(entry.record.statement);
  const proven = receipt && isEarlier(receipt, before) && faultOfReceipt(grant, receipt, opened) === null;
  const { right, digest, handedOver, mark } = fields;
  return [
    {
      entry: entry.index,
      logged: dated(entry.record.received),
      right,
      digest,
      handedOver,
      mark,
      acknowledged: proven ? { entry: receipt.index, logged: dated(receipt.record.received) } : null,
      before: logged ? "logged" : "claimed",
    },
  ];
}

function isEarlier({ record }: AccessEntry, before: number | null): boolean {
  return before === null || record.received < before;
}

/** What does not fit, entry by entry: what was given outside its grant, receipts that do not hold. */
function faultsOf(ledger: AccessLedger, opened: Opened): string[] {
  const faults: string[] = [];
  for (const grant of ledger.grants) {
    const granted = grantOf(opened, grant.entry);
    for (const entry of grant.deliveries) {
      const given = deliveryOf(opened, entry);
      const fault = granted && given ? faultOfDelivery(granted, given) : null;
      if (fault) faults.push(`entry ${entry.index}: ${fault} (grant: entry ${grant.entry.index})`);
    }
    for (const receipt of grant.receipts.values()) {
      const fault = faultOfReceipt(grant, receipt, opened);
      if (fault) faults.push(`entry ${receipt.index}: ${fault}`);
    }
  }
  return faults;
}

function faultOfDelivery(granted: Grant, given: Delivery): string | null {
  if (JSON.stringify(given.recipient) !== JSON.stringify(granted.recipient)) return "given to another than was granted";
  if (JSON.stringify(given.asset) !== JSON.stringify(granted.asset)) return "of another thing than was granted";
  if (!granted.rights.includes(given.right)) return `a right that was not granted: ${given.right}`;
  if (given.digest !== granted.asset.digest && given.mark === null) return "another digest, and no mark says why";
  return null;
}

/** Null too where the fields it is judged by are sealed to others. */
function faultOfReceipt(grant: GrantState, receipt: AccessEntry, opened: Opened): string | null {
  const fields = opened.get(receipt.index)?.fields as AccessFields["access-receipt"] | undefined;
  const delivery = grant.deliveries.find(({ record }) => record.statement === receipt.record.delivery);
  const given = delivery ? deliveryOf(opened, delivery) : null;
  const granted = grantOf(opened, grant.entry);
  if (!fields || !delivery || !given || !granted) return null;
  if (granted.recipient.publicKey === null) return "acknowledged, but the grant names no key of the recipient";
  try {
    const what = `entry ${receipt.index}`;
    const { says, verify } = openAcknowledgement(fromBase64(fields.acknowledgement, what), what);
    if (!verify(parseEcdsaKey(granted.recipient.publicKey, what)))
      return "the acknowledgement is not signed by the recipient's key";
    const same =
      says.grant === grant.entry.record.statement &&
      says.delivery === delivery.record.statement &&
      says.digest === given.digest &&
      says.right === given.right;
    return same ? null : "the acknowledgement is of something else";
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return error.message;
  }
}

function grantOf(opened: Opened, { index }: AccessEntry): Grant | null {
  const found = opened.get(index);
  return found?.kind === "access-grant" ? (found.fields as Grant) : null;
}

function deliveryOf(opened: Opened, { index }: AccessEntry): Delivery | null {
  const found = opened.get(index);
  return found?.kind === "access-delivery" ? (found.fields as Delivery) : null;
}

function keyOf(pem: string | null): string | null {
  return pem === null ? null : parseEcdsaKey(pem, "recipient").id;
}
