/**
 * A whole dispute, told on what ships: complaint, sealed exhibit, answer, blind plan with a decoy and a control, findings by
 * a real laboratory, decision, order, appeal, report. Every act goes through the functions of the command line; nothing is
 * written beside them. The parties are fictional, the models really trained. The case is a rehearsal and says so.
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hex } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { roundAt } from "../../evidence/drand.js";
import { zip } from "../../evidence/zip.js";
import { makeIdentity } from "../../host/log/sealing.js";
import { packagePath } from "../../host/package-files.js";
import type { FactsOf, SlotContent } from "../../office/docket/pack/facts.js";
import { digestOfPlan, encodePlan, factsOfPlan, type TestPlan } from "../../office/docket/plan/test-plan.js";
import { emptyOpinion } from "../../report/verdict/opinion.js";
import { verifyBundleZip } from "../bundle/verify-bundle.js";
import { announceDraw, drawFacts, labelFacts, signatureOf } from "../docket/act.js";
import { bundleOfCase } from "../docket/case-bundle.js";
import { factsOfFinding } from "../docket/finding-facts.js";
import { Rehearsal } from "../docket/rehearsal.js";
import { draftOfVerdict, verdictOf } from "../docket/verdict.js";
import { verifyCase } from "../docket/verify-case.js";
import { demonstrated } from "../known.js";
import { SOFTWARE } from "../software.js";

const CASE = "2026-001";
/** Monday, 2 March 2026, nine o'clock UTC. */
const BEGINS = Date.parse("2026-03-02T09:00:00Z") / 1000;
const DAY_SECONDS = 86_400;

export interface Step {
  title: string;
  says: string;
  /** What was checked as the other side would, and whether it held. */
  verified: { what: string; holds: boolean }[];
}

export interface StoryOptions {
  /** An existing folder; cases, slots, bundles and the report go into it. */
  out: string;
  /** Examines a slot against the reference under a plan. @returns the bundle, a zip */
  examine: (slot: string, reference: string, plan: Digest) => Promise<Uint8Array>;
  /** Computes a bundle again from the slots. @returns whether it came out the same */
  again: (bundle: Uint8Array, inputs: string) => Promise<boolean>;
  onStep: (step: Step, done: number, of: number) => void;
}

export interface Story {
  steps: Step[];
  /** Folder of cases, for the docket. */
  cases: string;
  bundle: Uint8Array;
}

const STEPS = 9;

/**
 * @param out folder that the story is written into @param examine the laboratory: a test puts invented findings here
 * @throws UNSUPPORTED where no laboratory has a dispute to tell
 */
export async function tellDispute({ out, examine, again, onStep }: StoryOptions): Promise<Story> {
  const { demonstration } = demonstrated();
  const { dispute } = demonstration;
  if (!dispute) throw new AssayError("UNSUPPORTED", "demo: no laboratory of this version has a dispute to tell");
  const steps: Step[] = [];
  const told = (title: string, says: string, verified: Step["verified"] = []) => {
    const step = { title, says, verified };
    steps.push(step);
    onStep(step, steps.length, STEPS);
  };
  const cases = join(out, "cases");
  await mkdir(cases, { recursive: true });

  const escrow = await makeIdentity(join(out, "escrow.age"));
  const court = await Rehearsal.open(cases, {
    id: CASE,
    office: "docket.example",
    begins: BEGINS,
    escrow,
    cast: {
      complainant: ["Aldgate Labs", "counsel of Aldgate Labs"],
      respondent: ["Meridian Cloud", "counsel of Meridian Cloud"],
      panel: ["the panel", "presiding member"],
      examiner: ["Thornbury Analysis", "examiner"],
      "second-examiner": ["Harrow Laboratories", "second examiner"],
      custodian: ["the custodian", "custodian"],
      "appeal-panel": ["the appeal panel", "presiding member on appeal"],
    },
  });
  await court.act(
    "complainant",
    "complaint",
    { members: 1, fee: "paid", tried: 0 },
    {
      text: "Meridian Cloud serves a model that, we say, was made from ours. We ask for a label and a register entry.",
    },
  );
  told("Complaint", "The office opens a case under its rules, with a log of its own; Aldgate Labs files.");

  await court.later(1).act("registrar", "notice", async (open, received) => ({
    ...(await announceDraw(open, received, 3600)),
  }));
  await court.act("registrar", "service.proof", { way: "courier", on: court.today });
  await court.act(
    "complainant",
    "exhibit",
    {
      exhibit: "E1",
      title: "Access records of the accounts in question",
      kind: "document",
      root: sha256Digest(new Uint8Array()),
      tier: "COUNSEL_EXPERTS",
      carried: true,
      speaksFor: "complainant",
    },
    {
      tier: "COUNSEL_EXPERTS",
      attachments: [{ name: "access-records.txt", bytes: new TextEncoder().encode("accounts, days, endpoints\n") }],
    },
  );
  await court
    .later(10)
    .act(
      "respondent",
      "response",
      { position: "denies" },
      { text: "Our model was trained from its own initialisation. We ask that the tests be blind." },
    );
  told(
    "Answer",
    "Meridian Cloud is served and denies. One exhibit is sealed: it stays listed, and its contents are encrypted.",
  );

  await court.later(1).act("registrar", "panel.drawn", async (open) => ({
    ...(await drawFacts(open, {
      list: ["A. Moreau", "B. Okafor", "C. Lindqvist", "D. Ferrante", "E. Nakagawa"],
      excluded: [{ who: "B. Okafor", because: "advised Aldgate Labs" }],
      signature: null,
    })),
  }));
  const [member] = (await court.open()).state.panel;
  await court.act("panel", "panel.disclosed", { who: member, conflict: "none" });
  await court.later(6).act("panel", "threshold.decided", { held: "proceed", reasons: "the papers show access" });
  const secret = hex(new Uint8Array(randomBytes(32)));
  const plan = await planOf(court, dispute, secret);
  told(
    "Plan",
    "A panel is drawn. Tests are planned before anything is tested: three slots, a decoy and a control among them.",
  );

  await court.later(4).act("registrar", "beacon", async (open) => ({
    round: open.state.plan!.round,
    signature: await signatureOf(open, open.state.plan!.round, null),
  }));
  const { labels } = labelFacts(await court.open(), secret);
  const slots = join(out, "slots");
  const shipped = (name: string) => packagePath(join(demonstration.folder, name));
  await cp(shipped(demonstration.reference), join(slots, "reference"), { recursive: true });
  for (const [slot, content] of labels.entries())
    await cp(shipped(dispute.slots[content as keyof typeof dispute.slots]), join(slots, `slot-${slot}`), {
      recursive: true,
    });
  told(
    "Slots",
    "The beacon's round and the custodian's secret say what lies in which slot; the examiner does not know.",
  );

  const digest = digestOfPlan(plan);
  const runs: { facts: FactsOf<"finding">; bundle: Uint8Array; holds: boolean }[] = [];
  for (const { id, proposition, slot } of plan.runs) {
    const bundle = await examine(join(slots, `slot-${slot}`), join(slots, "reference"), digest);
    const { holds } = verifyBundleZip(bundle);
    runs.push({ facts: factsOfFinding(bundle, { run: id, slot: slot!, proposition }), bundle, holds });
    await writeFile(join(out, `${id}.zip`), bundle);
  }
  await exhibits(court, runs);
  for (const { facts, bundle } of runs)
    await court.act(
      "examiner",
      "finding",
      { ...facts },
      { attachments: [{ name: `${facts.run}.zip`, bytes: bundle }] },
    );
  told(
    "Findings",
    "Every slot is examined by the laboratory, and every result is entered before the labels are opened.",
    runs.map(({ facts, holds }) => ({ what: `bundle of ${facts.run}`, holds })),
  );

  await court.act("custodian", "blind.opened", async (open) => ({ ...labelFacts(open, secret) }));
  const about = labels.indexOf("suspect");
  const supporting = runs.filter(({ facts }) => facts.slot === about && facts.outcome === "supports-hp");
  const recomputed: Step["verified"] = [];
  for (const { facts, bundle } of supporting) {
    const same = await again(bundle, slots);
    recomputed.push({ what: `${facts.run} computed again from the models`, holds: same });
    const report = sha256Digest(new TextEncoder().encode(`verify --recompute of ${facts.finding}: ${same}`));
    await court.act("second-examiner", "recomputed", { finding: facts.finding, same, report });
  }
  const outcomes = runs.map(({ facts }) => `${labels[facts.slot!]}: ${facts.outcome}`).join(", ");
  told(
    "Labels",
    `The labels are opened (${outcomes}); a second examiner computes the suspect's finding again.`,
    recomputed,
  );

  await court.later(10 + 14 + 4);
  const decided = await decide(
    court,
    supporting.map(({ facts }) => facts),
  );
  told("Decision and order", decided);

  await court.act("respondent", "appeal.noticed");
  await court
    .later(5)
    .act("respondent", "appeal.grounds", { grounds: ["an alternative was answered without evidence"] });
  await court.later(5).act("complainant", "reply");
  await court
    .later(20)
    .act("appeal-panel", "appeal.decided", { held: "upheld", reasons: "the answers rest on exhibits in the case" });
  const open = await court.open();
  const files = await bundleOfCase(court.folder, "PUBLIC", open.state.at);
  const report = await verifyCase(files);
  const bundle = zip(files);
  await writeFile(join(out, `${CASE}.zip`), bundle);
  told(
    "Appeal",
    `The appeal is decided; the case is ${report.state?.state ?? "unreadable"}. The other side verifies the whole case offline.`,
    [{ what: `${CASE}.zip, ${report.state?.entries ?? 0} entries`, holds: report.holds }],
  );

  const draft = draftOfVerdict(await verdictOf(open, emptyOpinion(), "PUBLIC", open.state.at));
  await mkdir(join(out, "report"), { recursive: true });
  await writeFile(join(out, "report", "verdict.html"), draft.html);
  await writeFile(join(out, "report", "verdict.json"), draft.json);
  told(
    "Report",
    "An expert's report is drawn from the case; what is opinion is left to a person, and it is not signed.",
  );
  return { steps, cases, bundle };
}

type Dispute = NonNullable<ReturnType<typeof demonstrated>["demonstration"]["dispute"]>;

const MAKERS: Readonly<Record<keyof Dispute["slots"], string>> = {
  suspect: "Meridian Cloud, as served",
  independent: "made from another random initialisation",
  "positive-control": "made from the reference by the custodian",
};

/** Proposed, commented on by both sides, adopted. */
async function planOf(court: Rehearsal, { proposition, methods, slots }: Dispute, secret: string): Promise<TestPlan> {
  const { state } = await court.open();
  const kinds = Object.keys(slots) as (keyof Dispute["slots"])[];
  const plan: TestPlan = {
    type: "assay/test-plan/v1",
    case: CASE,
    runs: kinds.map((_, slot) => ({ id: `run-${slot}`, proposition, methods: [...methods], slot })),
    contents: kinds.map((kind) => ({ kind: kind satisfies SlotContent, maker: MAKERS[kind] })),
    labels: {
      beacon: { chain: state.beacon!.chain, round: roundAt(state.beacon!, court.at + 3 * DAY_SECONDS) },
      secret: sha256Digest(Uint8Array.from(Buffer.from(secret, "hex"))),
      rule: "fisher-yates/hmac-sha256/v1",
    },
    software: SOFTWARE,
  };
  const proposed = { plan: digestOfPlan(plan) };
  await court.act("examiner", "plan.proposed", proposed, {
    attachments: [{ name: "plan.json", bytes: encodePlan(plan) }],
  });
  for (const side of ["complainant", "respondent"] as const) await court.act(side, "plan.commented", proposed);
  await court.act("panel", "plan.adopted", { ...factsOfPlan(plan) });
  return plan;
}

async function exhibits(court: Rehearsal, runs: readonly { facts: FactsOf<"finding"> }[]): Promise<void> {
  const reference = runs[0]!.facts.subjects.find((root) => runs.every(({ facts }) => facts.subjects.includes(root)))!;
  const entered = [
    { exhibit: "reference", root: reference },
    ...runs.map(({ facts }) => ({
      exhibit: `slot-${facts.slot}`,
      root: facts.subjects.find((root) => root !== reference)!,
    })),
  ];
  for (const { exhibit, root } of entered) {
    await court.act(
      "custodian",
      "exhibit",
      {
        exhibit,
        title: exhibit,
        kind: "model",
        root,
        tier: "TRIBUNAL_ONLY",
        carried: false,
        speaksFor: "neither",
      },
      { tier: "TRIBUNAL_ONLY" },
    );
    const custody = { exhibit, event: "received", seq: 0, rehash: root, purpose: "examination under the plan" };
    await court.act("custodian", "custody", custody);
  }
}

/** What the findings carry, and no more: without one that supports the claim the case ends as not shown. */
async function decide(court: Rehearsal, supporting: readonly FactsOf<"finding">[]): Promise<string> {
  const question = "Was the suspect made from the reference?";
  if (supporting.length === 0) {
    const issue = {
      question,
      standard: "clear and convincing",
      findings: [],
      conduct: [],
      answers: [],
      held: "not shown",
    };
    const reasons = "What was found does not carry the burden, which is the complainant's.";
    await court.act("panel", "decision", { outcome: "not-shown", issues: [{ ...issue, reasons }] });
    return "The panel decides: not shown. No order follows.";
  }
  for (const [element, held] of [
    ["access", "yes"],
    ["authorisation", "no"],
  ])
    await court.act("panel", "conduct.found", { element, held, reasons: "as the parties' papers show" });
  await court.act(
    "panel",
    "decision",
    {
      outcome: "upheld",
      issues: [
        {
          question,
          standard: "clear and convincing",
          findings: supporting.map(({ finding }) => finding),
          conduct: ["access", "authorisation"],
          answers: supporting.flatMap(({ finding, alternatives }) =>
            Array.from({ length: alternatives }, (_, alternative) => ({
              finding,
              alternative,
              answer: "The seeds and the training code that the respondent handed over rule it out.",
            })),
          ),
          held: "yes",
          reasons: "One laboratory under a blind plan, the decoy clean, the control found, computed again by another.",
        },
      ],
    },
    {
      text: "The finding says how much more is to be expected if the models share ancestral weights. Whose act that was rests on the papers.",
    },
  );
  const models = supporting[0]!.subjects.slice(1);
  await court
    .later(10)
    .act("panel", "order", { rung: 5, effect: "label", models, reach: "self", reasons: "the decision" });
  return "The panel decides for the complainant. The gate of a label is open with one laboratory; a recall would need two.";
}
