/**
 * Two statistics from 0 to 1. "Operated together" is a product of what must all be there: marks of one list of work (their
 * mean: one weak mark neither evades nor accuses), that no honest explanation accounts for it (a clock, an event of a few
 * days, a public's templates or list of items, many users behind the accounts, customers each with volumes and hours of
 * their own), and a leg that does not stand on content: cards and networks shared by separate
 * customers. "Harvests the model" is that and evidence of harvesting in what is asked, of more than one kind, since one
 * tool's wording is a lawful grader's too. Which part is weakest is told.
 */
import { METHOD_VERSION } from "../method.js";
import type { Measures } from "./measures.js";

export type PropositionId = "traffic/pooled-operation" | "traffic/extraction-workload";

/** Marks of one list of work: its templates are its own, day after day, questions not talk, under no one product's prompt. */
export const MARKS = ["concentration", "persistence", "singleTurn", "beyondProduct"] as const;

/**
 * [measure at which a part counts nothing, measure at which it counts fully]: between the decoys' and the campaigns' of the
 * tuning worlds (validation/traffic.md). Where a measure is near nothing, something honest explains the group.
 */
const PARTS = {
  marks: [0.3, 0.75],
  /** Its templates are mostly other people's. */
  concentration: [0.35, 0.7],
  /** An event of a few days. */
  persistence: [0.05, 0.35],
  /** A tool's relay for single questions, under 80 requests an account, has 0.7; a list dealt out over the day 1. */
  offClock: [0.7, 0.95],
  /** Users of one tool ask the same things: 0.6 and less; a list dealt out has 0.9 and more, or 0.65 where it is dealt twice. */
  division: [0.6, 0.85],
  balance: [0.2, 0.45],
  /** Relays of one tool's users who ask single questions reach 0.95, a list dealt out 0.99 and more. */
  oneStream: [0.955, 0.985],
  oneRhythm: [0.7, 0.92],
  /** A shift of eight hours has 0.4, people's sittings 0.6 to 0.8, a list dealt out over the day 1. */
  oneShift: [0.7, 0.92],
  /** A dozen rows at 20 seconds each leave 0.2 to 0.6, by how many others send; a list dealt out 0.98 and more. */
  noRuns: [0.7, 0.92],
  /** Already told from nothing to all by what could be ruled out (one-stream.ts). */
  crowdSeen: [0, 1],
  /** Tills, cameras and hospitals' lists, whose work comes from people, have 0.45 to 0.65; no tuning campaign that is found less than 0.74. */
  aroundClock: [0.65, 0.74],
  joined: [0.25, 0.7],
  manyCards: [0.4, 0.9],
} as const satisfies Record<string, readonly [number, number]>;
/** Counted for harvesting alone. */
const HARVEST_PARTS = {
  harvest: [0.1, 0.4],
  /** One tool's wording asks one thing of all rows; two things, dealt evenly, have 0.45. */
  manyAsks: [0.05, 0.2],
} as const satisfies Record<string, readonly [number, number]>;
/** What version 8 asked instead: an accusation of that version is held against its own rule. */
const ASKED_BEFORE_9 = { aroundClock: [0.3, 0.65] } as const;
const VERSION = Number(METHOD_VERSION);

export type Part = keyof typeof PARTS | keyof typeof HARVEST_PARTS;

function ramp(value: number, [none, full]: readonly [number, number]): number {
  return Math.min(1, Math.max(0, (value - none) / (full - none)));
}

/** Each part of the statistic from 0 to 1. @param version of the method, 8 or later */
export function partsOf(measures: Measures, version = VERSION): Record<Part, number> {
  const asked = version < 9 ? { ...PARTS, ...ASKED_BEFORE_9 } : PARTS;
  const marks = MARKS.reduce((sum, name) => sum + measures[name], 0) / MARKS.length;
  const of = (name: Exclude<keyof typeof PARTS, "marks">) => ramp(measures[name], asked[name]);
  return {
    marks: ramp(marks, PARTS.marks),
    concentration: of("concentration"),
    persistence: of("persistence"),
    offClock: of("offClock"),
    division: of("division"),
    balance: of("balance"),
    oneStream: of("oneStream"),
    oneRhythm: of("oneRhythm"),
    oneShift: of("oneShift"),
    noRuns: of("noRuns"),
    crowdSeen: of("crowdSeen"),
    aroundClock: of("aroundClock"),
    joined: of("joined"),
    manyCards: of("manyCards"),
    harvest: ramp(measures.harvest, HARVEST_PARTS.harvest),
    manyAsks: version < 9 ? 1 : ramp(measures.manyAsks, HARVEST_PARTS.manyAsks),
  };
}

/**
 * The product of the parts, to six places, and the least of them; harvesting counts for `traffic/extraction-workload`
 * alone.
 */
export function statistic(
  proposition: PropositionId,
  measures: Measures,
  version = VERSION,
): { value: number; weakest: Part } {
  const parts = partsOf(measures, version);
  const names = (Object.keys(parts) as Part[]).filter(
    (name) => !(name in HARVEST_PARTS) || proposition === "traffic/extraction-workload",
  );
  const value = names.reduce((product, name) => product * parts[name], 1);
  const weakest = names.reduce((a, b) => (parts[b] < parts[a] ? b : a));
  return { value: Math.round(1e6 * value) / 1e6, weakest };
}
