/**
 * Whether an entry may be entered as the case stands, and by which move of the pack; if not, one reason of a closed list
 * in a sentence. It judges procedure alone: signatures, keys and order in the log are `admission.ts`'s.
 */
import type { FactsOf } from "../pack/facts.js";
import { faultOfFacts } from "../pack/facts.js";
import { GUARDS } from "../pack/names.js";
import type { Move, RulePack } from "../pack/rule-pack.js";
import { type CaseEntry, type CaseState, REFUSALS, type RefusalReason } from "./case-state.js";
import { extensionFor, type Rules, within } from "./clocks.js";
import { GUARD_CODE } from "./guards.js";

export type Judged = { move: Move } | { reason: RefusalReason; says: string };

/** A refusal in a sentence: the reason's fixed words, then what it was here. */
export function refusedBy(reason: RefusalReason, detail: string): { reason: RefusalReason; says: string } {
  return { reason, says: `${REFUSALS[reason]}: ${detail}` };
}

/** The case must have been advanced to the entry's time. */
export function judge(state: CaseState, entry: CaseEntry, rules: Rules): Judged {
  const { kind, role, facts, statement, about } = entry;
  const { pack } = rules;
  const moves = pack.moves.get(kind);
  if (!moves) return refusedBy("kind", kind);
  if (!pack.data.roles.includes(role)) return refusedBy("role-unknown", role);
  const mine = moves.filter(({ by }) => by.includes(role));
  if (mine.length === 0) return refusedBy("role", `${kind} is for ${rolesOf(moves)}`);
  const here = mine.filter(({ from }) => within(from, state.state));
  if (here.length === 0) return refusedBy("state", `${kind} in the state ${state.state}`);
  const shape = faultOfFacts(kind, facts);
  if (shape !== null) return refusedBy("facts", shape);
  const move = here.find(({ when }) => fits(when, facts));
  if (!move) return refusedBy("facts", "no move of the pack fits them");
  if (move.once && (state.counts[kind] ?? 0) > 0) return refusedBy("once", kind);
  if (state.entries[statement]) return refusedBy("duplicate", statement);
  if (about !== undefined && !state.entries[about]) return refusedBy("about", about);
  if (kind === "extension") {
    const fault = faultOfExtension(state, pack, entry);
    if (fault !== null) return refusedBy("extension", fault);
  }
  for (const guard of move.guards) {
    const against = GUARD_CODE[guard](state, entry, rules);
    if (against !== null) return refusedBy("guard", `${guard} (${GUARDS[guard]}): ${against}`);
  }
  return { move };
}

function fits(when: Move["when"], facts: Readonly<Record<string, unknown>>): boolean {
  if (!when) return true;
  for (const [name, values] of Object.entries(when))
    if (!values.includes(facts[name] as string | number | boolean)) return false;
  return true;
}

function rolesOf(moves: readonly Move[]): string {
  return [...new Set(moves.flatMap(({ by }) => by))].join(", ");
}

function faultOfExtension(state: CaseState, pack: RulePack, { role, facts }: CaseEntry): string | null {
  const { timer, days } = facts as FactsOf<"extension">;
  const allowed = extensionFor(state, pack, timer, role);
  if (!allowed) return `${timer} does not run, or ${role} may not extend it (again)`;
  return days <= allowed.days ? null : `by at most ${allowed.days} days`;
}
