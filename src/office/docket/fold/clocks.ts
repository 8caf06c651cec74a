/**
 * Clocks of a case. They run out inside the fold, in the order of their ends, before the next entry is judged: nobody can
 * forget to press a button. A clock only ever gets longer: by an extension, by a pause, by holidays that a later calendar
 * knows. `docs/docket-packs.md` says the same in words.
 */
import type { Role } from "../pack/names.js";
import type { RulePack, Timer } from "../pack/rule-pack.js";
import { businessDays, type Calendar } from "../time/calendar.js";
import { DAY_SECONDS, dayOf, dayText, endOfDay, momentText } from "../time/day.js";
import { ends } from "../time/deadline.js";
import type { CaseState, Cause, Clock } from "./case-state.js";

export interface Rules {
  pack: RulePack;
  calendar: Calendar;
  /** Calendars that a later entry may bring, by digest. */
  calendars: ReadonlyMap<string, Calendar>;
}

/** `*` stands for every state. */
export function within(list: "*" | readonly string[], state: string): boolean {
  return list === "*" || list.includes(state);
}

function calendarOf(state: CaseState, { calendar, calendars }: Rules): Calendar {
  return calendars.get(state.calendar) ?? calendar;
}

function daysOf({ days }: Timer, members: 1 | 3): number {
  return typeof days === "number" ? days : days[members];
}

/** What begins a clock. */
interface Beginning {
  /** Unix seconds. */
  at: number;
  /** The day from which it is counted. */
  first: number;
  /** In words. */
  why: string;
  /** The days that the entry itself gives, where it may give fewer than the pack. */
  given?: number | undefined;
}

/** Begins the clock of a timer; one that runs ends. */
export function startClock(state: CaseState, rules: Rules, id: string, { at, first, why, given }: Beginning): void {
  const timer = rules.pack.timers.get(id)!;
  // One clock a timer: a new one takes the old one's place.
  for (const position of [...state.running])
    if (state.clocks[position]!.timer === id) end(state, position, "ended", at);
  const calendar = calendarOf(state, rules);
  const most = daysOf(timer, state.members);
  const days = Math.min(most, given ?? most);
  const business = timer.calendar === "business";
  const { day, notes } = business ? businessDays(first, days, calendar) : { day: first + days, notes: [] as string[] };
  const clock: Clock = {
    timer: id,
    began: at,
    days,
    day,
    due: endOfDay(day),
    computation: [
      `began ${momentText(at)}: ${why}; counted from ${dayText(first)}`,
      business
        ? `+ ${days} business days by ${calendar.id}: ${dayText(day)}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`
        : `+ ${days} days: ${dayText(day)}`,
      ends(day),
    ],
    status: state.paused === null ? "running" : "paused",
    pausedAt: state.paused === null ? null : at,
    extended: [],
    ended: null,
    calendar: state.calendar,
  };
  state.running.push(state.clocks.push(clock) - 1);
}

function end(state: CaseState, position: number, status: "ended" | "met" | "met late" | "expired", at: number): void {
  const clock = state.clocks[position]!;
  clock.status = status;
  clock.ended = at;
  state.running.splice(state.running.indexOf(position), 1);
}

/** What an entry meets: in time, or, where the clock ran out before, late. */
export function meetClock(state: CaseState, id: string, at: number): void {
  for (const position of state.running)
    if (state.clocks[position]!.timer === id) {
      end(state, position, "met", at);
      return;
    }
  const last = state.clocks.findLast(({ timer }) => timer === id);
  if (last?.status === "expired") {
    last.status = "met late";
    last.ended = at;
  }
}

/** The longest it may be extended by one role at once, and how often still; null where it may not. */
export function extensionFor(
  state: CaseState,
  pack: RulePack,
  id: string,
  role: Role,
): { days: number; left: number } | null {
  const clock = runningClock(state, id);
  const rule = pack.timers.get(id)?.extend.find(({ by }) => by.includes(role));
  if (!clock || !rule) return null;
  const used = clock.extended.filter((each) => each.role === role).length;
  return used < rule.times ? { days: rule.days, left: rule.times - used } : null;
}

/** The clock of a timer that runs or is paused; the pack starts no timer twice at once. */
export function runningClock(state: CaseState, id: string): Clock | undefined {
  const position = state.running.find((each) => state.clocks[each]!.timer === id);
  return position === undefined ? undefined : state.clocks[position];
}

/** @param days business days where the timer counts those @param seq of the entry that extends it */
export function extendClock(state: CaseState, rules: Rules, id: string, days: number, role: Role, seq: number): void {
  const clock = runningClock(state, id)!;
  const business = rules.pack.timers.get(id)!.calendar === "business";
  const day = business ? businessDays(clock.day, days, calendarOf(state, rules)).day : clock.day + days;
  clock.extended.push({ role, days, seq });
  lengthen(clock, day, `+ ${days} ${business ? "business " : ""}days, extended by entry ${seq}: ${dayText(day)}`);
}

function lengthen(clock: Clock, day: number, line: string): void {
  clock.day = day;
  clock.due = endOfDay(day);
  clock.computation.push(line, ends(day));
}

/** @param at Unix seconds; a case that is paused already stays so from its first pause */
export function pauseClocks(state: CaseState, at: number): void {
  if (state.paused !== null) return;
  state.paused = at;
  for (const position of state.running) {
    state.clocks[position]!.status = "paused";
    state.clocks[position]!.pausedAt = at;
  }
}

/** A day that was begun counts whole. */
export function resumeClocks(state: CaseState, at: number): void {
  if (state.paused === null) return;
  state.paused = null;
  for (const position of state.running) {
    const clock = state.clocks[position]!;
    const days = Math.ceil((at - clock.pausedAt!) / DAY_SECONDS);
    clock.status = "running";
    clock.pausedAt = null;
    if (days > 0) lengthen(clock, clock.day + days, `+ ${days} days of the stay: ${dayText(clock.day + days)}`);
  }
}

/** A calendar that came later may lengthen what runs, and never shortens it. */
export function adoptCalendar(state: CaseState, rules: Rules, digest: string): void {
  state.calendar = digest;
  const calendar = rules.calendars.get(digest);
  if (!calendar) return;
  for (const position of state.running) {
    const clock = state.clocks[position]!;
    const timer = rules.pack.timers.get(clock.timer)!;
    if (timer.calendar !== "business" || clock.extended.length > 0) continue;
    const { day } = businessDays(dayOf(clock.began), clock.days, calendar);
    if (day > clock.day) lengthen(clock, day, `holidays of ${calendar.id}: ${dayText(day)}`);
  }
}

/** Enters a state, by an entry or a time, and ends the clocks that do not run in it. */
export function enterState(state: CaseState, rules: Rules, to: string, at: number, by: Cause): void {
  if (to !== state.state) state.history.push({ at, state: to, by });
  state.state = to;
  for (const position of [...state.running])
    if (!within(rules.pack.timers.get(state.clocks[position]!.timer)!.within, to)) end(state, position, "ended", at);
}

/** Lets every clock run out whose end, and the grace after it, lie before a moment. */
export function advance(state: CaseState, rules: Rules, now: number): void {
  const grace = rules.pack.data.graceSeconds;
  for (;;) {
    let next: number | null = null;
    for (const position of state.running) {
      const { status, due } = state.clocks[position]!;
      if (status === "running" && due + grace < now && (next === null || due < state.clocks[next]!.due))
        next = position;
    }
    if (next === null) break;
    expire(state, rules, next);
  }
  if (now > state.at) state.at = now;
}

function expire(state: CaseState, rules: Rules, position: number): void {
  const { timer: id, due, day } = state.clocks[position]!;
  const { expiry } = rules.pack.timers.get(id)!;
  const by: Cause = { timer: id, due };
  end(state, position, "expired", due);
  if (expiry.flag !== undefined) state.flags.push({ flag: expiry.flag, at: due, by });
  if (expiry.to !== undefined) enterState(state, rules, expiry.to, due, by);
  for (const timer of expiry.starts) startClock(state, rules, timer, { at: due, first: day, why: `${id} ran out` });
}
