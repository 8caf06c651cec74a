/**
 * Random admissible histories under a pack, from a seed: at each step one of the acts that the case allows, with facts that
 * often fit, at a time that moves on by minutes or weeks. What is refused is dropped, so that each history is admissible.
 */

import { createHash } from "node:crypto";
import { sha256Hex } from "../../dist/base/digest.js";
import { prng } from "../../dist/base/prng.js";
import { VERBS } from "../../dist/cli/commands/case/verbs.js";
import type { CaseEntry, CaseState } from "../../dist/office/docket/fold/case-state.js";
import type { Rules } from "../../dist/office/docket/fold/clocks.js";
import { advance, within } from "../../dist/office/docket/fold/clocks.js";
import { beginCase, enter } from "../../dist/office/docket/fold/fold.js";
import { panelPurpose } from "../../dist/office/docket/fold/guards.js";
import type { EntryKind, Role } from "../../dist/office/docket/pack/names.js";
import { drawLabels, drawPanel } from "../../dist/office/docket/plan/draw.js";
import { dayOf, dayText } from "../../dist/office/docket/time/day.js";

const D = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const SECRET = "5e".repeat(32);
const SIGNATURE = "ab".repeat(48);
const COMMITMENT = `sha256:${sha256Hex(new Uint8Array(32).fill(0x5e))}`;
const GENESIS = 1_772_000_000;
const BEACON = { chain: "stand-in", publicKey: "00".repeat(96), genesis: GENESIS, period: 30, standIn: true };
/** Words about a sealed exhibit: they stand in its entry alone. */
export const SEALED_WORDS = "words of a sealed exhibit";
export const REFERENCE = D("reference");
export const SUSPECT = D("suspect");
const EXAMPLES = new Map(VERBS.map(({ kind, facts }) => [kind, facts]));

export type Draw = ReturnType<typeof prng>;
const pick = <T>(list: readonly T[], draw: Draw): T => list[draw.below(list.length)]!;

/** A course to a remedy: kinds in order, and days that pass. Half the histories follow it with acts of chance between. */
const COURSE: readonly (EntryKind | number)[] = [
  ...(["pack.adopted", "complaint", "notice", "service.proof", "service.proof", 2, "response"] as const),
  ...([1, "panel.drawn", 5, "threshold.decided", "exhibit", "exhibit", "exhibit", "plan.proposed"] as const),
  ...(["plan.commented", "plan.commented", 4, "plan.adopted", 1, "beacon"] as const),
  ...(["finding", "finding", "finding", "finding", "finding", "finding", "blind.opened"] as const),
  ...(["recomputed", "recomputed", "recomputed", "recomputed", 11, 15] as const),
  ...([
    "conduct.found",
    "conduct.found",
    "conduct.found",
    "conduct.found",
    "decision",
    "order",
    "order",
    8,
    "order",
  ] as const),
  ...(["appeal.noticed", "appeal.grounds", "reply", "appeal.decided"] as const),
  ...(["descendant.noticed", "descendant.answered", "descendant.heard", "compliance.found"] as const),
];

/** An examination voided, and a second plan. */
const AGAIN: typeof COURSE = [
  ...(["examination.void", "plan.proposed", "plan.commented", "plan.commented", 4, "plan.adopted", 1] as const),
  ...(["beacon", "finding", "finding", "finding", "finding", "finding", "finding", "blind.opened"] as const),
];

/** @param steps at most so many entries */
export function history(rules: Rules, seed: string, steps = 80): CaseEntry[] {
  const draw = prng("assay/docket-histories/v1", seed);
  const state = beginCase(rules);
  const entries: CaseEntry[] = [];
  let received = GENESIS + 1_000_000;
  const course = draw.below(3) > 0 ? [...COURSE] : [];
  if (course.length > 0 && draw.below(6) === 0) course.splice(course.indexOf("blind.opened") + 1, 0, ...AGAIN);
  const stray = draw.below(4);
  let tried = 0;
  for (let step = 0; step < steps * 4 && entries.length < steps && !ENDED.has(state.state); step++) {
    const next = draw.below(8) >= stray ? course[0] : undefined;
    if (typeof next === "number") {
      received += next * 86_400;
      course.shift();
      continue;
    }
    const guided = course.length > 0;
    // What ran out by now has run out: the next act is chosen in the state that it finds.
    advance(state, rules, received);
    const moves = rules.pack.data.moves.filter(
      ({ from, to, kind }) =>
        within(from, state.state) && !(guided && (ENDS.has(to ?? "") || (kind !== next && STOPS.has(kind)))),
    );
    const wanted = moves.filter(({ kind }) => kind === next);
    const from = wanted.length > 0 ? wanted : guided ? moves.filter(({ to }) => to === undefined) : moves;
    // A step that does not come in after some tries is passed over.
    if (next !== undefined && (wanted.length === 0 || ++tried > PATIENCE)) [tried] = [0, course.shift()];
    if (from.length === 0) continue;
    const move = pick(from, draw);
    received += guided || draw.below(4) > 0 ? 60 + draw.below(7200) : 60 + draw.below(20 * 86_400);
    const role = pick(move.by, draw);
    const facts = factsFor(move.kind, state, draw, received);
    for (const [name, values] of Object.entries(move.when ?? {}))
      if (!values.includes(facts[name] as string)) facts[name] = pick(values, draw);
    const seq = entries.length;
    const statement = D(`${seed} ${step}`);
    const entry: CaseEntry = { seq, kind: move.kind, role, key: role, statement, received, facts };
    if (!("move" in enter(state, entry, rules))) continue;
    entries.push(entry);
    if (move.kind === course[0]) [tried] = [0, course.shift()];
  }
  return entries;
}

const BECAUSE = ["scale", "abusive-complaint", "refused-order"];
/** An act drawn with facts of chance often fits at the tenth try. */
const PATIENCE = 12;
/** Nothing but explanations follows. */
const ENDED: ReadonlySet<string> = new Set(["withdrawn", "settled", "closed"]);
/** Acts that would keep a course from its end. */
const STOPS: ReadonlySet<string> = new Set(["stay", "recusal.asked", "examination.void", "hearing"]);
/** Where a course would end before its time. */
const ENDS: ReadonlySet<string> = new Set(["withdrawn", "settled", "dismissed", "deficient"]);

function factsFor(kind: EntryKind, state: CaseState, draw: Draw, received: number): Record<string, unknown> {
  const order = state.orders.at(-1)?.statement ?? D("no order");
  const { plan } = state;
  switch (kind) {
    case "pack.adopted":
      return {
        pack: state.pack.id,
        packDigest: state.pack.digest,
        calendar: state.calendar,
        registrar: "PEM",
        rehearsal: true,
        beacon: BEACON,
      };
    case "complaint":
      return { members: pick([1, 3], draw), fee: pick(["paid", "waived"], draw) };
    case "notice":
      return { draw: { round: 1 + draw.below(1000), secret: COMMITMENT } };
    case "service.proof":
      return { way: pick(["courier", "email", "post"], draw), on: "2026-03-02" };
    case "response":
      return { position: pick(["denies", "independent-making"], draw) };
    case "panel.drawn": {
      const list = ["A", "B", "C", "D", "E"];
      const { members } = state;
      if (state.draw === null) return { members };
      return {
        members,
        list,
        signature: SIGNATURE,
        secret: SECRET,
        drawn: drawPanel(list, members, panelPurpose(list), SIGNATURE, SECRET),
      };
    }
    case "panel.disclosed":
      return { who: state.panel[0] ?? "A", conflict: "none" };
    case "dissent":
      return { who: state.panel.at(-1) ?? "A", reasons: D("dissent") };
    case "costs":
      return { against: pick(["complainant", "respondent"], draw), because: pick(BECAUSE, draw), reasons: "a reason" };
    case "reopening":
      return { ground: "no-actual-notice", noticed: dayText(dayOf(received)), reasons: "a reason" };
    case "recusal.asked":
      return { of: state.panel[0] ?? "A", because: "a reason" };
    case "recusal.decided":
      return { of: state.recusals.find(({ held }) => held === null)?.of ?? "A", held: "no", reasons: "a reason" };
    case "plan.proposed":
      return { plan: D(`plan ${draw.below(3)}`) };
    case "plan.commented":
      return { plan: pick([...Object.keys(state.proposals), D("plan 0")], draw) };
    case "plan.adopted":
      return {
        plan: pick([...Object.keys(state.proposals), D("plan 0")], draw),
        runs: [0, 1, 2].flatMap((slot) =>
          ["weights/shared-ancestry", "marks/leak"].map((proposition) => ({
            id: `${proposition} ${slot}`,
            proposition,
            methods: ["m 1"],
            slot,
          })),
        ),
        contents: ["suspect", "independent", "positive-control"],
        round: Math.ceil((received + 2 * 3600 - GENESIS) / 30) + 1,
        secret: COMMITMENT,
      };
    case "beacon":
      return { round: plan?.round ?? 1, signature: SIGNATURE };
    case "exhibit":
      return {
        exhibit: `E${Object.keys(state.exhibits).length}`,
        title: SEALED_WORDS,
        kind: "model",
        root: [REFERENCE, SUSPECT, D("other")][Object.keys(state.exhibits).length % 3]!,
        tier: pick(["PUBLIC", "PARTIES", "TRIBUNAL_ONLY"], draw),
        carried: false,
        speaksFor: pick(["complainant", "respondent", "neither"], draw),
      };
    case "finding": {
      const missing =
        plan?.runs.filter(
          ({ id }) => !state.findings.some(({ run, plan: under }) => run === id && under === plan.plan),
        ) ?? [];
      const run = missing.length > 0 ? pick(missing, draw) : undefined;
      const content =
        plan?.beacon && run
          ? drawLabels(plan.contents, plan.plan, plan.beacon.signature, SECRET)[run.slot]!
          : "suspect";
      const usual = content === "independent" ? "inconclusive" : "supports-hp";
      return {
        plan: plan?.plan ?? null,
        run: run?.id ?? null,
        slot: run?.slot ?? null,
        proposition: run?.proposition ?? "weights/shared-ancestry",
        method: "m",
        version: "1",
        outcome: draw.below(16) === 0 ? pick(["supports-hp", "supports-hd", "inconclusive", "refused"], draw) : usual,
        finding: D(`finding ${received}`),
        bundle: D("bundle"),
        subjects: [REFERENCE, content === "suspect" ? SUSPECT : D(content)],
        evidence: draw.below(4) === 0 ? [D("shared")] : [D(`${run?.proposition}`)],
        alternatives: draw.below(2),
      };
    }
    case "blind.opened":
      return {
        secret: SECRET,
        labels: plan?.beacon ? drawLabels(plan.contents, plan.plan, plan.beacon.signature, SECRET) : ["suspect"],
      };
    case "recomputed": {
      // Mostly what a remedy waits for: about the suspect, not yet computed again.
      const open = state.findings.filter(
        ({ slot, recomputed }) => slot !== null && plan?.labels?.[slot] === "suspect" && recomputed.length === 0,
      );
      const among = open.length > 0 && draw.below(4) > 0 ? open : state.findings;
      return {
        finding: pick([...among.map(({ finding }) => finding), ...(among === open ? [] : [D("none")])], draw),
        same: draw.below(12) > 0,
        report: D("report"),
      };
    }
    case "examination.void":
      return { plan: plan?.plan ?? D("none"), because: "a reason" };
    case "settlement.accepted":
      return { offer: offered(state) ?? D("none") };
    case "extension":
      return {
        timer: pick(state.running.length > 0 ? state.running.map((at) => state.clocks[at]!.timer) : ["response"], draw),
        days: 1 + draw.below(6),
        reasons: "a reason",
      };
    case "conduct.found":
      return conductFound(state, draw);
    case "decision":
      return decision(state, draw);
    case "order": {
      const rung = draw.below(3) > 0 ? 7 + draw.below(4) : 1 + draw.below(6);
      // Now and then more than the rung's own effect, or a model that is not in dispute: refused.
      const most = rung > 6 || draw.below(12) === 0 ? "suspend" : rung > 4 ? "label" : "notice";
      const models = [draw.below(12) === 0 ? REFERENCE : SUSPECT];
      return { rung, effect: most, models, reach: "declared", reasons: "a reason" };
    }
    case "inspection.return":
    case "inspection.event":
    case "order.varied":
    case "order.lifted":
    case "compliance.found":
    case "descendant.noticed":
    case "descendant.answered":
    case "descendant.heard":
      return { ...EXAMPLES.get(kind), order };
    default:
      return { ...EXAMPLES.get(kind) };
  }
}

function offered({ entries }: CaseState): string | undefined {
  return Object.keys(entries).findLast((each) => /settlement.offered|undertaking/.test(entries[each]!.kind));
}

/** Mostly an element not yet found, and as the complainant says; sometimes the other way. */
function conductFound({ conduct }: CaseState, draw: Draw): Record<string, unknown> {
  const usual = { access: "yes", authorisation: "no", "independent-making": "not shown" } as const;
  const elements = Object.keys(usual) as (keyof typeof usual)[];
  const open = elements.filter((element) => conduct[element] === undefined);
  const element = pick(open.length > 0 ? open : elements, draw);
  const held = draw.below(12) === 0 ? pick(["yes", "no", "not shown"], draw) : usual[element];
  return { element, held, reasons: "a reason" };
}

function decision({ findings, plan, conduct }: CaseState, draw: Draw): Record<string, unknown> {
  const about = findings.filter(
    ({ slot, outcome }) => slot !== null && plan?.labels?.[slot] === "suspect" && outcome === "supports-hp",
  );
  const issue = {
    question: "Was it taken?",
    standard: "clear and convincing",
    findings: about.map(({ finding }) => finding),
    conduct: Object.keys(conduct).slice(0, 1),
    answers: about.flatMap(({ finding, alternatives }) =>
      Array.from({ length: alternatives }, (_, alternative) => ({ finding, alternative, answer: "ruled out" })),
    ),
    held: draw.below(3) === 0 ? "not shown" : "yes",
    reasons: "a reason",
  };
  return { outcome: issue.held === "yes" ? "upheld" : "not-shown", issues: [issue] };
}

/** Each history's roles as the pack has them. */
export function strangers(entries: readonly CaseEntry[], roles: readonly Role[]): CaseEntry[] {
  return entries.filter(({ role }) => !roles.includes(role));
}
