/**
 * The gate of a remedy: what must stand in the case before an order of its rung may be made. A gate says that an order
 * may be made, never that it must be. It is computed from the case each time, so that whoever verifies computes it again.
 */
import { GUARDS, type GuardId } from "../pack/names.js";
import type { RemedyGate, RulePack } from "../pack/rule-pack.js";
import type { CaseState, FindingState } from "./case-state.js";
import {
  disjointPair,
  faultOfFinding,
  faultOfRecomputing,
  findingOf,
  otherWay,
  reliedOn,
  unanswered,
} from "./evidence.js";

export interface GateReading {
  rung: number;
  name: string;
  open: boolean;
  conditions: { condition: string; holds: boolean; says: string }[];
}

/** Guards that a gate may name, each over the case as it stands: null, or what is missing. */
const OF_THE_CASE: Partial<Record<GuardId, (state: CaseState, relied: readonly string[]) => string | null>> = {
  "plan-complete": (state) => missingRun(state),
  "decoys-clean": ({ plan }) => (plan?.status === "clean" ? null : `the examination: ${plan?.status ?? "none"}`),
  "findings-verify": (state, relied) => first(relied, (digest) => faultOfFinding(state, digest)),
  "recomputed-by-other": (state, relied) => first(relied, (digest) => faultOfRecomputing(state, digest)),
  "respondent-heard-or-served": heardOrServed,
  "alternatives-answered": (state) => {
    const missing = unanswered(state, state.decision?.issues ?? []);
    return missing === null ? null : `not answered: ${missing}`;
  },
  "evidence-disjoint": (state, relied) =>
    disjointPair(supporting(state, relied)) ? null : "no two laboratories without common evidence",
  "redaction-window-over": ({ state }) => (state === "decided" ? "the time to object to publication runs" : null),
};

/** Null where the respondent was heard or was served in two ways. */
export function heardOrServed({ respondent, service }: CaseState): string | null {
  if (respondent.heardAt !== null || service.ways.length >= 2) return null;
  return `the respondent was not heard, and served by ${service.ways.length} ways`;
}

/** A run of the plan without its result: no file drawer. */
export function missingRun({ plan, findings }: CaseState): string | null {
  if (!plan || plan.status === "void") return null;
  const done = new Set(findings.filter((each) => each.planned && each.plan === plan.plan).map(({ run }) => run));
  const missing = plan.runs.find(({ id }) => !done.has(id));
  return missing ? `run ${missing.id} of the plan has no result` : null;
}

function supporting(state: CaseState, relied: readonly string[]): FindingState[] {
  return relied.filter((digest) => faultOfFinding(state, digest) === null).map((digest) => findingOf(state, digest)!);
}

function first(list: readonly string[], fault: (digest: string) => string | null): string | null {
  for (const each of list) {
    const found = fault(each);
    if (found !== null) return found;
  }
  return null;
}

/** Each condition with what holds or what is missing, all of them even where the first fails. */
export function readGate(state: CaseState, gate: RemedyGate): GateReading {
  // What was reversed carries nothing any more.
  const relied = state.appeal?.held === "reversed" ? [] : reliedOn(state.decision?.issues ?? []);
  const conditions: GateReading["conditions"] = [];
  const condition = (name: string, fault: string | null) =>
    conditions.push({ condition: name, holds: fault === null, says: fault ?? "holds" });
  if (gate.decision) condition("decided for the complainant", decidedAgainst(state));
  if (gate.laboratories > 0) condition(`laboratories: ${gate.laboratories}`, laboratories(state, gate, relied));
  for (const guard of gate.guards) {
    const over = OF_THE_CASE[guard];
    // A guard that a gate cannot read never opens it.
    condition(GUARDS[guard], over ? over(state, relied) : "not a condition of a gate");
  }
  if (gate.laboratories === 2) {
    const against = otherWay(state);
    condition("no planned finding the other way", against ? `finding ${against.seq} says supports-hd` : null);
  }
  if (gate.conductFinding) condition("conduct found apart from derivation", conduct(state));
  return { rung: gate.rung, name: gate.name, open: conditions.every(({ holds }) => holds), conditions };
}

/** In the order of the pack. */
export function readGates(state: CaseState, pack: RulePack): GateReading[] {
  return pack.data.gates.map((gate) => readGate(state, gate));
}

/** Why no decision for the complainant stands; null when one does. */
export function decidedAgainst({ decision, appeal }: CaseState): string | null {
  if (!decision) return "no decision";
  if (appeal?.held === "reversed") return "the decision was reversed on appeal";
  return decision.outcome === "upheld" || decision.outcome === "in-part" ? null : `decided: ${decision.outcome}`;
}

function laboratories(
  state: CaseState,
  { laboratories: needed, orRefusedOrder }: RemedyGate,
  relied: readonly string[],
) {
  const found = new Set(supporting(state, relied).map(({ laboratory }) => laboratory));
  if (found.size >= needed || (orRefusedOrder && state.refusedOrders.length > 0)) return null;
  return `${found.size} of ${needed} laboratories support the proposition under the plan`;
}

/** Access, and that it was not authorised, are found; independent making was not shown. */
function conduct({ conduct: found }: CaseState): string | null {
  if (found.access !== "yes") return `access: ${found.access ?? "not found"}`;
  if (found.authorisation !== "no") return `authorisation: ${found.authorisation ?? "not found"}; held must be no`;
  return found["independent-making"] === "yes" ? "independent making is shown" : null;
}
