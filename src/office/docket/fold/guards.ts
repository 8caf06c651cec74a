/** Guards as code: each looks at the case as it stands and the entry that asks. Null, or what stands against it. */

import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import type { FactsOf } from "../pack/facts.js";
import type { GuardId } from "../pack/names.js";
import { drawPanel } from "../plan/draw.js";
import type { CaseEntry, CaseState } from "./case-state.js";
import { type Rules, runningClock } from "./clocks.js";
import { faultOfFinding, faultOfRecomputing, reliedOn, unanswered } from "./evidence.js";
import { heardOrServed, missingRun, readGate } from "./gates.js";

/** A round must lie so far after the plan that nobody can have known it when the plan was logged. */
const BEACON_AFTER_SECONDS = 3600;

type Guard = (state: CaseState, entry: CaseEntry, rules: Rules) => string | null;

/** Unix seconds at which a round is out: the first at genesis. */
function timeOfRound({ genesis, period }: { genesis: number; period: number }, round: number): number {
  return genesis + (round - 1) * period;
}

/** Digest of what a panel is drawn for: the list without those excluded. */
export function panelPurpose(list: readonly string[]): string {
  return sha256Hex(canonicalJsonBytes(list));
}

export const GUARD_CODE: Record<GuardId, Guard> = {
  served: ({ service, respondent }) =>
    service.ways.length > 0 || service.receipt !== null || respondent.heardAt !== null ? null : "no service is proved",
  "plan-logged": (state, entry) => {
    const { plan } = entry.facts as FactsOf<"plan.adopted">;
    const proposed = state.proposals[plan];
    if (!proposed) return `plan ${plan} was not proposed`;
    const both = proposed.comments.includes("complainant") && proposed.comments.includes("respondent");
    return both || !runningClock(state, "plan-comments") ? null : "the time to comment on it runs";
  },
  "beacon-after-plan": beaconAfterPlan,
  "plan-complete": (state, { kind }) => {
    if (kind !== "blind.opened") return missingRun(state);
    if (!state.plan) return "no plan was adopted";
    return state.plan.beacon ? missingRun(state) : "the beacon's round of the plan is not in the case";
  },
  "decoys-clean": (state, { facts }) =>
    reliedOn((facts as FactsOf<"decision">).issues ?? []).length === 0 || state.plan?.status === "clean"
      ? null
      : `the examination: ${state.plan?.status ?? "none"}`,
  "findings-verify": overRelied(faultOfFinding),
  "recomputed-by-other": overRelied(faultOfRecomputing),
  "respondent-heard-or-served": heardOrServed,
  "alternatives-answered": (state, { facts }) => {
    const missing = unanswered(state, (facts as FactsOf<"decision">).issues ?? []);
    return missing === null ? null : `not answered: ${missing}`;
  },
  "answer-rests-on-evidence": (state, { facts }) => {
    const yes = ((facts as FactsOf<"decision">).issues ?? []).filter(({ held }) => held === "yes");
    const bare = yes.find(({ findings, conduct }) => findings.length + (conduct ?? []).length === 0);
    if (bare) return `nothing is named for: ${bare.question}`;
    const unknown = yes.flatMap(({ conduct }) => conduct ?? []).find((element) => state.conduct[element] === undefined);
    return unknown === undefined ? null : `no finding about conduct: ${unknown}`;
  },
  "no-open-recusal": ({ recusals }) => {
    const open = recusals.find(({ held }) => held === null);
    return open ? `the challenge to ${open.of} is undecided` : null;
  },
  "evidence-disjoint": () => "is a condition of gates alone",
  "fee-paid-or-waived": (_, { facts }) => ((facts as FactsOf<"complaint">).fee === "due" ? "the fee is due" : null),
  "redaction-window-over": (state) => (runningClock(state, "redaction") ? "the time to object runs" : null),
  "bond-lodged": ({ bonds }, { facts }) =>
    !(facts as FactsOf<"interim.ordered">).withoutHearing || bonds.length > 0 ? null : "no bond was lodged",
  "drawn-by-beacon": drawnByBeacon,
  "gate-open": (state, { facts }, { pack }) => {
    const { rung } = facts as FactsOf<"order">;
    const gate = pack.data.gates.find((each) => each.rung === rung);
    if (!gate) return `the pack has no remedy of rung ${rung}`;
    const reading = readGate(state, gate);
    const shut = reading.conditions.find(({ holds }) => !holds);
    return shut ? `rung ${rung}, ${shut.condition}: ${shut.says}` : null;
  },
  "offer-of-other-side": (state, { role, facts }) => {
    const offer = state.entries[(facts as FactsOf<"settlement.accepted">).offer];
    if (!offer || !["settlement.offered", "undertaking.given"].includes(offer.kind)) return "no such offer";
    return offer.role === role ? "it is one's own offer" : null;
  },
  "appeal-by-party": ({ appeal }) => (appeal && appeal.held === null ? null : "no appeal is open"),
  "descendant-noticed": (state, { facts, received }) => {
    const { order, model } = facts as FactsOf<"descendant.heard">;
    const notice = state.orders.find(({ statement }) => statement === order)?.noticed[model];
    if (!notice) return "it was not noticed";
    const over = received >= notice.at + DESCENDANT_SECONDS;
    return notice.answered || over ? null : "its fourteen days to show independence run";
  },
};

/** A descendant has two weeks to show that it does not stem from the model. */
const DESCENDANT_SECONDS = 14 * 86_400;

function overRelied(fault: (state: CaseState, digest: string) => string | null): Guard {
  return (state, { facts }) => {
    for (const digest of reliedOn((facts as FactsOf<"decision">).issues ?? [])) {
      const found = fault(state, digest);
      if (found !== null) return found;
    }
    return null;
  };
}

function beaconAfterPlan({ beacon, plan }: CaseState, { kind, facts, received }: CaseEntry): string | null {
  if (!beacon) return "the case names no beacon";
  const { round } = facts as FactsOf<"beacon">;
  const at = timeOfRound(beacon, round);
  if (kind === "plan.adopted")
    return at >= received + BEACON_AFTER_SECONDS ? null : `round ${round} is out less than an hour after the plan`;
  if (plan?.status !== "open") return "no plan waits for a round";
  if (round !== plan.round) return `the plan names round ${plan.round}`;
  return at <= received ? null : `round ${round} is not out yet`;
}

function drawnByBeacon({ draw, beacon }: CaseState, { facts, received }: CaseEntry): string | null {
  const { list, excluded, signature, secret, drawn, members } = facts as FactsOf<"panel.drawn">;
  if (!draw || !beacon) return "no draw was announced";
  if (!list || !signature || !secret || !drawn) return "it names no list, signature, secret or members";
  if (timeOfRound(beacon, draw.round) > received) return `round ${draw.round} is not out yet`;
  if (`sha256:${sha256Hex(hexBytes(secret))}` !== draw.secret) return "the secret is not the one committed to";
  const out = new Set((excluded ?? []).map(({ who }) => who));
  const left = list.filter((each) => !out.has(each));
  if (new Set(list).size !== list.length) return "the list names somebody twice";
  if (left.length < members) return `the list has ${left.length} members left`;
  const anew = drawPanel(left, members, panelPurpose(left), signature, secret);
  return anew.join("\n") === drawn.join("\n") ? null : "the draw gives another panel";
}

function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
