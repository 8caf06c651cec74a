/**
 * Who may do what next, by when and why: computed from the pack and the case, so that no page can promise what admission
 * would refuse. A guard that looks into the entry's own facts is named as a condition; one that looks at the case alone is
 * answered.
 */
import { type EntryKind, GUARDS, type GuardId, type Role } from "../pack/names.js";
import type { RulePack } from "../pack/rule-pack.js";
import { momentText } from "../time/day.js";
import type { CaseEntry, CaseState } from "./case-state.js";
import { extensionFor, type Rules, within } from "./clocks.js";
import { GUARD_CODE } from "./guards.js";

export interface NextStep {
  role: Role;
  kind: EntryKind;
  /** Values that the entry's facts must have for this step. */
  when: Readonly<Record<string, readonly (string | number | boolean)[]>> | null;
  to: string | null;
  /** The end of the time this step meets, UTC; null when none runs. */
  due: string | null;
  computation: readonly string[];
  why: string;
  /** What stands against it now; empty when it may be done. */
  missing: string[];
  /** Conditions that depend on what the entry will say. */
  conditions: string[];
}

/** Guards that can be answered without the entry. */
const OF_THE_CASE: ReadonlySet<GuardId> = new Set([
  "served",
  "respondent-heard-or-served",
  "no-open-recusal",
  "redaction-window-over",
  "appeal-by-party",
]);

/** @param role everyone's steps when left out */
export function allowed(state: CaseState, rules: Rules, role?: Role): NextStep[] {
  const { pack } = rules;
  const steps: NextStep[] = [];
  for (const move of pack.data.moves) {
    if (!within(move.from, state.state) || (move.once && (state.counts[move.kind] ?? 0) > 0)) continue;
    for (const by of move.by) {
      if (role !== undefined && by !== role) continue;
      if (move.kind === "extension" && !extendable(state, pack, by)) continue;
      const clock = state.running
        .map((position) => state.clocks[position]!)
        .filter(({ timer }) => move.meets.includes(timer))
        .sort((a, b) => a.due - b.due)[0];
      const asked = { facts: {}, kind: move.kind, role: by, received: state.at } as unknown as CaseEntry;
      steps.push({
        role: by,
        kind: move.kind,
        when: move.when ?? null,
        to: move.to ?? null,
        due: clock?.status === "running" ? momentText(clock.due) : null,
        computation: clock?.computation ?? [],
        why: move.note ?? `${move.kind} may be entered in the state ${state.state}`,
        missing: move.guards
          .filter((guard) => OF_THE_CASE.has(guard))
          .flatMap((guard) => GUARD_CODE[guard](state, asked, rules) ?? []),
        conditions: move.guards.filter((guard) => !OF_THE_CASE.has(guard)).map((guard) => GUARDS[guard]),
      });
    }
  }
  return steps;
}

function extendable(state: CaseState, pack: RulePack, role: Role): boolean {
  return pack.data.timers.some(({ id }) => extensionFor(state, pack, id, role) !== null);
}
