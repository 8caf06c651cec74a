/**
 * How each party stands to each obligation: folded from facts, never asserted. "Met" rests on entries that are named;
 * "not met" on the party's own entry, on one that came late, or on what a panel held; whatever is missing, forged, stale or
 * not handed over is "unable to conclude", in public. It cannot see what no log holds.
 */
import { dayOf, dayText, momentText } from "../../docket/time/day.js";
import type { Fact, LogKind, Source } from "../schema/facts.js";
import type { Obligation, Pact } from "../schema/pact.js";
import { endOf, holderBefore, lineOf, type PactState, type Party } from "./parties.js";
import { answersTo, dueOf, FactIndex, holds } from "./query.js";

export const STANDINGS = ["met", "not met", "unable to conclude", "not yet due", "reserved"] as const;
export type Standing = (typeof STANDINGS)[number];

/** An entry that a standing rests on. */
interface Rests {
  log: LogKind;
  source: string;
  entry: number;
  kind: string;
  at: string;
  as: "occasion" | "answers" | "speaks against" | "late";
}

interface Occasion {
  standing: Exclude<Standing, "reserved">;
  at: string;
  due: string | null;
  computation: string;
  says: string;
  rests: Rests[];
  /** Days since it was due without an answer; null where it is answered or not due. */
  openDays: number | null;
}

export interface StandingOf {
  party: string;
  obligation: string;
  standing: Standing;
  says: string;
  occasions: Occasion[];
}

interface Known {
  state: PactState;
  pact: Pact;
  facts: readonly Fact[];
  sources: readonly Source[];
  asOf: number;
}

/** Of all parties to all obligations that bind them, in the pact's order. */
export function standings(known: Known): StandingOf[] {
  const { state, pact, facts, sources, asOf } = known;
  const usable = new Set(sources.filter(({ holds: sound }) => sound).map(({ id }) => id));
  const index = new FactIndex(
    facts.filter(({ source, log }) => log === "pact" || usable.has(source)),
    asOf,
  );
  const calls = new Map(pact.data.obligations.map((each) => [each.id, bySubject(known, each, index)]));
  const logs: Logs = {
    sources: new Map(sources.map((each) => [`${each.log} ${each.origin} ${each.run ?? ""}`, each])),
    missing: new Map(),
  };
  const out: StandingOf[] = [];
  for (const party of state.parties.values()) {
    if (party.boundAt === null || party.boundAt > asOf) continue;
    for (const obligation of pact.data.obligations)
      if (obligation.binds.includes(party.as))
        out.push(standingOf(known, party, obligation, index, calls.get(obligation.id)!, logs));
  }
  return out;
}

interface Logs {
  sources: ReadonlyMap<string, Source>;
  /** What is amiss with the logs of a kind that a party needs: the same for each of its obligations. */
  missing: Map<string, string[]>;
}

/** What calls for an obligation, by the party that bears it. */
function bySubject(known: Known, { query }: Obligation, index: FactIndex): ReadonlyMap<string, Fact[]> {
  const { state, asOf } = known;
  const out = new Map<string, Fact[]>();
  for (const fact of index.of(query.occasion)) {
    const subject = subjectOf(state, query.occasion.of, fact);
    if (subject === null) continue;
    const bearer = bearerOf(state.parties.get(subject)!, query, fact, asOf);
    const list = out.get(bearer);
    if (list) list.push(fact);
    else out.set(bearer, [fact]);
  }
  return out;
}

function holderOf(state: PactState, key: string): string | null {
  return holderBefore(state, key) ?? (state.parties.has(key) ? key : null);
}

function subjectOf(state: PactState, of: string, fact: Fact): string | null {
  if (of === "signer") return holderOf(state, fact.by);
  const named = fact.attributes[of];
  return typeof named === "string" ? holderOf(state, named) : null;
}

/** What falls due after a succession is the successor's. */
function bearerOf(from: Party, { due }: Obligation["query"], fact: Fact, asOf: number): string {
  const passed = from.succeededBy !== null && from.succeededBy.at <= asOf ? from.succeededBy : null;
  return passed && (dueOf(due, fact).at ?? fact.at) > passed.at ? passed.party : from.id;
}

function standingOf(
  known: Known,
  party: Party,
  obligation: Obligation,
  index: FactIndex,
  calls: ReadonlyMap<string, Fact[]>,
  logs: Logs,
): StandingOf {
  const { state, asOf } = known;
  const head = { party: party.id, obligation: obligation.id };
  const reservation = party.reservations.get(obligation.id);
  if (reservation && (reservation.withdrawnAt === null || reservation.withdrawnAt > asOf))
    return {
      ...head,
      standing: "reserved",
      says: `reserved when it joined (entry ${reservation.entry}): ${reservation.reasons}`,
      occasions: [],
    };
  const missing = missingLogs(known, party, obligation, logs);
  const own = lineOf(state, party);
  for (const { party: before } of party.succeeds) own.add(before);
  const isOwn = ({ by }: Fact) => own.has(holderBefore(state, by) ?? "");
  const occasions: Occasion[] = [];
  for (const fact of calls.get(party.id) ?? []) {
    if (!isBinding(known, obligation, fact, reservation?.withdrawnAt ?? null)) continue;
    const applies = holds(obligation.query.occasion.where, fact);
    if (applies === "no") continue;
    occasions.push(judge(known, obligation, fact, applies === "yes", index, isOwn, missing));
  }
  return { ...head, ...summed(occasions, missing, known, obligation) };
}

/** Whether it came while the party that it is about was bound, and from whom the pact lets it come. */
function isBinding({ state, pact }: Known, { query }: Obligation, fact: Fact, since: number | null): boolean {
  const { of, by } = query.occasion;
  const subject = subjectOf(state, of, fact)!;
  const from = state.parties.get(subject)!;
  const entered = holderOf(state, fact.by);
  if (by === "party" && entered !== subject) return false;
  if (by === "another-party" && (entered === null || entered === subject)) return false;
  const end = endOf(from, pact);
  return fact.at >= Math.max(from.boundAt!, since ?? 0) && (end === null || fact.at < end);
}

function judge(
  { pact, asOf }: Known,
  { query }: Obligation,
  fact: Fact,
  applies: boolean,
  index: FactIndex,
  isOwn: (fact: Fact) => boolean,
  missing: readonly string[],
): Occasion {
  const due = dueOf(query.due, fact);
  const rests: Rests[] = [restsOn(fact, "occasion")];
  const made = (
    standing: Occasion["standing"],
    says: string,
    more: Rests[] = [],
    openDays: number | null = null,
  ): Occasion => ({
    standing,
    at: momentText(fact.at),
    due: due.at === null ? null : momentText(due.at),
    computation: due.computation,
    says,
    rests: [...rests, ...more],
    openDays,
  });
  const answers = query.needs.map((need) => answersTo(need, fact, index, isOwn)[0] ?? null);
  const against = query.against
    .flatMap((need) => answersTo(need, fact, index, isOwn))
    .filter(({ at }) => at >= fact.at);
  const complete = answers.every((each) => each !== null);
  const done = complete ? Math.max(...answers.map((each) => each!.at)) : null;
  const given = answers.flatMap((each) => (each ? [each] : []));
  if (missing.length > 0)
    return made(
      "unable to conclude",
      missing[0]!,
      given.map((each) => restsOn(each, "answers")),
    );
  if (!applies)
    return complete && due.at !== null && done! <= due.at + pact.data.graceSeconds
      ? made(
          "met",
          "answered in time, whether or not it was called for",
          given.map((each) => restsOn(each, "answers")),
        )
      : made("unable to conclude", "whether it was called for is not stated in the entry");
  if (due.at === null) return made("unable to conclude", due.computation);
  // The latest word counts: a refusal that was made good before the due time speaks against nobody any more.
  const latest = against.at(-1);
  // The party's own refusal can be made good until the time is over; what a panel held cannot.
  const stands = latest && (done === null || latest.at > done) && (latest.log === "docket" || asOf > due.at);
  if (latest && stands)
    return made("not met", saidAgainst(latest), [
      ...given.map((each) => restsOn(each, "answers")),
      restsOn(latest, "speaks against"),
    ]);
  if (complete && done! <= due.at + pact.data.graceSeconds) {
    const own = given.find(({ clock }) => clock !== "witness");
    if (query.clock === "witnessed" && own)
      return made(
        "unable to conclude",
        `entry ${own.entry} of ${own.source} was seen by no witness: when it came in is its maker's word`,
        given.map((each) => restsOn(each, "answers")),
      );
    return made(
      "met",
      `answered ${momentText(done!)}, in time`,
      given.map((each) => restsOn(each, "answers")),
    );
  }
  if (complete) {
    const late = given.filter(({ at }) => at > due.at! + pact.data.graceSeconds);
    return made("not met", `answered ${momentText(done!)}, after ${momentText(due.at)}`, [
      ...given.filter((each) => !late.includes(each)).map((each) => restsOn(each, "answers")),
      ...late.map((each) => restsOn(each, "late")),
    ]);
  }
  if (asOf <= due.at + pact.data.graceSeconds)
    return made(
      "not yet due",
      `due ${momentText(due.at)}`,
      given.map((each) => restsOn(each, "answers")),
    );
  const open = dayOf(asOf) - dayOf(due.at);
  return made(
    "unable to conclude",
    `nothing on record answers it; it was due ${momentText(due.at)}. That nothing is on record is no breach by itself`,
    given.map((each) => restsOn(each, "answers")),
    open,
  );
}

function saidAgainst({ kind, log, entry, source }: Fact): string {
  return log === "docket"
    ? `a panel held against it: entry ${entry} (${kind}) of ${source}`
    : `its own entry ${entry} (${kind}) of ${source} says so`;
}

function restsOn({ log, source, entry, kind, at }: Fact, as: Rests["as"]): Rests {
  return { log, source, entry, kind, at: momentText(at), as };
}

/** Which logs a query needs and cannot go by, each with its reason. */
function missingLogs(known: Known, party: Party, { query }: Obligation, logs: Logs): string[] {
  const kinds = new Set([query.occasion, ...query.needs, ...query.against].map(({ log }) => log));
  return [...kinds].flatMap((kind) => {
    const key = `${party.id} ${kind}`;
    const held = logs.missing.get(key) ?? missingOfKind(known, party, kind, logs.sources);
    logs.missing.set(key, held);
    return held;
  });
}

function missingOfKind(
  { state, pact, asOf }: Known,
  party: Party,
  kind: LogKind,
  sources: ReadonlyMap<string, Source>,
): string[] {
  if (kind === "pact") return [];
  const wanted = namedLogs(state, party, asOf).filter((each) => each.kind === kind);
  // A register answers whether anything was entered at all; that a party named no run and no case is no fault of any log.
  if (wanted.length === 0) return kind === "register" ? ["no register is named in the pact's log"] : [];
  return wanted.flatMap(({ origin, run }) => {
    const source = sources.get(`${kind} ${origin} ${run ?? ""}`);
    if (!source) return [`the ${kind} ${origin} was not handed over`];
    if (!source.holds) return [`the ${kind} ${origin} does not hold: ${source.says}`];
    const behind = behindSeen(state, source, asOf);
    if (behind !== null) return [behind];
    const { freshDays } = pact.data;
    return freshDays !== null && asOf - source.until > freshDays * 86_400
      ? [`the ${kind} ${origin} speaks of nothing after ${dayText(dayOf(source.until))}`]
      : [];
  });
}

/** Logs that the depositary and this party named; what others name can leave nothing of a party's unanswered. */
function namedLogs(state: PactState, party: Party, asOf: number) {
  const line = new Set([...lineOf(state, party), ...party.succeeds.map(({ party: id }) => id)]);
  const own = [...line].flatMap((id) => state.parties.get(id)?.logs ?? []);
  return [...state.logs, ...own].filter(({ at }) => at <= asOf).map(({ log }) => log);
}

/** A head that a party saw and that what was handed over does not reach, or contradicts. */
export function behindSeen(state: PactState, source: Source, asOf: number): string | null {
  for (const { by, head, at } of state.seen) {
    if (at > asOf || head.origin !== source.origin || (source.run !== undefined && head.run !== source.run)) continue;
    if (head.size > source.size)
      return `${by} saw ${source.origin} at ${head.size} entries; what was handed over has ${source.size}`;
    if (head.size === source.size && head.root !== source.root)
      return `${by} saw another tree of ${source.origin} at ${head.size} entries`;
  }
  return null;
}

function summed(
  occasions: readonly Occasion[],
  missing: readonly string[],
  { asOf }: Known,
  { query }: Obligation,
): Pick<StandingOf, "standing" | "says" | "occasions"> {
  const list = [...occasions];
  const of = (standing: Standing) => list.filter((each) => each.standing === standing);
  const count = (n: number) => `${n} of ${list.length} occasions`;
  // One word for all occasions: the gravest that is shown, then what cannot be told.
  if (of("not met").length > 0)
    return { standing: "not met", says: `${count(of("not met").length)}: ${of("not met")[0]!.says}`, occasions: list };
  if (missing.length > 0) return { standing: "unable to conclude", says: missing.join("; "), occasions: list };
  const unable = of("unable to conclude");
  if (unable.length > 0)
    return { standing: "unable to conclude", says: `${count(unable.length)}: ${unable[0]!.says}`, occasions: list };
  const met = of("met");
  if (met.length > 0)
    return {
      standing: "met",
      says: `${count(met.length)} answered in time${met.length < list.length ? `, ${list.length - met.length} not yet due` : ""}`,
      occasions: list,
    };
  return {
    standing: "not yet due",
    says:
      list.length > 0
        ? `${count(list.length)} not yet due`
        : `no ${query.occasion.kind} of the ${query.occasion.log} has called for it by ${dayText(dayOf(asOf))}; what is on no record is not seen here`,
    occasions: list,
  };
}
