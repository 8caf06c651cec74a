/**
 * Who is bound, to what and since when: a fold over the pact's own log. An entry that may not come in is listed with its
 * reason and changes nothing. A party joins by its own word and the depositary's, may reserve only until then, leaves with
 * notice, and may be succeeded by another that takes over what is still to come.
 */
import { fromBase64, hex, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { type EcdsaPublicKey, parseEcdsaKey } from "../../../evidence/ecdsa-key.js";
import { parseCheckpoint } from "../../../tlog/checkpoint.js";
import { parsePolicy, plainPolicy } from "../../../tlog/policy.js";
import { parseNote } from "../../../tlog/signed-note.js";
import { trustCheckpoint } from "../../../tlog/trusted-checkpoint.js";
import { type FactsOf, keyText, type NamedLog, type Said } from "../schema/entry.js";
import type { Pact, PartyKind } from "../schema/pact.js";

export interface PactEntry {
  seq: number;
  said: Said;
  key: string;
  statement: string;
  /** Unix seconds: a witness's clock where one saw it, else the signer's own. */
  at: number;
  clock: "witness" | "signer";
}

export interface Party {
  id: string;
  name: string;
  as: PartyKind;
  of: string | null;
  statement: string;
  signedAt: number;
  /** Unix seconds since when it is bound; null while the depositary has not accepted. */
  boundAt: number | null;
  /** Unix seconds from which it is bound no more. */
  leftAt: number | null;
  leftSaid: number | null;
  keys: Map<string, number>;
  logs: { log: NamedLog; at: number }[];
  /** Obligations it reserved, with its reasons; withdrawn ones with the time. */
  reservations: Map<string, { reasons: string; entry: number; withdrawnAt: number | null }>;
  /** Whom it succeeded and when; who succeeded it. */
  succeeds: { party: string; at: number }[];
  succeededBy: { party: string; at: number } | null;
}

const REFUSALS = {
  pact: "it is of another pact",
  signature: "its key is not that of whoever it speaks for",
  order: "it does not follow from the entries before it",
  party: "it names no party of the pact",
  obligation: "it names no obligation that can be reserved",
  time: "it is dated before the entry before it",
} as const;
type RefusalReason = keyof typeof REFUSALS;

export interface PactState {
  name: string | null;
  pact: string | null;
  rehearsal: boolean;
  depositary: string | null;
  parties: Map<string, Party>;
  /** By key: the party that signs with it, and since when. */
  holders: Map<string, { party: string; since: number }[]>;
  /** Heads of other logs that a party saw, each signed by the log: nobody can make one up. */
  seen: { by: string; head: { origin: string; size: number; root: string; run?: string }; at: number }[];
  /** Entries that came in and are about inspections, incidents, grants. */
  entered: PactEntry[];
  logs: { log: NamedLog; by: string; at: number }[];
  pendingSuccessions: Map<string, { by: string; from: string; entry: number }>;
  refused: { seq: number; kind: string; reason: RefusalReason; says: string }[];
  size: number;
  latest: number;
  /** Public keys by id, of the depositary and of parties: what signatures are checked under. */
  keys: Map<string, EcdsaPublicKey>;
}

/** A pact before its first entry. */
export function newPact(): PactState {
  return {
    name: null,
    pact: null,
    rehearsal: false,
    depositary: null,
    parties: new Map(),
    holders: new Map(),
    seen: [],
    entered: [],
    logs: [],
    pendingSuccessions: new Map(),
    refused: [],
    size: 0,
    latest: 0,
    keys: new Map(),
  };
}

/** A month of leaving is thirty days and ten hours: a twelfth of a year of 365 days. */
const MONTH_SECONDS = (365 * 86_400) / 12;

/** Takes in one entry. @returns why it may not come in; null where it did */
export function enter(state: PactState, entry: PactEntry, pact: Pact): { reason: RefusalReason; says: string } | null {
  const fault = admitted(state, entry, pact);
  state.size++;
  if (fault !== null) {
    const says = `${REFUSALS[fault.reason]}: ${fault.detail}`;
    state.refused.push({ seq: entry.seq, kind: entry.said.kind, reason: fault.reason, says });
    return { reason: fault.reason, says };
  }
  state.latest = Math.max(state.latest, entry.at);
  return null;
}

type Fault = { reason: RefusalReason; detail: string } | null;
const fault = (reason: RefusalReason, detail: string): Fault => ({ reason, detail });

function admitted(state: PactState, entry: PactEntry, pact: Pact): Fault {
  const { said } = entry;
  if (said.kind === "adopted") return adopted(state, entry, said.facts, said.pact, pact);
  if (state.name === null) return fault("order", "a pact's log begins with its adoption");
  if (said.pact !== state.name) return fault("pact", said.pact);
  // A minute of grace: entries of two machines may come in at once.
  if (entry.at < state.latest - pact.data.graceSeconds) return fault("time", said.issued);
  if (said.kind === "signed") return signed(state, entry, said.facts);
  if (said.kind === "accepted") return accepted(state, entry, said.facts, pact);
  const by = entry.key === state.depositary ? "depositary" : (partyOf(state, entry.key, entry.at)?.id ?? null);
  if (said.kind === "named" && by === "depositary") {
    for (const log of said.facts.logs) state.logs.push({ log, by, at: entry.at });
    return null;
  }
  if (said.kind === "head.seen" && by !== null) return headSeen(state, by, entry.at, said.facts);
  // A party that has signed may reserve before it is accepted; all else is for those that are bound.
  const party = state.parties.get(by ?? holderBefore(state, entry.key) ?? "");
  if (!party) return fault("signature", `key ${entry.key}`);
  if (said.kind === "reservation") return reserve(party, said.facts, entry, pact);
  if (party.boundAt === null) return fault("order", `${party.id} is not accepted yet`);
  return ofParty(state, party, entry);
}

function adopted(
  state: PactState,
  entry: PactEntry,
  { pact: digest, publicKey, rehearsal }: FactsOf<"adopted">,
  name: string,
  pact: Pact,
): Fault {
  if (state.name !== null) return fault("order", "the pact is adopted once");
  if (digest !== pact.digest) return fault("pact", `adopts ${digest}, not ${pact.digest}`);
  const key = parseEcdsaKey(publicKey, "pact: depositary's key");
  if (key.id !== entry.key) return fault("signature", "the depositary signs with the key it names");
  state.keys.set(key.id, key);
  Object.assign(state, { name, pact: digest, rehearsal, depositary: key.id });
  return null;
}

function signed(state: PactState, { key, at, statement }: PactEntry, said: FactsOf<"signed">): Fault {
  const own = parseEcdsaKey(said.publicKey, "pact: key of a party");
  const further = shownKeys(state.name!, said.party, said.keys);
  if (typeof further === "string") return fault("signature", further);
  if (own.id !== key) return fault("signature", "a party signs with the key it names");
  if (state.parties.has(said.party)) return fault("order", `${said.party} has signed`);
  if (state.holders.has(key) || key === state.depositary) return fault("signature", "the key is another's");
  const taken = further.find((each) => state.holders.has(each));
  if (taken !== undefined) return fault("signature", `key ${taken} is another party's`);
  state.keys.set(own.id, own);
  const keys = new Map([key, ...further].map((each) => [each, at]));
  for (const each of keys.keys()) state.holders.set(each, [{ party: said.party, since: at }]);
  state.parties.set(said.party, {
    id: said.party,
    name: said.name,
    as: said.as,
    of: said.of,
    statement,
    signedAt: at,
    boundAt: null,
    leftAt: null,
    leftSaid: null,
    keys,
    logs: said.logs.map((log) => ({ log, at })),
    reservations: new Map(),
    succeeds: [],
    succeededBy: null,
  });
  return null;
}

function accepted(state: PactState, { key, at }: PactEntry, { statement }: FactsOf<"accepted">, pact: Pact): Fault {
  if (key !== state.depositary) return fault("signature", "the depositary accepts");
  const pending = state.pendingSuccessions.get(statement);
  if (pending) {
    state.pendingSuccessions.delete(statement);
    const [from, by] = [state.parties.get(pending.from)!, state.parties.get(pending.by)!];
    from.succeededBy = { party: by.id, at };
    by.succeeds.push({ party: from.id, at });
    // What the successor had not reserved it takes over; a reservation of the party before passes with the duty.
    for (const [id, reservation] of from.reservations)
      if (reservation.withdrawnAt === null && !by.reservations.has(id) && pact.obligations.has(id))
        by.reservations.set(id, { ...reservation });
    return null;
  }
  const party = [...state.parties.values()].find((each) => each.statement === statement);
  if (!party) return fault("party", `nobody signed ${statement}`);
  if (party.boundAt !== null) return fault("order", `${party.id} is accepted`);
  party.boundAt = at;
  return null;
}

function reserve(party: Party, { obligation, reasons }: FactsOf<"reservation">, entry: PactEntry, pact: Pact): Fault {
  if (party.boundAt !== null) return fault("order", "a reservation is made before a party is accepted");
  const named = pact.obligations.get(obligation);
  if (!named?.reservable || !named.binds.includes(party.as)) return fault("obligation", obligation);
  party.reservations.set(obligation, { reasons, entry: entry.seq, withdrawnAt: null });
  return null;
}

function ofParty(state: PactState, party: Party, entry: PactEntry): Fault {
  const { said, at } = entry;
  switch (said.kind) {
    case "reservation.withdrawn": {
      const held = party.reservations.get(said.facts.obligation);
      if (!held || held.withdrawnAt !== null) return fault("obligation", said.facts.obligation);
      held.withdrawnAt = at;
      return null;
    }
    case "named": {
      const further = shownKeys(state.name!, party.id, said.facts.keys);
      if (typeof further === "string") return fault("signature", further);
      const taken = further.find((each) => state.holders.has(each) && !party.keys.has(each));
      if (taken !== undefined) return fault("signature", `key ${taken} is another party's`);
      for (const key of further) {
        if (party.keys.has(key)) continue;
        party.keys.set(key, at);
        state.holders.set(key, [{ party: party.id, since: at }]);
      }
      for (const log of said.facts.logs) party.logs.push({ log, at });
      return null;
    }
    case "left":
      if (party.leftSaid !== null) return fault("order", `${party.id} has said that it leaves`);
      party.leftSaid = at;
      state.entered.push(entry);
      return null;
    case "succeeded": {
      const from = state.parties.get(said.facts.party);
      if (!from || from.id === party.id || from.boundAt === null) return fault("party", said.facts.party);
      if (from.succeededBy) return fault("order", `${from.id} has a successor`);
      state.pendingSuccessions.set(entry.statement, { by: party.id, from: from.id, entry: entry.seq });
      return null;
    }
    case "incident":
    case "asked":
      if (!state.parties.has(said.facts.of)) return fault("party", said.facts.of);
      break;
    case "granted":
      if (!state.parties.has(said.facts.to)) return fault("party", said.facts.to);
      break;
    case "received":
      if (!state.parties.has(said.facts.from)) return fault("party", said.facts.from);
      break;
  }
  state.entered.push(entry);
  return null;
}

/** A checkpoint counts where it is signed by the key that the pact's log names for a log of its name. */
function headSeen(state: PactState, by: string, at: number, { checkpoint, run }: FactsOf<"head.seen">): Fault {
  try {
    const bytes = fromBase64(checkpoint, "head seen");
    const { origin } = parseCheckpoint(parseNote(bytes).text);
    const named = [...state.logs, ...[...state.parties.values()].flatMap(({ logs }) => logs)].find(
      ({ log }) => log.origin === origin && log.run === run,
    );
    if (!named) return fault("order", `no log ${origin} is named in the pact's log`);
    const policy = parsePolicy(utf8(plainPolicy([named.log.key])), "verifier key");
    const { size, root } = trustCheckpoint(bytes, policy, `head of ${origin}`);
    state.seen.push({ by, head: { origin, size, root: hex(root), ...(run === undefined ? {} : { run }) }, at });
    return null;
  } catch (error) {
    if (error instanceof AssayError) return fault("signature", error.message);
    throw error;
  }
}

/** Ids of keys that each signed that they are this party's; else why not. */
function shownKeys(pact: string, party: string, keys: FactsOf<"named">["keys"]): string[] | string {
  const ids: string[] = [];
  for (const { publicKey, proof } of keys) {
    try {
      const key = parseEcdsaKey(publicKey, "pact: further key");
      if (!key.verify(fromBase64(proof, "pact: proof of a key"), keyText(pact, party, publicKey)))
        return `key ${key.id} did not sign that it is ${party}'s`;
      ids.push(key.id);
    } catch (error) {
      if (error instanceof AssayError) return error.message;
      throw error;
    }
  }
  return ids;
}

/** The party that a key speaks for at a moment, once it is bound. */
export function partyOf(state: PactState, key: string, at: number): Party | null {
  const id = holderBefore(state, key);
  const party = id === null ? undefined : state.parties.get(id);
  return party && party.boundAt !== null && party.boundAt <= at ? party : null;
}

/** The party that named a key, bound or not. */
export function holderBefore(state: PactState, key: string): string | null {
  return state.holders.get(key)?.[0]?.party ?? null;
}

/** Leaving takes effect after notice. */
export function endOf(party: Party, pact: Pact): number | null {
  return party.leftSaid === null ? null : party.leftSaid + pact.data.leavingMonths * MONTH_SECONDS;
}

/** A party and whoever succeeded it, in order. */
export function lineOf(state: PactState, party: Party): Set<string> {
  const line = new Set([party.id]);
  for (let each = party.succeededBy; each && !line.has(each.party); ) {
    line.add(each.party);
    each = state.parties.get(each.party)?.succeededBy ?? null;
  }
  return line;
}
