/**
 * One occasion of one obligation against the facts: met in time, late, spoken against, or not answered. Pure lookups over a
 * closed form; what an entry does not state is neither yes nor no, and never counts as an answer.
 */
import { dayOf, dayText, endOfDay, momentText } from "../../docket/time/day.js";
import type { Fact } from "../schema/facts.js";
import type { Condition, Due, Need } from "../schema/pact.js";

interface DueTime {
  /** Unix seconds; null where what it is counted from is not stated. */
  at: number | null;
  computation: string;
}

/** When an occasion is due, and how that was counted. */
export function dueOf(due: Due, occasion: Fact): DueTime {
  const from = "at" in due ? due.at : due.from;
  const start = from === "occasion" ? occasion.at : occasion.attributes[from];
  if (typeof start !== "number")
    return { at: null, computation: `counted from ${from}, which the entry does not state` };
  if ("at" in due) return { at: start, computation: `the entry says ${momentText(start)}` };
  if ("hours" in due)
    return {
      at: start + due.hours * 3600,
      computation: `${due.hours} hours after ${momentText(start)}: ${momentText(start + due.hours * 3600)}`,
    };
  const day = dayOf(start) + due.days;
  return {
    at: endOfDay(day),
    computation: `${dayText(dayOf(start))} + ${due.days} days = ${dayText(day)}; ends 24:00 of that day in UTC-12, ${momentText(endOfDay(day))}`,
  };
}

type Held = "yes" | "no" | "not stated";

/** Whether a fact fulfils every condition; what it does not state is neither yes nor no. */
export function holds(conditions: readonly Condition[], { attributes }: Fact): Held {
  let unknown = false;
  for (const { attribute, is, value } of conditions) {
    const said = attributes[attribute];
    if (said === undefined) {
      unknown = true;
      continue;
    }
    const list = Array.isArray(value) ? value : [value];
    if (is === "one-of" && !list.includes(said)) return "no";
    if (is !== "one-of") {
      const bound = list[0]!;
      // A number against a number; anything else cannot be more or less.
      if (typeof said !== "number" || typeof bound !== "number") return "no";
      if (is === "at-least" ? said < bound : said > bound) return "no";
    }
  }
  return unknown ? "not stated" : "yes";
}

const NONE: readonly Fact[] = [];

/** Facts by log and kind, in order of time. */
export class FactIndex {
  readonly #byKind = new Map<string, Fact[]>();
  /** By log, kind and attribute, then by the attribute's value: filled when it is first asked for. */
  readonly #byValue = new Map<string, Map<Fact["attributes"][string], Fact[]>>();
  readonly asOf: number;

  constructor(facts: readonly Fact[], asOf: number) {
    this.asOf = asOf;
    for (const fact of facts) {
      if (fact.at > asOf) continue;
      const key = `${fact.log} ${fact.kind}`;
      const list = this.#byKind.get(key);
      if (list) list.push(fact);
      else this.#byKind.set(key, [fact]);
    }
    for (const list of this.#byKind.values()) list.sort(inOrder);
  }

  of({ log, kind }: { log: string; kind: string }): readonly Fact[] {
    return this.#byKind.get(`${log} ${kind}`) ?? NONE;
  }

  /** Those whose attribute has this value, in the same order. */
  with(need: { log: string; kind: string }, attribute: string, value: Fact["attributes"][string]): readonly Fact[] {
    const key = `${need.log} ${need.kind} ${attribute}`;
    let held = this.#byValue.get(key);
    if (!held) {
      held = new Map();
      this.#byValue.set(key, held);
      for (const fact of this.of(need)) {
        const own = fact.attributes[attribute];
        if (own === undefined) continue;
        const list = held.get(own);
        if (list) list.push(fact);
        else held.set(own, [fact]);
      }
    }
    return held.get(value) ?? NONE;
  }
}

/** By time; by log and number where that is the same, so that no order of reading shows. */
function inOrder(a: Fact, b: Fact): number {
  return a.at - b.at || (a.source < b.source ? -1 : a.source > b.source ? 1 : a.entry - b.entry);
}

/** Entries that are what a need asks for, the earliest first. */
export function answersTo(need: Need, occasion: Fact, index: FactIndex, isOwn: (fact: Fact) => boolean): Fact[] {
  // Every need agrees with the occasion in something: a pact without that is refused when it is read.
  const [first] = need.same;
  const wanted = first && occasion.attributes[first.there];
  if (!first || wanted === undefined) return [];
  return index.with(need, first.here, wanted).filter((fact) => {
    if (fact === occasion || (fact.withdrawnAt !== undefined && fact.withdrawnAt <= index.asOf)) return false;
    if (need.by !== "anyone" && isOwn(fact) !== (need.by === "party")) return false;
    for (const { here, there } of need.same)
      if (fact.attributes[here] === undefined || fact.attributes[here] !== occasion.attributes[there]) return false;
    for (const { here, there } of need.before) {
      const [a, b] = [fact.attributes[here], occasion.attributes[there]];
      if (typeof a !== "number" || typeof b !== "number" || a > b) return false;
    }
    return holds(need.where, fact) === "yes";
  });
}
