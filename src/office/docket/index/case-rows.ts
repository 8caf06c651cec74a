/**
 * What an index across cases holds of one: nothing that its public records do not say. A case goes on without entries as
 * its times run out, so that its future, if nobody acts, is laid down with it, span by span: an index that was made last
 * week answers for today without reading the case again.
 */
import { AssayError } from "../../../base/error.js";
import type { CaseState } from "../fold/case-state.js";
import { advance, type Rules } from "../fold/clocks.js";
import type { FactsOf } from "../pack/facts.js";
import type { EntryKind, Role } from "../pack/names.js";

/** Later than any time a case can name: the last moment of a JavaScript date. */
export const FOREVER = 8_640_000_000_000;
/** Times that run out one after the other without an entry; a pack whose times start each other for ever is refused. */
const SPANS_MAX = 64;

interface CaseSpan {
  /** Unix seconds, the first within and the first after. */
  since: number;
  until: number;
  state: string;
  /** Times that run, by their ends. */
  clocks: { timer: string; due: number }[];
}

export interface CaseRows {
  id: string;
  origin: string;
  pack: string;
  rehearsal: boolean;
  opened: number;
  lastEntry: number;
  /** From the last entry on. */
  spans: CaseSpan[];
  parties: { party: string; role: Role }[];
  models: { model: string; part: "reference" | "suspect" | "ordered" }[];
  entries: { seq: number; kind: EntryKind; role: Role; received: number }[];
}

/** What is needed of an entry's record. */
type Entry = { seq: number; kind: EntryKind; role: Role; received: number; facts: Readonly<Record<string, unknown>> };

/**
 * @param state the case after its last entry; it is used up
 * @throws SCHEMA for a pack whose times never end
 */
export function rowsOfCase(
  about: { id: string; origin: string; rehearsal: boolean },
  entries: readonly Entry[],
  state: CaseState,
  rules: Rules,
): CaseRows {
  const parties = new Map<string, CaseRows["parties"][number]>();
  for (const { kind, facts } of entries)
    if (kind === "key.enrolled") {
      const { party, roles } = facts as FactsOf<"key.enrolled">;
      for (const role of roles) parties.set(`${role} ${party}`, { party, role });
    }
  const models: CaseRows["models"] = [];
  const { reference, suspect } = state.asserted;
  if (reference !== null) models.push({ model: reference, part: "reference" });
  if (suspect !== null) models.push({ model: suspect, part: "suspect" });
  for (const model of new Set(state.orders.flatMap((order) => order.models))) models.push({ model, part: "ordered" });
  return {
    ...about,
    pack: state.pack.id,
    opened: entries[0]?.received ?? 0,
    lastEntry: entries.at(-1)?.received ?? 0,
    spans: spansOf(state, rules),
    parties: [...parties.values()],
    models,
    entries: entries.map(({ seq, kind, role, received }) => ({ seq, kind, role, received })),
  };
}

function spansOf(state: CaseState, rules: Rules): CaseSpan[] {
  const grace = rules.pack.data.graceSeconds;
  const spans: CaseSpan[] = [];
  for (let since = state.at; ; ) {
    const running = state.running.map((at) => state.clocks[at]!).filter(({ status }) => status === "running");
    const clocks = running.map(({ timer, due }) => ({ timer, due })).sort((a, b) => a.due - b.due);
    const until = clocks.length === 0 ? FOREVER : clocks[0]!.due + grace + 1;
    spans.push({ since, until, state: state.state, clocks });
    if (until === FOREVER) return spans;
    if (spans.length >= SPANS_MAX)
      throw new AssayError("SCHEMA", `times of ${rules.pack.data.id} start each other without an end`);
    advance(state, rules, until);
    since = until;
  }
}
