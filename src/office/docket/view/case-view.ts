/**
 * What a reader of a circle may be shown of a case: `view(case, tier)` is the only source of pages, feeds, calendars,
 * search, mail and logs. What the circle may not read is left out here and never reaches a template. A sealed entry stays
 * listed with its number, kind, role and time. Facts of a record are public in the log itself, so they are shown; what its
 * signer wrote or attached is shown up to the circle of the entry.
 */
import type { DocketRecord } from "../entry/docket-record.js";
import type { EntryStatement } from "../entry/entry-statement.js";
import type { CaseState } from "../fold/case-state.js";
import type { Rules } from "../fold/clocks.js";
import { allowed, type NextStep } from "../fold/next.js";
import { type StatedCase, stated } from "../fold/stated.js";
import type { FactsOf } from "../pack/facts.js";
import { type EntryKind, type Role, TIERS, type Tier } from "../pack/names.js";
import { momentText } from "../time/day.js";
import { KIND_WORDS } from "./kind-words.js";

/** A case with everything that its entries say, whoever may read it. */
export interface WholeCase {
  id: string;
  origin: string;
  rehearsal: boolean;
  rules: Rules;
  /** Folded to the moment of asking. */
  state: CaseState;
  records: readonly DocketRecord[];
  digests: readonly string[];
  /** What each entry's signer wrote, by its number. */
  said: readonly EntryStatement[];
  /** Parties by the key that signs for them. */
  parties: ReadonlyMap<string, { party: string; name: string }>;
}

export interface EntryView {
  seq: number;
  kind: EntryKind;
  title: string;
  role: Role;
  party: string | null;
  received: string;
  issued: string;
  tier: Tier;
  statement: string;
  record: string;
  /** Number of the entry it speaks of. */
  about: number | null;
  facts: Readonly<Record<string, unknown>>;
  /** Null where the entry has none, or another circle's. */
  text: string | null;
  attachments: { name: string; digest: string }[];
  /** That something lies beside the entry which this circle cannot read. */
  sealed: boolean;
}

export interface ExhibitView {
  exhibit: string;
  /** Null where it is sealed to a narrower circle. */
  title: string | null;
  entry: number;
  kind: string;
  root: string;
  tier: Tier;
  carried: boolean;
  source: string;
  speaksFor: string;
  custody: { entry: number; event: string; rehash: string; purpose: string }[];
  gaps: string[];
}

export interface DeadlineView {
  timer: string;
  of: readonly Role[];
  began: string;
  due: string;
  day: string;
  status: string;
  computation: string[];
  expiry: string;
}

interface DecisionView {
  entry: number;
  outcome: string;
  issues: FactsOf<"decision">["issues"];
  text: string | null;
  appealed: string | null;
}

export interface CaseView {
  type: "assay/case-view/v1";
  case: string;
  origin: string;
  rehearsal: boolean;
  tier: Tier;
  title: string;
  parties: { party: string; roles: Role[] }[];
  stated: StatedCase;
  entries: EntryView[];
  deadlines: DeadlineView[];
  exhibits: ExhibitView[];
  orders: {
    entry: number;
    statement: string;
    rung: number;
    name: string;
    effect: string;
    models: string[];
    reach: string;
    reasons: string;
    standing: string;
    inForce: boolean;
    stayed: boolean;
  }[];
  decision: DecisionView | null;
  /** Who may do what next. */
  next: NextStep[];
  /** Entries whose contents this circle cannot read. */
  sealedEntries: number;
}

/** @param tier the reader's circle: what a narrower one may read is left out, never blanked */
export function view(whole: WholeCase, tier: Tier): CaseView {
  const { state, rules, records } = whole;
  const reads = (other: Tier) => TIERS.indexOf(other) <= TIERS.indexOf(tier);
  const entries = records.map((record, seq) => entryView(whole, record, seq, reads));
  const parties = partiesOf(whole);
  const of = (role: Role) => parties.find(({ roles }) => roles.includes(role))?.party;
  const sides = [of("complainant"), of("respondent")].filter((each) => each !== undefined);
  return {
    type: "assay/case-view/v1",
    case: whole.id,
    origin: whole.origin,
    rehearsal: whole.rehearsal,
    tier,
    title: sides.length === 2 ? `${sides[0]} v. ${sides[1]}` : (sides[0] ?? whole.id),
    parties,
    stated: stated(state, rules),
    entries,
    deadlines: deadlines(state, rules),
    exhibits: exhibits(whole, reads),
    orders: orders(whole),
    decision: decision(state, entries),
    next: allowed(state, rules),
    sealedEntries: entries.filter(({ sealed }) => sealed).length,
  };
}

function entryView(
  { said, digests, parties, state }: WholeCase,
  record: DocketRecord,
  seq: number,
  reads: (tier: Tier) => boolean,
): EntryView {
  const open = reads(record.tier);
  const { text, attachments = [] } = said[seq]!;
  const about = record.about === undefined ? undefined : state.entries[record.about];
  // An exhibit has a circle of its own, which may be narrower than that of the entry it came by.
  const shown = open && (record.kind !== "exhibit" || reads((record.facts as FactsOf<"exhibit">).tier));
  return {
    seq,
    kind: record.kind,
    title: titleOf(record),
    role: record.role,
    party: parties.get(record.key)?.party ?? null,
    received: momentText(record.received),
    issued: record.issued,
    tier: record.tier,
    statement: record.statement,
    record: digests[seq]!,
    about: about?.seq ?? null,
    facts: record.kind === "exhibit" && !shown ? { ...record.facts, title: null } : record.facts,
    text: shown ? (text ?? null) : null,
    attachments: shown ? attachments : [],
    sealed: !shown && (text !== undefined || attachments.length > 0 || record.kind === "exhibit"),
  };
}

/** What is entered about an exhibit names it: its number is public. */
function titleOf({ kind, facts }: DocketRecord): string {
  const { exhibit } = facts as { exhibit?: unknown };
  return typeof exhibit === "string" ? `${KIND_WORDS[kind]} (${exhibit})` : KIND_WORDS[kind];
}

function partiesOf({ records }: WholeCase): CaseView["parties"] {
  const parties = new Map<string, Set<Role>>();
  for (const { kind, facts } of records) {
    if (kind !== "key.enrolled") continue;
    const { party, roles } = facts as FactsOf<"key.enrolled">;
    const held = parties.get(party) ?? new Set();
    for (const role of roles) held.add(role);
    parties.set(party, held);
  }
  return [...parties].map(([party, roles]) => ({ party, roles: [...roles] }));
}

function deadlines(state: CaseState, { pack }: Rules): DeadlineView[] {
  return state.clocks.map(({ timer, began, due, status, computation }) => {
    const { of, expiry } = pack.timers.get(timer)!;
    return {
      timer,
      of,
      began: momentText(began),
      due: momentText(due),
      day: computation.at(-1) ?? "",
      status,
      computation,
      expiry: expiry.note,
    };
  });
}

function exhibits({ state, records }: WholeCase, reads: (tier: Tier) => boolean): ExhibitView[] {
  return Object.values(state.exhibits).map((held) => {
    const { title, kind } = records[held.seq]!.facts as FactsOf<"exhibit">;
    return {
      exhibit: held.exhibit,
      title: reads(held.tier) ? title : null,
      entry: held.seq,
      kind,
      root: held.root,
      tier: held.tier,
      carried: held.carried,
      source: held.source,
      speaksFor: held.speaksFor,
      custody: held.custody.map(({ seq, event, rehash }) => ({
        entry: seq,
        event,
        rehash,
        purpose: (records[seq]!.facts as FactsOf<"custody">).purpose,
      })),
      gaps: held.gaps,
    };
  });
}

function orders({ state, rules, records }: WholeCase): CaseView["orders"] {
  const final = state.state === "final" || state.state === "closed";
  return state.orders.map(({ seq, statement, rung, effect, models, reach, standing, irreversible }) => {
    const stayed = irreversible && !final;
    return {
      entry: seq,
      statement,
      rung,
      name: rules.pack.data.gates.find((gate) => gate.rung === rung)?.name ?? `rung ${rung}`,
      effect,
      models,
      reach,
      reasons: (records[seq]!.facts as FactsOf<"order">).reasons,
      standing,
      inForce: standing === "made" && !stayed,
      stayed,
    };
  });
}

function decision({ decision: held, appeal }: CaseState, entries: readonly EntryView[]): DecisionView | null {
  if (!held) return null;
  return {
    entry: held.seq,
    outcome: held.outcome,
    issues: held.issues,
    text: entries[held.seq]!.text,
    appealed: appeal && (appeal.held ?? "open"),
  };
}
