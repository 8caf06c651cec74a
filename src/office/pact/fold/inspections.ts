/**
 * Asks for inspection: in order or not, put before those who may refuse them as frivolous, admitted, refused, held; and
 * grants and receipts of access, each side's word against the other's. A mismatch is listed and accuses nobody.
 */

import type { FactsOf } from "../schema/entry.js";
import type { Fact } from "../schema/facts.js";
import type { InspectionRight, Pact } from "../schema/pact.js";
import { type PactEntry, type PactState, type Party, partyOf } from "./parties.js";

type AskStatus =
  | "not in order"
  | "open to refusal"
  | "refused by those who may"
  | "stands"
  | "admitted"
  | "refused by the party"
  | "held";

export interface Ask {
  ask: string;
  entry: number;
  kind: InspectionRight["kind"];
  by: string;
  of: string;
  at: number;
  grounds: FactsOf<"asked">["grounds"];
  status: AskStatus;
  says: string;
  /** Unix seconds: until when it may be refused, and by when it must be admitted; null where it is not in order. */
  filterUntil: number | null;
  admitBy: number | null;
  votes: { party: string; refuse: boolean }[];
  mayVote: number;
  access: "open" | "managed" | null;
  /** What was shielded without other means being offered. */
  unanswered: string[];
}

const HOUR = 3600;
const YEAR = 365 * 86_400;

/** @param recorded statements that logs at hand hold, for grounds that must be on record */
export function readAsks(state: PactState, pact: Pact, recorded: ReadonlySet<string>, asOf: number): Ask[] {
  const asks = new Map<string, Ask>();
  const rights = new Map(pact.data.inspections.map((right) => [right.kind, right]));
  for (const entry of state.entered) {
    if (entry.at > asOf) continue;
    const { said } = entry;
    const by = partyOf(state, entry.key, entry.at)!;
    if (said.kind === "asked") {
      if (!asks.has(said.facts.ask))
        asks.set(said.facts.ask, begin(state, entry, said.facts, by, rights, recorded, asks));
      continue;
    }
    if (said.kind !== "voted" && said.kind !== "admitted" && said.kind !== "refused" && said.kind !== "held") continue;
    const ask = asks.get(said.facts.ask);
    if (!ask || ask.status === "not in order") continue;
    if (said.kind === "voted") vote(state, ask, by, said.facts, entry.at, rights.get(ask.kind)!);
    else follow(ask, by, entry, pact);
  }
  for (const ask of asks.values()) {
    if (ask.status !== "open to refusal" || asOf < ask.filterUntil!) continue;
    ask.status = "stands";
    ask.says = `${refusals(ask)} of ${ask.mayVote} refused it: it stands`;
  }
  return [...asks.values()];
}

function begin(
  state: PactState,
  { at, seq }: PactEntry,
  { ask, kind, of, grounds }: FactsOf<"asked">,
  by: Party,
  rights: ReadonlyMap<string, InspectionRight>,
  recorded: ReadonlySet<string>,
  before: ReadonlyMap<string, Ask>,
): Ask {
  const right = rights.get(kind);
  const asked = state.parties.get(of)!;
  const voters = right?.filter ? votersOf(state, right, by, asked, at) : [];
  const made: Ask = {
    ask,
    entry: seq,
    kind,
    by: by.id,
    of,
    at,
    grounds,
    status: "open to refusal",
    says: right?.filter ? `may be refused for ${right.filter.hours} hours` : "nobody may refuse it",
    filterUntil: at + (right?.filter?.hours ?? 0) * HOUR,
    admitBy: at + ((right?.filter?.hours ?? 0) + (right?.admitHours ?? 0)) * HOUR,
    votes: [],
    mayVote: voters.length,
    access: null,
    unanswered: [],
  };
  const against = faultOfAsk(right, by, asked, grounds, recorded, made, before);
  if (against === null) return made;
  return { ...made, status: "not in order", says: against, filterUntil: null, admitBy: null };
}

function faultOfAsk(
  right: InspectionRight | undefined,
  by: Party,
  asked: Party,
  grounds: FactsOf<"asked">["grounds"],
  recorded: ReadonlySet<string>,
  made: Ask,
  before: ReadonlyMap<string, Ask>,
): string | null {
  if (!right) return `the pact has no ${made.kind} inspection`;
  if (!right.askedBy.includes(by.as)) return `a ${by.as} may not ask for it`;
  if (!right.of.includes(asked.as) || asked.id === by.id) return `it may not be asked of ${asked.id}`;
  if (right.groundsOnRecord && !grounds.some(({ statement }) => statement !== null && recorded.has(statement)))
    return "no ground names an entry of a log that is at hand";
  const year = [...before.values()].filter(
    (each) =>
      each.by === by.id && each.kind === made.kind && each.status !== "not in order" && made.at - each.at < YEAR,
  );
  return year.length >= right.perYear
    ? `${year.length} such asks by ${by.id} within a year; the pact has ${right.perYear}`
    : null;
}

/** All who may vote but the two sides, and the state whose lab is asked. */
function votersOf(state: PactState, { filter }: InspectionRight, by: Party, asked: Party, at: number): Party[] {
  return [...state.parties.values()].filter(
    (each) =>
      each.as === filter!.by &&
      each.boundAt !== null &&
      each.boundAt <= at &&
      each.id !== by.id &&
      each.id !== by.of &&
      each.id !== asked.id &&
      each.id !== asked.of,
  );
}

function refusals({ votes }: Ask): number {
  return votes.filter(({ refuse }) => refuse).length;
}

function vote(
  state: PactState,
  ask: Ask,
  by: Party,
  { refuse, ground }: FactsOf<"voted">,
  at: number,
  right: InspectionRight,
): void {
  if (!right.filter || at > ask.filterUntil! || ask.votes.some(({ party }) => party === by.id)) return;
  const [asker, asked] = [state.parties.get(ask.by)!, state.parties.get(ask.of)!];
  if (!votersOf(state, right, asker, asked, ask.at).includes(by)) return;
  // A refusal gives one of the pact's grounds, or counts as none.
  ask.votes.push({ party: by.id, refuse: refuse && ground !== null && right.filter.grounds.includes(ground) });
  const { of, in: all } = right.filter.share;
  if (ask.mayVote > 0 && refusals(ask) * all >= of * ask.mayVote) {
    ask.status = "refused by those who may";
    ask.says = `${refusals(ask)} of ${ask.mayVote} refused it`;
  }
}

function follow(ask: Ask, by: Party, { said, at }: PactEntry, pact: Pact): void {
  if (ask.status === "refused by those who may") return;
  const right = pact.data.inspections.find(({ kind }) => kind === ask.kind)!;
  if (said.kind === "refused" && by.id === ask.of) {
    ask.status = "refused by the party";
    ask.says = `${ask.of} refused: ${said.facts.reasons}`;
  }
  if (said.kind === "admitted" && by.id === ask.of) {
    const { access, shielded, instead } = said.facts;
    ask.access = access;
    ask.unanswered = shielded.slice(instead.length);
    if (access === "managed" && !right.managed) {
      ask.says = "managed access is not what the pact gives for this";
      return;
    }
    ask.status = "admitted";
    ask.says = `${access} access${ask.unanswered.length > 0 ? `; shielded without other means: ${ask.unanswered.length}` : ""}, ${at > ask.admitBy! ? "late" : "in time"}`;
  }
  if (said.kind === "held" && by.id === ask.by) {
    ask.status = "held";
    ask.access = said.facts.access;
    ask.says = said.facts.complete
      ? "held, and complete by the inspectors' word"
      : "held, and not complete by the inspectors' word";
  }
}

/** Facts of the pact's own log, asks that stand after their filter among them. */
export function factsOfPact(state: PactState, source: string, asks: readonly Ask[], asOf: number): Fact[] {
  const facts: Fact[] = [];
  for (const { seq, said, key, at, clock, statement } of state.entered) {
    const attributes = attributesOf(said, statement);
    if (attributes) facts.push({ log: "pact", source, entry: seq, kind: said.kind, at, clock, by: key, attributes });
  }
  for (const { ask, entry, of, kind, filterUntil, status } of asks) {
    if (filterUntil === null || filterUntil > asOf || status === "refused by those who may") continue;
    const by = state.entered.find(({ seq }) => seq === entry)!;
    const attributes = { ask, of, kind, until: filterUntil };
    facts.push({
      log: "pact",
      source,
      entry,
      kind: "upheld",
      at: filterUntil,
      clock: by.clock,
      by: by.key,
      attributes,
    });
  }
  return facts;
}

function attributesOf(said: PactEntry["said"], statement: string): Fact["attributes"] | null {
  switch (said.kind) {
    case "incident":
      return { incident: said.facts.incident, of: said.facts.of };
    case "notified":
      return { incident: said.facts.incident };
    case "granted":
      return {
        statement,
        to: said.facts.to,
        what: said.facts.what,
        ...(said.facts.grant ? { grant: said.facts.grant } : {}),
      };
    case "received":
      return { granted: said.facts.granted, from: said.facts.from, what: said.facts.what };
    case "asked":
      return { ask: said.facts.ask, of: said.facts.of, kind: said.facts.kind };
    case "admitted":
      return { ask: said.facts.ask, access: said.facts.access };
    case "refused":
      return { ask: said.facts.ask };
    case "held":
      return { ask: said.facts.ask, access: said.facts.access, complete: said.facts.complete };
    default:
      return null;
  }
}

interface Mismatch {
  what: "granted, and no receipt" | "a receipt, and no grant" | "both, of different things" | "no entry in the ledger";
  between: [string, string];
  entries: number[];
  says: string;
}

/** Each side's grants and receipts against the other's. What does not match is a question to both, and no breach. */
export function reconcile(
  state: PactState,
  facts: readonly Fact[],
  asOf: number,
): { matched: number; mismatches: Mismatch[] } {
  const grants = new Map<string, { entry: PactEntry; by: string; facts: FactsOf<"granted"> }>();
  const ledger = new Set(
    facts
      .filter(({ kind, log }) => log === "register" && kind === "grant")
      .map(({ attributes }) => attributes.statement),
  );
  const mismatches: Mismatch[] = [];
  for (const entry of state.entered) {
    const { said } = entry;
    if (said.kind === "granted" && entry.at <= asOf)
      grants.set(entry.statement, { entry, by: partyOf(state, entry.key, entry.at)!.id, facts: said.facts });
  }
  const answered = new Set<string>();
  for (const entry of state.entered) {
    const { said } = entry;
    if (said.kind !== "received" || entry.at > asOf) continue;
    const by = partyOf(state, entry.key, entry.at)!.id;
    const grant = grants.get(said.facts.granted);
    if (!grant || grant.by !== said.facts.from || grant.facts.to !== by)
      mismatches.push({
        what: "a receipt, and no grant",
        between: [said.facts.from, by],
        entries: [entry.seq],
        says: `${by} says that it received from ${said.facts.from}; no grant of ${said.facts.from} to it is on record`,
      });
    else {
      answered.add(said.facts.granted);
      if (grant.facts.what !== said.facts.what)
        mismatches.push({
          what: "both, of different things",
          between: [grant.by, by],
          entries: [grant.entry.seq, entry.seq],
          says: `${grant.by} granted one thing and ${by} received another`,
        });
    }
  }
  let matched = 0;
  for (const [statement, { entry, by, facts: said }] of grants) {
    if (!answered.has(statement))
      mismatches.push({
        what: "granted, and no receipt",
        between: [by, said.to],
        entries: [entry.seq],
        says: `${by} granted to ${said.to}; ${said.to} has not said that it received`,
      });
    else matched++;
    if (said.grant !== null && !ledger.has(said.grant))
      mismatches.push({
        what: "no entry in the ledger",
        between: [by, said.to],
        entries: [entry.seq],
        says: `${by} names a grant in its access ledger; no ledger at hand has it`,
      });
  }
  return { matched, mismatches };
}
