/**
 * What the entries of a case come to: plain data, so that a state can be kept, compared and gone on from. Everything in
 * it follows from entries and printed times; nothing in it was set by hand.
 */
import type { Digest } from "../../../base/digest.js";
import type { FactsOf, SlotContent } from "../pack/facts.js";
import type { EntryKind, Role, Tier } from "../pack/names.js";

/** What the fold needs of an entry: the record of the log, as far as procedure goes. */
export interface CaseEntry {
  seq: number;
  kind: EntryKind;
  role: Role;
  /** Id of the key that signed; a party's name where a history is replayed without signatures. */
  key: string;
  /** Digest of what was signed: how later entries name this one. */
  statement: string;
  /** Unix seconds on the operator's clock. */
  received: number;
  about?: string;
  facts: Readonly<Record<string, unknown>>;
}

type ClockStatus = "running" | "paused" | "met" | "met late" | "expired" | "ended";

export interface Clock {
  timer: string;
  began: number;
  /** As it began: days of the calendar, or business days. */
  days: number;
  /** The last day as a number, and its end in Unix seconds. */
  day: number;
  due: number;
  computation: string[];
  status: ClockStatus;
  pausedAt: number | null;
  extended: { role: Role; days: number; seq: number }[];
  /** When it was met, ran out or ended. */
  ended: number | null;
  calendar: string;
}

interface Refusal {
  seq: number;
  kind: string;
  role: string;
  reason: RefusalReason;
  says: string;
}

export const REFUSALS = {
  time: "it is received before the entry before it",
  kind: "the pack has no such entry",
  "role-unknown": "the pack has no such role",
  role: "this role may not enter it",
  state: "it may not be entered as the case stands",
  facts: "its facts are not those of its kind, or fit no move of the pack",
  once: "it may be entered once in a case",
  guard: "a guard stands against it",
  duplicate: "the statement is in the case already",
  about: "it speaks of an entry that is not in the case",
  extension: "the time cannot be extended so",
  content: "what it says does not fit the case",
} as const;
export type RefusalReason = keyof typeof REFUSALS;

/** Why the case is in a state: an entry, or a time that ran out. */
export type Cause = { entry: number } | { timer: string; due: number };

export interface PlanState {
  seq: number;
  plan: Digest;
  adopted: number;
  runs: FactsOf<"plan.adopted">["runs"];
  contents: SlotContent[];
  round: number;
  secret: string;
  beacon: { round: number; signature: string; seq: number } | null;
  /** Contents by slot, once opened; what the seed draws, not what anyone says. */
  labels: SlotContent[] | null;
  status: "open" | "clean" | "no controls" | "decoy accused" | "control missed" | "void";
}

export interface FindingState {
  seq: number;
  /** Null where it stands outside the plan: shown, and opening nothing. */
  run: string | null;
  slot: number | null;
  plan: string | null;
  laboratory: string;
  proposition: string;
  outcome: FactsOf<"finding">["outcome"];
  finding: string;
  bundle: string;
  subjects: string[];
  evidence: string[];
  alternatives: number;
  by: string;
  /** Under the plan, on the plan's slot and method, before the labels were opened. */
  planned: boolean;
  recomputed: { by: string; same: boolean; seq: number }[];
}

interface OrderState {
  seq: number;
  statement: string;
  rung: number;
  effect: string;
  models: string[];
  reach: string;
  irreversible: boolean;
  standing: "made" | "lifted" | "reversed" | "set aside";
  noticed: Record<string, { at: number; answered: boolean; held: "reached" | "independent" | null }>;
}

interface ExhibitState {
  seq: number;
  exhibit: string;
  root: string;
  tier: Tier;
  carried: boolean;
  speaksFor: "complainant" | "respondent" | "neither";
  source: string;
  custody: { seq: number; event: string; rehash: string }[];
  /** What does not add up in its custody, in words. */
  gaps: string[];
}

export interface CaseState {
  pack: { id: string; digest: string };
  calendar: string;
  state: string;
  /** Time up to which this is folded: the last entry's, or the asking moment. */
  at: number;
  seq: number;
  members: 1 | 3;
  history: { at: number; state: string; by: Cause }[];
  clocks: Clock[];
  /** Positions of the clocks that run or are paused. */
  running: number[];
  paused: number | null;
  flags: { flag: string; at: number; by: Cause }[];
  refused: Refusal[];
  /** How often each kind was entered. */
  counts: Record<string, number>;
  /** Statement digest to kind, role and place. */
  entries: Record<
    string,
    { seq: number; kind: EntryKind; role: Role; key: string; facts: Readonly<Record<string, unknown>> }
  >;
  beacon: FactsOf<"pack.adopted">["beacon"] | null;
  fee: "paid" | "waived" | "due" | null;
  asserted: { reference: string | null; suspect: string | null; tried: number | null };
  service: { ways: string[]; receipt: number | null };
  respondent: { answered: number | null; heardAt: number | null };
  draw: { round: number; secret: string } | null;
  panel: string[];
  recusals: { of: string; at: number; held: "yes" | "no" | null }[];
  proposals: Record<string, { at: number; comments: Role[] }>;
  plan: PlanState | null;
  /** Plans that went before: void, or put aside. */
  plans: PlanState[];
  findings: FindingState[];
  exhibits: Record<string, ExhibitState>;
  bonds: number[];
  conduct: Record<string, "yes" | "no" | "not shown">;
  refusedOrders: string[];
  decision: { seq: number; outcome: string; issues: FactsOf<"decision">["issues"] } | null;
  orders: OrderState[];
  interim: { seq: number; withoutHearing: boolean } | null;
  appeal: { seq: number; by: Role; held: "upheld" | "varied" | "reversed" | null } | null;
  clubs: Record<string, string[]>;
}

/** @returns a case before its first entry */
export function emptyCase(pack: { id: string; digest: string }, initial: string, calendar: string): CaseState {
  return {
    pack,
    calendar,
    state: initial,
    at: 0,
    seq: 0,
    members: 1,
    history: [],
    clocks: [],
    running: [],
    paused: null,
    flags: [],
    refused: [],
    counts: {},
    entries: Object.create(null),
    beacon: null,
    fee: null,
    asserted: { reference: null, suspect: null, tried: null },
    service: { ways: [], receipt: null },
    respondent: { answered: null, heardAt: null },
    draw: null,
    panel: [],
    recusals: [],
    proposals: Object.create(null),
    plan: null,
    plans: [],
    findings: [],
    exhibits: Object.create(null),
    bonds: [],
    conduct: {},
    refusedOrders: [],
    decision: null,
    orders: [],
    interim: null,
    appeal: null,
    clubs: {},
  };
}
