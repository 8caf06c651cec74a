/**
 * Six courses of a fictional dispute (Aldgate Labs v. Meridian Cloud): upheld with real findings of two laboratories,
 * default, settlement, voided examination, not shown, reversed on appeal. The first takes bundles that `assay examine`
 * made; the others state findings without their bundles, and `assay verify` says that those are not carried.
 */
import { createHash } from "node:crypto";
import { factsOfFinding } from "../../dist/app/docket/finding-facts.js";
import type { FactsOf } from "../../dist/office/docket/pack/facts.js";
import { Court } from "./court.ts";

export const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

export const SUSPECT = digestOf("the suspect model") as `sha256:${string}`;
const REFERENCE = digestOf("the reference model") as `sha256:${string}`;
const CONTENTS = [
  { kind: "suspect", maker: "Meridian Cloud, as served" },
  { kind: "independent", maker: "made for this case from another seed" },
  { kind: "positive-control", maker: "tuned from the reference by the custodian" },
] as const;
export const WEIGHTS_METHODS = ["weights/unit-labels 4", "weights/aligned-units 1"];
export const MARKS_METHODS = ["marks/leak 2"];

export interface Slotted {
  /** The bundle by what lies in the slot, and the roots it speaks of. */
  bundle: (laboratory: "weights" | "marks", content: string, plan: string) => Promise<Uint8Array>;
  methods: { weights: string[]; marks: string[] };
}

/** Runs of two laboratories over three slots. */
export function planOf(caseId: string, methods: { weights: string[]; marks: string[] }) {
  const runs = [0, 1, 2].flatMap((slot) => [
    { id: `weights-${slot}`, proposition: "weights/shared-ancestry", methods: methods.weights, slot },
    { id: `marks-${slot}`, proposition: "marks/leak", methods: methods.marks, slot },
  ]);
  const software = { name: "assay", version: "0.1.0", commit: "as in each bundle" };
  return { type: "assay/test-plan/v1" as const, case: caseId, runs, contents: [...CONTENTS], software };
}

/** A finding without its bundle, for courses in which laboratories are not run. */
export function statedFinding(
  plan: string,
  run: { id: string; proposition: string; methods: string[]; slot: number },
  outcome: FactsOf<"finding">["outcome"],
  subject: string,
  evidence: string[] = [],
): FactsOf<"finding"> {
  const [method, version] = run.methods[0]!.split(" ") as [string, string];
  const finding = digestOf(`${plan} ${run.id} ${outcome}`);
  return {
    plan,
    run: run.id,
    slot: run.slot,
    proposition: run.proposition,
    method,
    version,
    outcome,
    finding,
    bundle: digestOf(`bundle of ${finding}`),
    subjects: [REFERENCE, subject],
    evidence,
    alternatives: 1,
  };
}

const OUTCOME_OF: Record<string, FactsOf<"finding">["outcome"]> = {
  suspect: "supports-hp",
  independent: "inconclusive",
  "positive-control": "supports-hp",
};

interface Examined {
  findings: FactsOf<"finding">[];
  /** Those about the suspect that support the proposition. */
  supporting: FactsOf<"finding">[];
}

/** From planning to the opened labels, with stated findings. */
export async function examined(
  court: Court,
  how: { outcomes?: Record<string, FactsOf<"finding">["outcome"]>; shared?: boolean } = {},
): Promise<Examined> {
  const plan = await court.plan(planOf("2026-001", { weights: WEIGHTS_METHODS, marks: MARKS_METHODS }));
  await court.beacon();
  const { state } = await court.case();
  const labels = await court.labels();
  const roots = labels.map((content) => (content === "suspect" ? SUSPECT : digestOf(content)));
  await exhibits(court, REFERENCE, roots);
  const findings: FactsOf<"finding">[] = [];
  for (const run of plan.runs) {
    const outcome = { ...OUTCOME_OF, ...how.outcomes }[labels[run.slot]!]!;
    const evidence = how.shared ? [digestOf("a log that both read")] : [digestOf(`${run.proposition} panel`)];
    const facts = statedFinding(state.plan!.plan, run, outcome, roots[run.slot]!, evidence);
    await court.act("examiner", "finding", { ...facts });
    findings.push(facts);
  }
  await court.openLabels();
  const about = labels.indexOf("suspect");
  const supporting = findings.filter(({ slot, outcome }) => slot === about && outcome === "supports-hp");
  for (const { finding } of supporting)
    await court.act("second-examiner", "recomputed", { finding, same: true, report: digestOf("report") });
  return { findings, supporting };
}

async function exhibits(court: Court, reference: string, roots: readonly string[]): Promise<void> {
  const enter = (exhibit: string, root: string) =>
    court.act("custodian", "exhibit", {
      exhibit,
      title: exhibit === "reference" ? "the complainant's model" : `what lies in ${exhibit}`,
      kind: "model",
      root,
      tier: "TRIBUNAL_ONLY",
      carried: false,
      speaksFor: "neither",
    });
  // Each plan has slots of its own.
  const set = court.open.state.plans.length + 1;
  if (set === 1) await enter("reference", reference);
  for (const [slot, root] of roots.entries()) {
    const name = `plan-${set}-slot-${slot}`;
    await enter(name, root);
    await court.act("custodian", "custody", {
      exhibit: name,
      event: "received",
      seq: 0,
      rehash: root,
      purpose: "examination under the plan",
    });
  }
}

export async function conductFound(court: Court): Promise<void> {
  for (const [element, held] of [
    ["access", "yes"],
    ["terms", "yes"],
    ["authorisation", "no"],
    ["confidentiality-measures", "yes"],
    ["secret-or-patent", "not shown"],
    ["independent-making", "no"],
  ])
    await court.act("panel", "conduct.found", { element, held, reasons: "as the logs and the parties' papers show" });
}

export function upheld(supporting: readonly FactsOf<"finding">[]) {
  return {
    outcome: "upheld",
    issues: [
      {
        question: "Was the suspect made from the reference?",
        standard: "clear and convincing",
        findings: supporting.map(({ finding }) => finding),
        conduct: ["access", "authorisation"],
        answers: supporting.flatMap(({ finding, alternatives }) =>
          Array.from({ length: alternatives }, (_, alternative) => ({
            finding,
            alternative,
            answer: "The seeds and the initialisation code that the respondent handed over rule it out.",
          })),
        ),
        held: "yes",
        reasons: "Two laboratories under one plan, decoys clean, the respondent heard.",
      },
    ],
  };
}

const NOT_SHOWN = {
  outcome: "not-shown",
  issues: [
    {
      question: "Was the suspect made from the reference?",
      standard: "clear and convincing",
      findings: [],
      conduct: [],
      answers: [],
      held: "not shown",
      reasons: "What was found does not carry the burden, which is the complainant's.",
    },
  ],
};

const takeDown = (model: string) => ({
  rung: 8,
  effect: "suspend",
  models: [model],
  reach: "declared",
  reasons: "paragraph 12 of the decision",
});

async function answered(court: Court): Promise<void> {
  await court.file({ reference: REFERENCE, suspect: SUSPECT });
  await court.later(2).act("respondent", "commitment.received", { roots: [digestOf("corpus"), digestOf("logs")] });
  await court.later(10).act("respondent", "response", { position: "denies" });
  await court.toPlanning();
}

/** The complete course: bundles of the real laboratories, upheld, ordered, final. */
export async function upheldCourse(folder: string, slotted: Slotted): Promise<Court> {
  const court = await Court.open(folder);
  await answered(court);
  const plan = await court.plan(planOf("2026-001", slotted.methods));
  await court.beacon();
  const { state } = await court.case();
  const labels = await court.labels();
  const runs: { facts: FactsOf<"finding">; zip: Uint8Array }[] = [];
  for (const run of plan.runs) {
    const laboratory = run.proposition.startsWith("weights") ? "weights" : "marks";
    const zip = await slotted.bundle(laboratory, labels[run.slot]!, state.plan!.plan);
    runs.push({ zip, facts: factsOfFinding(zip, { run: run.id, slot: run.slot, proposition: run.proposition }) });
  }
  // Under the plan only where the bundle's own request names it.
  if (runs.some(({ facts }) => facts.plan !== state.plan!.plan))
    throw new Error("a bundle was made under another plan");
  const subjects = [...new Set(runs.flatMap(({ facts }) => facts.subjects))];
  const reference = subjects.find((root) => runs.every(({ facts }) => facts.subjects.includes(root)))!;
  await exhibits(
    court,
    reference,
    subjects.filter((root) => root !== reference),
  );
  for (const { facts, zip } of runs)
    await court.act("examiner", "finding", { ...facts }, { attachments: [{ name: `${facts.run}.zip`, bytes: zip }] });
  await court.openLabels();
  const about = labels.indexOf("suspect");
  const supporting = runs
    .map(({ facts }) => facts)
    .filter(({ slot, outcome }) => slot === about && outcome === "supports-hp");
  for (const { finding } of supporting)
    await court.act("second-examiner", "recomputed", {
      finding,
      same: true,
      report: digestOf(`verify --recompute of ${finding}`),
    });
  await court.toDeliberation();
  await conductFound(court);
  await court.act("panel", "decision", upheld(supporting));
  const suspect = supporting[0]!.subjects.find((root) => root !== reference)!;
  await court.later(10).act("panel", "order", takeDown(suspect));
  await court.act("panel", "costs", { against: "respondent", because: "scale", reasons: "the scale" });
  await court.later(25).act("respondent", "compliance.report", {});
  return court;
}

/** Nobody answers: served twice, examined all the same, and nothing shown by silence. */
export async function defaultCourse(folder: string): Promise<Court> {
  const court = await Court.open(folder);
  await court.file();
  await court.act("registrar", "service.proof", { way: "email", on: court.today });
  await court.later(22).toPlanning();
  await examined(court, { outcomes: { suspect: "inconclusive" } });
  await court.toDeliberation();
  await court.act("panel", "decision", NOT_SHOWN);
  court.later(40);
  return court;
}

export async function settledCourse(folder: string): Promise<Court> {
  const court = await Court.open(folder);
  await answered(court);
  const offer = await court.act("respondent", "undertaking.given", { terms: digestOf("terms") });
  await court.later(3).act("complainant", "settlement.accepted", { offer });
  return court;
}

/** A decoy is accused: the examination is void, no remedy opens, and a second plan comes to nothing. */
export async function voidedCourse(folder: string): Promise<Court> {
  const court = await Court.open(folder);
  await answered(court);
  await examined(court, { outcomes: { independent: "supports-hp" } });
  const { state } = await court.case();
  await court.act("panel", "examination.void", { plan: state.plan!.plan, because: "a decoy was accused" });
  await examined(court, { outcomes: { suspect: "inconclusive" } });
  await court.toDeliberation();
  await court.act("panel", "decision", NOT_SHOWN);
  court.later(40);
  return court;
}

export async function notShownCourse(folder: string): Promise<Court> {
  const court = await Court.open(folder);
  await answered(court);
  await examined(court, { outcomes: { suspect: "inconclusive" } });
  await court.toDeliberation();
  await court.act("panel", "decision", NOT_SHOWN);
  await court.act("panel", "costs", { against: "none", because: "scale", reasons: "each side bears its own" });
  court.later(40);
  return court;
}

export async function reversedCourse(folder: string): Promise<Court> {
  const court = await Court.open(folder);
  await answered(court);
  const { supporting } = await examined(court);
  await court.toDeliberation();
  await conductFound(court);
  await court.act("panel", "decision", upheld(supporting));
  await court.later(10).act("panel", "order", takeDown(SUSPECT));
  await court.act("respondent", "appeal.noticed");
  await court
    .later(5)
    .act("respondent", "appeal.grounds", { grounds: ["an alternative was answered without evidence"] });
  await court.later(5).act("complainant", "reply");
  await court
    .later(20)
    .act("appeal-panel", "appeal.decided", { held: "reversed", reasons: "the answer rests on nothing in the file" });
  return court;
}

export const STATED_COURSES = {
  default: defaultCourse,
  settled: settledCourse,
  voided: voidedCourse,
  "not-shown": notShownCourse,
  reversed: reversedCourse,
} as const;
