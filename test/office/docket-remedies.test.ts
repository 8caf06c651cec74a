/** What burdens somebody has its own ground: effects of a rung, models in dispute, costs, penalties, referral, reopening. */
import { expect, test } from "vitest";
import type { CaseState, FindingState } from "../../src/office/docket/fold/case-state.js";
import { beginCase, fold, rulesOf } from "../../src/office/docket/fold/fold.js";
import {
  faultOfCosts,
  faultOfDissent,
  faultOfIndependence,
  faultOfOrder,
  faultOfPenalty,
  faultOfReferral,
  faultOfReopening,
} from "../../src/office/docket/fold/remedy-facts.js";
import type { FactsOf } from "../../src/office/docket/pack/facts.js";
import { shippedPack, WEEKENDS_ONLY } from "../../src/office/docket/packs/shipped.js";

const pack = shippedPack("expedited-ai-ip/v1")!;
const D = (digit: string) => `sha256:${digit.repeat(64)}`;
const [REFERENCE, SUSPECT, DECOY, OTHER] = [D("1"), D("2"), D("3"), D("4")];
const NOW = Date.parse("2026-09-01T12:00:00Z") / 1000;

function finding(name: string, slot: number, subject: string): FindingState {
  return {
    ...{ seq: 9, run: name, slot, plan: D("a"), laboratory: "weights", proposition: "weights/shared-ancestry" },
    ...{ outcome: "supports-hp" as const, finding: D(name), bundle: D("b"), subjects: [REFERENCE, subject] },
    ...{ evidence: [], alternatives: 0, by: "k", planned: true, recomputed: [] },
  };
}

/** Decided for the complainant on finding 7, about the suspect; finding 8 is of a decoy. */
function decided(change: Partial<CaseState> = {}): CaseState {
  const issue = {
    question: "q",
    standard: "clear and convincing",
    findings: [D("7")],
    conduct: [],
    answers: [],
  } as const;
  return {
    ...beginCase(rulesOf(pack, WEEKENDS_ONLY)),
    state: "final",
    findings: [finding("7", 0, SUSPECT), finding("8", 1, DECOY)],
    plan: { plan: D("a"), labels: ["suspect", "independent"] } as CaseState["plan"],
    decision: {
      seq: 1,
      outcome: "upheld",
      issues: [{ ...issue, findings: [...issue.findings], conduct: [], answers: [], held: "yes", reasons: "r" }],
    },
    panel: ["A", "B", "C"],
    ...change,
  };
}
const order = (rung: number, effect: FactsOf<"order">["effect"], models = [SUSPECT]) =>
  faultOfOrder(decided(), { rung, effect, models, reach: "self", reasons: "r" } as FactsOf<"order">, pack);

test("a small remedy carries no large effect past its gate", () => {
  for (const rung of [1, 2, 3, 4])
    for (const effect of ["label", "suspend", "recall"] as const) expect(order(rung, effect)).toContain("no effect of");
  for (const rung of [5, 6]) {
    expect(order(rung, "label")).toBeNull();
    expect(order(rung, "suspend")).toContain("no effect of");
  }
  for (const rung of [7, 8, 9, 10]) expect(order(rung, "recall")).toBeNull();
  expect(order(8, "suspend", [])).toContain("names the models");
});

test("a gate that findings opened is open for the models that they are about, and for no other", () => {
  for (const stray of [REFERENCE, DECOY, OTHER]) expect(order(8, "suspend", [SUSPECT, stray])).toContain(stray);
  const named = decided({ asserted: { reference: SUSPECT, suspect: OTHER, tried: null } });
  const on = (model: string) =>
    faultOfOrder(named, { rung: 8, effect: "suspend", models: [model], reach: "self", reasons: "r" }, pack);
  // What the complaint calls its own reference is not ordered about; what it calls the suspect is in dispute.
  expect([on(SUSPECT) === null, on(OTHER)]).toEqual([false, null]);
});

test("costs for abuse, a penalty, a referral and a dissent each have their ground", () => {
  const abuse = { against: "complainant", because: "abusive-complaint", reasons: "r" } as const;
  expect(faultOfCosts(decided(), abuse)).toContain("not held to be abusive");
  expect(faultOfCosts(decided({ decision: { seq: 1, outcome: "abusive", issues: [] } }), abuse)).toBeNull();
  expect(faultOfCosts(decided(), { ...abuse, against: "respondent" })).toContain("complainant's");
  expect(faultOfCosts(decided(), { ...abuse, because: "refused-order" })).toContain("no order was refused");
  expect(faultOfCosts(decided(), { ...abuse, because: "scale" })).toBeNull();

  const factors = [{ id: "gravity", grade: 1, because: "b" }] as const;
  const range = { low: "10", high: "20", currency: "EUR", cap: "c", turnoverSource: "s", factors: [...factors] };
  expect(faultOfPenalty(decided(), range)).toBeNull();
  expect(faultOfPenalty(decided(), { ...range, high: "10" })).toContain("from less to more");
  expect(faultOfPenalty(decided(), { ...range, turnoverSource: null })).toContain("no figure");
  expect(faultOfPenalty(decided({ decision: { seq: 1, outcome: "not-shown", issues: [] } }), range)).toContain(
    "decided: not-shown",
  );
  const appeal = { seq: 2, by: "respondent", held: "reversed" } as const;
  expect(faultOfPenalty(decided({ appeal }), range)).toContain("reversed on appeal");

  const made = { rung: 10, standing: "made", irreversible: true } as CaseState["orders"][number];
  expect(faultOfReferral(decided())).toContain("no order of referral");
  expect(faultOfReferral(decided({ orders: [made], state: "published" }))).toContain("stayed");
  expect(faultOfReferral(decided({ orders: [made] }))).toBeNull();

  expect(faultOfDissent(decided(), { who: "D", reasons: D("5") })).toContain("not of the panel");
  expect(faultOfDissent(decided({ panel: ["A"] }), { who: "A", reasons: D("5") })).toContain("a panel of one");
  expect(faultOfDissent(decided(), { who: "B", reasons: D("5") })).toBeNull();
});

test("independence is shown by something; a default is reopened within thirty days of notice, by who was not heard", () => {
  const held = { outcome: "shown-independent", issues: [] } as FactsOf<"decision">;
  expect(faultOfIndependence(decided(), held)).toContain("not found");
  expect(faultOfIndependence(decided({ conduct: { "independent-making": "yes" } }), held)).toBeNull();
  const reopen = (noticed: string | undefined, change: Partial<CaseState> = {}) =>
    faultOfReopening(
      decided(change),
      { ground: "no-actual-notice", reasons: "r", ...(noticed === undefined ? {} : { noticed }) },
      NOW,
    );
  expect(reopen("2026-08-02")).toBeNull();
  expect(reopen("2026-08-01")).toContain("31 days ago");
  expect(reopen("2026-09-02")).toContain("yet to come");
  expect(reopen(undefined)).toContain("no day");
  expect(reopen("2026-08-20", { respondent: { answered: 1, heardAt: 1 } })).toContain("was heard");
  expect(reopen("2026-08-20", { service: { ways: [], receipt: 1 } })).toContain("receipt");
});

test("an urgent order returns on the day that it names, and on the pack's longest at the latest", () => {
  const rules = rulesOf(pack, WEEKENDS_ONLY);
  const from = (returnDays: number) => {
    const state = { ...beginCase(rules), state: "response", at: NOW, counts: { bond: 1 } };
    const facts = { withoutHearing: false, returnDays, reasons: "logs may be lost" };
    const entry = { seq: 0, kind: "interim.ordered" as const, role: "panel" as const, key: "k", statement: D("c") };
    fold(rules, [{ ...entry, received: NOW, facts }], NOW, state);
    return state.clocks.map(({ timer, day }) => [timer, day - Math.floor(NOW / 86_400)]);
  };
  expect(from(3)).toEqual([["return-date", 3]]);
  expect(from(10)).toEqual([["return-date", 10]]);
});
