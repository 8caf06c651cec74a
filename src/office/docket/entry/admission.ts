/**
 * Whether a signed entry may enter a case, and if not why: one reason of a closed list, in a sentence. The same for a
 * registrar at the counter and for whoever verifies the case years later. It does not judge whether what is said is true.
 */
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { admitSigned, type Refused, refusing } from "../../entries/signed-admission.js";
import type { CaseState } from "../fold/case-state.js";
import { REFUSALS as OF_PROCEDURE } from "../fold/case-state.js";
import type { Rules } from "../fold/clocks.js";
import { beginCase, enter } from "../fold/fold.js";
import type { FactsOf } from "../pack/facts.js";
import { type DocketRecord, encodeRecord, entryOf, recordOf } from "./docket-record.js";
import { openEntryBundle, type SignedEntry } from "./entry-statement.js";
import { type CaseKey, CaseKeys } from "./keys.js";

export const REFUSALS = {
  ...OF_PROCEDURE,
  malformed: "not a signed entry of a known kind",
  "unknown-key": "signed by a key that does not count in this case at that time",
  signature: "the signature does not hold",
  replay: "the statement is in the case already",
  case: "it speaks of another case",
  seen: "the head of the case that it names is not one of this case",
  date: "it is dated after the operator's clock",
  key: "the key cannot be enrolled or replaced so",
} as const;
export type RefusalReason = keyof typeof REFUSALS;
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

export function openCase(id: string, rules: Rules): OpenCase {
  return { id, rules, state: beginCase(rules), keys: new CaseKeys(id), digests: [], seen: new Map() };
}

/**
 * Admits one signed entry as the next of the case, which is changed when it is.
 * @param received Unix seconds on the operator's clock
 */
export function admit(open: OpenCase, bundle: Uint8Array, received: number): Admission {
  const judged = admitSigned<SignedEntry, CaseKey, RefusalReason>(
    {
      open: () => openEntryBundle(bundle, "case entry"),
      holder: (keyId) => open.keys.holder(keyId, received) ?? firstKey(open, bundle),
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
  const entry = enter(open.state, entryOf(record), open.rules, () => faultOfKeys(open, record, holder));
  if ("reason" in entry) return { admitted: false, ...entry };
  if (said.kind === "pack.adopted") open.keys.begin((said.facts as FactsOf<"pack.adopted">).registrar);
  const bytes = encodeRecord(record);
  open.digests.push(sha256Digest(bytes));
  open.seen.set(signed.keyId, said.seen?.seq ?? -1);
  return { admitted: true, record, bytes };
}

/** The first entry brings the registrar's key with it: who trusts the case trusts that key. */
function firstKey({ id, digests }: OpenCase, bundle: Uint8Array): CaseKey | undefined {
  if (digests.length > 0) return undefined;
  const { said } = openEntryBundle(bundle, "case entry");
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
function faultOfKeys({ keys }: OpenCase, { kind, facts, received }: DocketRecord, holder: CaseKey) {
  const fault =
    kind === "key.enrolled"
      ? keys.enrol(facts as FactsOf<"key.enrolled">, received)
      : kind === "key.replaced"
        ? keys.replace(facts as FactsOf<"key.replaced">, holder.party, received)
        : null;
  return fault === null ? null : ({ reason: "key", says: `${REFUSALS.key}: ${fault}` } as const);
}
