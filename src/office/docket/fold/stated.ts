/** What a case comes to, as a record that is printed, carried in a case's bundle and computed again by whoever checks it. */
import { momentText } from "../time/day.js";
import type { CaseState } from "./case-state.js";
import type { Rules } from "./clocks.js";
import { type GateReading, readGates } from "./gates.js";

export interface StatedCase {
  type: "assay/case-state/v1";
  pack: CaseState["pack"];
  asOf: string;
  state: string;
  says: string;
  entries: number;
  members: number;
  history: { at: string; state: string; by: string }[];
  clocks: { timer: string; began: string; due: string; status: string; computation: string[] }[];
  flags: { flag: string; at: string; by: string }[];
  service: { ways: string[]; receipt: string | null; heard: string | null };
  panel: string[];
  plan: { plan: string; status: string; labels: string[] | null; runs: number } | null;
  findings: {
    entry: number;
    proposition: string;
    outcome: string;
    /** `planned`, or why it opens no remedy. */
    standing: string;
    about: string;
    recomputed: number;
  }[];
  /** Claims that the complainant tested and dropped before filing, as it says. */
  triedBefore: number | null;
  unplanned: number;
  conduct: CaseState["conduct"];
  decision: { entry: number; outcome: string; issues: number } | null;
  orders: {
    entry: number;
    statement: string;
    rung: number;
    effect: string;
    standing: string;
    stayed: boolean;
    models: string[];
  }[];
  appeal: string | null;
  custodyGaps: { exhibit: string; gaps: string[] }[];
  gates: GateReading[];
}

/** Times are UTC to the second; nothing in it is sealed. */
export function stated(state: CaseState, rules: Rules): StatedCase {
  const by = (cause: CaseState["history"][number]["by"]) =>
    "entry" in cause ? `entry ${cause.entry}` : `${cause.timer} ran out`;
  const { plan, decision, appeal } = state;
  return {
    type: "assay/case-state/v1",
    pack: state.pack,
    asOf: momentText(state.at),
    state: state.state,
    says: rules.pack.states.get(state.state)!.says,
    entries: state.seq,
    members: state.members,
    history: state.history.map((each) => ({ at: momentText(each.at), state: each.state, by: by(each.by) })),
    clocks: state.clocks.map(({ timer, began, due, status, computation }) => ({
      timer,
      began: momentText(began),
      due: momentText(due),
      status,
      computation,
    })),
    flags: state.flags.map((each) => ({ flag: each.flag, at: momentText(each.at), by: by(each.by) })),
    service: {
      ways: state.service.ways,
      receipt: state.service.receipt === null ? null : momentText(state.service.receipt),
      heard: state.respondent.heardAt === null ? null : momentText(state.respondent.heardAt),
    },
    panel: state.panel,
    plan: plan && { plan: plan.plan, status: plan.status, labels: plan.labels, runs: plan.runs.length },
    findings: state.findings.map(({ seq, proposition, outcome, planned, slot, recomputed, plan: under }) => ({
      entry: seq,
      proposition,
      outcome,
      standing: !planned
        ? "not planned: opens no remedy"
        : under === plan?.plan
          ? "planned"
          : "of a plan that went before",
      about: slot === null ? "no slot" : under === plan?.plan && plan?.labels ? plan.labels[slot]! : `slot ${slot}`,
      recomputed: recomputed.filter(({ same }) => same).length,
    })),
    triedBefore: state.asserted.tried,
    unplanned: state.findings.filter(({ planned }) => !planned).length,
    conduct: state.conduct,
    decision: decision && { entry: decision.seq, outcome: decision.outcome, issues: decision.issues.length },
    orders: state.orders.map(({ seq, statement, rung, effect, standing, irreversible, models }) => ({
      entry: seq,
      statement,
      rung,
      effect,
      standing,
      stayed: irreversible && !isFinal(state),
      models,
    })),
    appeal: appeal && (appeal.held ?? "open"),
    custodyGaps: Object.values(state.exhibits)
      .filter(({ gaps }) => gaps.length > 0)
      .map(({ exhibit, gaps }) => ({ exhibit, gaps })),
    gates: readGates(state, rules.pack),
  };
}

/** Nothing irreversible before a case is final. */
function isFinal({ state }: CaseState): boolean {
  return state === "final" || state === "closed";
}
