/**
 * The case as a fold over its entries: `fold(pack, entries, asOf)`. Times run out inside it before each entry is judged;
 * what may not be entered is listed and changes nothing, so that the fold is total. Cut into prefixes anywhere and gone on
 * from, it comes to the same.
 */
import type { FactsOf } from "../pack/facts.js";
import type { RulePack } from "../pack/rule-pack.js";
import type { Calendar } from "../time/calendar.js";
import { dayOf, momentText } from "../time/day.js";
import { type CaseEntry, type CaseState, emptyCase } from "./case-state.js";
import { advance, enterState, meetClock, pauseClocks, type Rules, resumeClocks, startClock } from "./clocks.js";
import { EFFECTS } from "./effects.js";
import { type Judged, judge, refusedBy } from "./judge.js";

/** @param later calendars that entries of the case may bring into use, known by digest */
export function rulesOf(pack: RulePack, calendar: Calendar, later: readonly Calendar[] = []): Rules {
  return { pack, calendar, calendars: new Map([calendar, ...later].map((each) => [each.digest, each])) };
}

/** Before the first entry: nothing runs and nobody has joined. */
export function beginCase({ pack, calendar }: Rules): CaseState {
  return emptyCase({ id: pack.data.id, digest: pack.digest }, pack.data.initial, calendar.digest);
}

/**
 * @param entries in the log's order; those received after `asOf` have not happened yet
 * @param asOf Unix seconds: times that ran out before it have run out
 * @param from a state to go on from, which is changed; by default the case before its first entry
 */
export function fold(rules: Rules, entries: Iterable<CaseEntry>, asOf: number, from?: CaseState): CaseState {
  const state = from ?? beginCase(rules);
  for (const entry of entries) {
    if (entry.received > asOf) break;
    take(state, entry, rules);
  }
  advance(state, rules, asOf);
  return state;
}

/** Takes in one entry, or lists why it may not come in. */
export function take(state: CaseState, entry: CaseEntry, rules: Rules): void {
  const judged = enter(state, entry, rules);
  if ("reason" in judged) {
    const { seq, kind, role } = entry;
    state.refused.push({ seq, kind, role, ...judged });
  }
  state.seq = entry.seq + 1;
}

/**
 * Takes in one entry where it may come in. Where not, times have run out up to it and nothing else has changed.
 * @param last what else must hold, asked when all else does
 */
export function enter<R extends string = never>(
  state: CaseState,
  entry: CaseEntry,
  rules: Rules,
  last?: () => { reason: R; says: string } | null,
): Judged | { reason: R; says: string } {
  const { kind, role, key, statement, received, seq, facts } = entry;
  if (received < state.at) return refusedBy("time", `${momentText(received)} before ${momentText(state.at)}`);
  advance(state, rules, received);
  const judged = judge(state, entry, rules);
  if ("reason" in judged) return judged;
  const besides = last?.() ?? null;
  if (besides !== null) return besides;
  const { move } = judged;
  const effect = EFFECTS[kind] as
    | ((state: CaseState, facts: unknown, entry: CaseEntry, rules: Rules) => string | null)
    | undefined;
  const against = effect?.(state, facts, entry, rules) ?? null;
  if (against !== null) return refusedBy("content", against);
  state.seq = seq + 1;
  state.counts[kind] = (state.counts[kind] ?? 0) + 1;
  state.entries[statement] = { seq, kind, role, key, facts };
  for (const timer of move.meets) meetClock(state, timer, received);
  const by = { entry: seq };
  if (move.to !== undefined) enterState(state, rules, move.to, received, by);
  if (move.pauses) pauseClocks(state, received);
  if (move.resumes) resumeClocks(state, received);
  // An urgent order names its return date within the pack's longest.
  const given = kind === "interim.ordered" ? (facts as FactsOf<"interim.ordered">).returnDays : undefined;
  const beginning = { at: received, first: dayOf(received), why: `${kind}, entry ${seq}`, given };
  for (const timer of move.starts) startClock(state, rules, timer, beginning);
  for (const flag of move.flags ?? []) state.flags.push({ flag, at: received, by });
  if (move.clears) state.flags = state.flags.filter(({ flag }) => !move.clears!.includes(flag));
  return judged;
}
