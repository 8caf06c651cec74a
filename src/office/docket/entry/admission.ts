/**
 * Whether a signed entry may enter a case, and if not why: one reason of a closed list, in a sentence. The same for a
 * registrar at the counter and for whoever verifies the case years later. It does not judge whether what is said is true.
 */
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { QUICKNET, verifyRound } from "../../../evidence/drand.js";
import type { EcdsaPublicKey } from "../../../evidence/ecdsa-key.js";
import { admitSigned, type Refused, refusing } from "../../entries/signed-admission.js";
import type { CaseState } from "../fold/case-state.js";
import { REFUSALS as OF_PROCEDURE } from "../fold/case-state.js";
import type { Rules } from "../fold/clocks.js";
import { beginCase, enter } from "../fold/fold.js";
import type { FactsOf } from "../pack/facts.js";
import { type DocketRecord, digestOfRecord, encodeRecord, entryOf, recordOf } from "./docket-record.js";
import { openEntryBundle, readEntry, type SignedEntry } from "./entry-statement.js";
import { type CaseKey, CaseKeys } from "./keys.js";

const REFUSALS = {
  ...OF_PROCEDURE,
  malformed: "not a signed entry of a known kind",
  "unknown-key": "signed by a key that does not count in this case at that time",
  signature: "the signature does not hold",
  replay: "the statement is in the case already",
  case: "it speaks of another case",
  seen: "the head of the case that it names is not one of this case",
  date: "it is dated after the operator's clock",
  key: "the key cannot be enrolled or replaced so",
  beacon: "the beacon's round does not hold",
} as const;
type RefusalReason = keyof typeof REFUSALS;
const refused = refusing(REFUSALS);

export type Admission = { admitted: true; record: DocketRecord; bytes: Uint8Array } | Refused<RefusalReason>;

/** Clocks differ; a day covers time zones taken for one another. */
const AHEAD_SECONDS_MAX = 86_400;

/** A case as far as it was admitted. */
export interface OpenCase {
  id: string;
  rules: Rules;
  state: CaseState;
  keys: CaseKeys;
  /** Digest of each record, by its number. */
  digests: Digest[];
  /** The latest head that each key named. */
  seen: Map<string, number>;
}

/** @param quick the same key, checked by the platform where there is one */
export function openCase(id: string, rules: Rules, quick?: (key: EcdsaPublicKey) => EcdsaPublicKey): OpenCase {
  return { id, rules, state: beginCase(rules), keys: new CaseKeys(id, quick), digests: [], seen: new Map() };
}

/**
 * Admits one signed entry as the next of the case, which is changed when it is.
 * @param received Unix seconds on the operator's clock
 * @param quick the same key, checked by the platform where there is one
 */
export function admit(
  open: OpenCase,
  bundle: Uint8Array,
  received: number,
  quick: (key: EcdsaPublicKey) => EcdsaPublicKey = (key) => key,
): Admission {
  return judge(open, () => openEntryBundle(bundle, "case entry"), received, quick);
}

/**
 * The same of an entry that is not signed yet, so that nobody signs what would be refused: all but its signature is judged.
 * The case is changed as by the entry itself and is not used after that.
 */
export function judgeUnsigned(open: OpenCase, statement: Uint8Array, keyId: string, received: number): Admission {
  const digest = sha256Digest(statement);
  const signed = (): SignedEntry => ({
    said: readEntry(statement, "case entry"),
    statement: digest,
    bundle: digest,
    keyId,
    verify: () => true,
  });
  return judge(open, signed, received, (key) => key);
}

function judge(
  open: OpenCase,
  read: () => SignedEntry,
  received: number,
  quick: (key: EcdsaPublicKey) => EcdsaPublicKey,
): Admission {
  const judged = admitSigned<SignedEntry, CaseKey, RefusalReason>(
    {
      open: read,
      holder: (keyId) => {
        const held = open.keys.holder(keyId, received) ?? firstKey(open, read);
        return held && { ...held, key: quick(held.key) };
      },
      role: ({ said }, holder) =>
        holder.roles.includes(said.role) ? null : `${holder.name} is ${holder.roles.join(", ")}, not ${said.role}`,
      known: (statement) => open.state.entries[statement] !== undefined,
    },
    refused,
  );
  if (!judged.admitted) return judged;
  const { signed, holder } = judged;
  const { said } = signed;
  if (said.case !== open.id) return refused("case", said.case);
  if (Date.parse(said.issued) / 1000 > received + AHEAD_SECONDS_MAX) return refused("date", said.issued);
  const unseen = faultOfSeen(open, said, signed.keyId);
  if (unseen !== null) return refused("seen", unseen);
  const seq = open.digests.length;
  const record = recordOf(signed, { seq, prev: open.digests.at(-1) ?? null, received });
  const bytes = encodeRecord(record);
  const fault = entered(open, record, holder.party, () => faultOfBeacon(open, record));
  return fault ? { admitted: false, ...fault } : { admitted: true, record, bytes };
}

/**
 * Takes in a record of one's own log again, which was admitted before: everything but signatures is judged anew.
 * @returns why it does not fit; null when it does
 */
export function readmit(open: OpenCase, record: DocketRecord): string | null {
  const at = open.digests.length;
  if (record.case !== open.id || record.seq !== at || record.prev !== (open.digests.at(-1) ?? null))
    return `entry ${at} of ${open.id} does not follow the one before`;
  const party = open.keys.holder(record.key, record.received)?.party ?? "";
  return entered(open, record, party, () => null)?.says ?? null;
}

type Fault = { reason: RefusalReason; says: string };

function entered(open: OpenCase, record: DocketRecord, party: string, besides: () => Fault | null): Fault | null {
  const last = () => besides() ?? faultOfKeys(open, record, party);
  const entry = enter(open.state, entryOf(record), open.rules, last);
  if ("reason" in entry) return entry;
  if (record.kind === "pack.adopted") open.keys.begin((record.facts as FactsOf<"pack.adopted">).registrar);
  open.digests.push(digestOfRecord(record));
  open.seen.set(record.key, record.seen?.seq ?? -1);
  return null;
}

/** A round's signature takes a tenth of a second to check: here, once, and not in the fold. */
function faultOfBeacon({ state }: OpenCase, { kind, facts }: DocketRecord): Fault | null {
  const fault = (says: string): Fault => ({ reason: "beacon", says: `${REFUSALS.beacon}: ${says}` });
  if (kind === "pack.adopted") {
    const { chain, publicKey, genesis, period, standIn } = (facts as FactsOf<"pack.adopted">).beacon;
    const same = publicKey === QUICKNET.publicKey && genesis === QUICKNET.genesis && period === QUICKNET.period;
    if ((chain === "quicknet") !== same) return fault("quicknet is one chain, and no other is called so");
    return same === standIn ? fault("a chain of one office is a stand-in and says so; quicknet is none") : null;
  }
  const { signature } = facts as { signature?: string };
  if ((kind !== "beacon" && kind !== "panel.drawn") || signature === undefined || !state.beacon) return null;
  const round = kind === "beacon" ? (facts as FactsOf<"beacon">).round : state.draw?.round;
  if (round === undefined || verifyRound(state.beacon, round, signature)) return null;
  return fault(`the signature is not of round ${round} of ${state.beacon.chain}`);
}

/** The first entry brings the registrar's key with it: who trusts the case trusts that key. */
function firstKey({ id, digests }: OpenCase, read: () => SignedEntry): CaseKey | undefined {
  if (digests.length > 0) return undefined;
  const { said } = read();
  if (said.kind !== "pack.adopted" || typeof said.facts.registrar !== "string") return undefined;
  return new CaseKeys(id).begin(said.facts.registrar);
}

function faultOfSeen({ digests, seen }: OpenCase, said: SignedEntry["said"], keyId: string): string | null {
  if (digests.length === 0) return said.seen === null ? null : "there is no entry yet";
  if (said.seen === null) return "it names none";
  const { seq, record } = said.seen;
  if (digests[seq] !== record) return `entry ${seq} of this case is ${digests[seq] ?? "not there"}, not ${record}`;
  const before = seen.get(keyId) ?? -1;
  return seq < before ? `its key had seen entry ${before} before` : null;
}

/** Judged last, when nothing else stands against the entry, as it changes the list of keys. */
function faultOfKeys({ keys }: OpenCase, { kind, facts, received }: DocketRecord, party: string): Fault | null {
  const fault =
    kind === "key.enrolled"
      ? keys.enrol(facts as FactsOf<"key.enrolled">, received)
      : kind === "key.replaced"
        ? keys.replace(facts as FactsOf<"key.replaced">, party, received)
        : null;
  return fault === null ? null : { reason: "key", says: `${REFUSALS.key}: ${fault}` };
}
