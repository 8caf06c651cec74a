/**
 * The case of the told dispute: complaint with its exhibits, one of them sealed, answer, blind plan with a decoy and a
 * control, findings by a real laboratory, decision, order, appeal. Every act goes through the functions of the command
 * line; nothing is written beside them. The parties are fictional, the models really trained. The case is a rehearsal and
 * says so.
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hex } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { zip } from "../../evidence/zip.js";
import { packagePath } from "../../host/package-files.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import { digestOfPlan, type TestPlan } from "../../office/docket/plan/test-plan.js";
import { verifyBundleZip } from "../bundle/verify-bundle.js";
import { announceDraw, drawFacts, labelFacts, signatureOf } from "../docket/act.js";
import { bundleOfCase } from "../docket/case-bundle.js";
import { factsOfFinding } from "../docket/finding-facts.js";
import { Rehearsal } from "../docket/rehearsal.js";
import { verifyCase } from "../docket/verify-case.js";
import type { Demonstration } from "../laboratory.js";
import { decide } from "./decision.js";
import { adoptPlan, type Dispute, enterModels } from "./plan.js";
import { type ShownBundle, saveBundle } from "./shown-evidence.js";
import type { Place, Teller, Verified } from "./step.js";

const CASE = "2026-001";
/** Monday, 2 March 2026, nine o'clock UTC. */
const BEGINS = Date.parse("2026-03-02T09:00:00Z") / 1000;

export interface CaseOptions {
  /** The story's folder; cases, slots and bundles go into it. */
  out: string;
  /** Examines a slot against the reference under a plan. @returns the bundle, a zip */
  examine: (slot: string, reference: string, plan: Digest) => Promise<Uint8Array>;
  /** Computes a bundle again from the slots. @returns whether it came out the same */
  again: (bundle: Uint8Array, inputs: string) => Promise<boolean>;
}

export interface ToldCase {
  id: string;
  folder: string;
  /** The whole case, public, as a file. */
  bundle: Uint8Array;
  /** What each slot held, in order of slots, and what was found of it. */
  outcomes: { run: string; content: string; outcome: string }[];
  /** The run whose finding the order rests on, the model it is about, and the order's entry; null where none was made. */
  order: { run: string; model: string; seq: number } | null;
}

const page = (path: string, text: string): Place => ({ site: "docket", path: `cases/${CASE}${path}`, text });

interface Hearing extends CaseOptions {
  court: Rehearsal;
  teller: Teller;
  demonstration: Demonstration;
  dispute: Dispute;
}

interface Run {
  facts: FactsOf<"finding">;
  bundle: Uint8Array;
}

/** @param evidence bundles that the complainant brings @param escrow the office's age recipient */
export async function tellCase(
  options: CaseOptions & { demonstration: Demonstration; dispute: Dispute },
  evidence: readonly ShownBundle[],
  escrow: string,
  teller: Teller,
): Promise<ToldCase> {
  const cases = join(options.out, "cases");
  await mkdir(cases, { recursive: true });
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
  const hearing: Hearing = { ...options, court, teller };
  await complain(hearing);
  await answer(hearing, evidence);
  const secret = hex(new Uint8Array(randomBytes(32)));
  const plan = await planned(hearing, secret);
  const labels = await labelled(hearing, plan, secret);
  const runs = await examined(hearing, plan);
  const supporting = await opened(hearing, runs, labels, secret);
  const ordered = await decided(hearing, supporting);
  const bundle = await appealed(hearing);
  const { records } = await court.open();
  const made = ordered ? records.find(({ kind }) => kind === "order") : undefined;
  const outcomes = runs.map(({ facts }) => ({
    run: facts.run!,
    content: labels[facts.slot!]!,
    outcome: facts.outcome,
  }));
  const [first] = supporting;
  const order = made && first ? { run: first.facts.run!, model: first.facts.subjects.at(-1)!, seq: made.seq } : null;
  return { id: CASE, folder: court.folder, bundle, outcomes, order };
}

async function complain({ court, teller }: Hearing): Promise<void> {
  await court.act(
    "complainant",
    "complaint",
    { members: 1, fee: "paid", tried: 0 },
    {
      text: "Meridian Cloud serves a model that, we say, was made from ours. We ask for a label and a register entry.",
    },
  );
  teller.told(
    "Complaint",
    "The office opens a case under its rules, with a log of its own; Aldgate Labs files.",
    [],
    [page("", "the case")],
  );
}

async function answer({ court, teller }: Hearing, evidence: readonly ShownBundle[]): Promise<void> {
  await court.later(1).act("registrar", "notice", async (open, received) => ({
    ...(await announceDraw(open, received, 3600)),
  }));
  await court.act("registrar", "service.proof", { way: "courier", on: court.today });
  for (const { name, title, bundle } of evidence)
    await court.act(
      "complainant",
      "exhibit",
      {
        ...{ exhibit: name, title, kind: "document", root: sha256Digest(bundle), tier: "PUBLIC" },
        ...{ carried: true, speaksFor: "complainant" },
      },
      { attachments: [{ name: `${name}.zip`, bytes: bundle }] },
    );
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
  teller.told(
    "Answer",
    "Meridian Cloud is served. Aldgate Labs brings what it found before as exhibits: that opens no order, since nobody had planned it. One exhibit is sealed: it stays listed, and its contents are encrypted. Meridian Cloud denies.",
    [],
    [page("/timeline", "every entry, in order"), page("/exhibits", "the exhibits")],
  );
}

async function planned({ court, teller, dispute }: Hearing, secret: string): Promise<TestPlan> {
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
  const plan = await adoptPlan(court, dispute, secret);
  teller.told(
    "Plan",
    "A panel is drawn. Tests are planned before anything is tested: three slots hold the model in dispute, an independent twin as decoy and a known copy as control.",
    [],
    [page("/findings", "the plan")],
  );
  return plan;
}

/** @returns what lies in each slot */
async function labelled(
  { court, teller, out, demonstration, dispute }: Hearing,
  plan: TestPlan,
  secret: string,
): Promise<readonly string[]> {
  await court.later(4).act("registrar", "beacon", async (open) => ({
    round: open.state.plan!.round,
    signature: await signatureOf(open, open.state.plan!.round, null),
  }));
  const { labels } = labelFacts(await court.open(), secret);
  const shipped = (name: string) => packagePath(join(demonstration.folder, name));
  await cp(shipped(demonstration.reference), join(out, "slots/reference"), { recursive: true });
  for (const [slot, content] of labels.entries())
    await cp(shipped(dispute.slots[content as keyof typeof dispute.slots]), join(out, `slots/slot-${slot}`), {
      recursive: true,
    });
  teller.told(
    "Slots",
    `The beacon's round and the custodian's secret say which of the ${plan.runs.length} models lies in which slot; the examiner does not know.`,
  );
  return labels;
}

async function examined({ court, teller, out, examine }: Hearing, plan: TestPlan): Promise<Run[]> {
  const digest = digestOfPlan(plan);
  const runs: Run[] = [];
  const verified: Verified[] = [];
  const places: Place[] = [];
  for (const { id, proposition, slot } of plan.runs) {
    const bundle = await examine(join(out, `slots/slot-${slot}`), join(out, "slots/reference"), digest);
    verified.push({ what: `${id}.zip`, holds: verifyBundleZip(bundle).holds });
    runs.push({ facts: factsOfFinding(bundle, { run: id, slot, proposition }), bundle });
    places.push(await saveBundle(out, id, `the finding on slot ${slot}`, bundle));
  }
  await enterModels(court, runs);
  for (const { facts, bundle } of runs)
    await court.act(
      "examiner",
      "finding",
      { ...facts },
      { attachments: [{ name: `${facts.run}.zip`, bytes: bundle }] },
    );
  teller.told(
    "Findings",
    "Every slot is examined by the laboratory, and every result is entered before the labels are opened.",
    verified,
    places,
  );
  return runs;
}

const SLOT_WORDS: Readonly<Record<string, string>> = {
  suspect: "the model in dispute, a disguised copy",
  independent: "the independent twin",
  "positive-control": "the known copy",
};

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  "supports-hp": "where the finding supports shared weights",
  inconclusive: "where it is inconclusive and accuses nobody",
};

/** @returns runs about the suspect that support the claim */
async function opened(
  { court, teller, out, again }: Hearing,
  runs: readonly Run[],
  labels: readonly string[],
  secret: string,
): Promise<Run[]> {
  await court.act("custodian", "blind.opened", async (open) => ({ ...labelFacts(open, secret) }));
  const about = labels.indexOf("suspect");
  const supporting = runs.filter(({ facts }) => facts.slot === about && facts.outcome === "supports-hp");
  const recomputed: Verified[] = [];
  for (const { facts, bundle } of supporting) {
    const same = await again(bundle, join(out, "slots"));
    recomputed.push({ what: `${facts.run}.zip computed again from the models, to the last bit`, holds: same });
    const report = sha256Digest(new TextEncoder().encode(`verify --recompute of ${facts.finding}: ${same}`));
    await court.act("second-examiner", "recomputed", { finding: facts.finding, same, report });
  }
  const outcomes = runs
    .map(({ facts }) => `${SLOT_WORDS[labels[facts.slot!]!]}, ${OUTCOME_WORDS[facts.outcome] ?? facts.outcome}`)
    .join("; ");
  teller.told(
    "Labels",
    `The labels are opened: ${outcomes}. A second examiner computes the finding on the model in dispute again.`,
    recomputed,
    [page("/findings", "findings with their labels")],
  );
  return supporting;
}

async function decided({ court, teller }: Hearing, supporting: readonly Run[]): Promise<boolean> {
  await court.later(10 + 14 + 4);
  const { says, ordered } = await decide(
    court,
    supporting.map(({ facts }) => facts),
  );
  teller.told(
    "Decision and order",
    says,
    [],
    [page("/decision", "the decision with its reasons"), page("/orders", "the order")],
  );
  return ordered;
}

/** @returns the whole case as a file */
async function appealed({ court, teller, out }: Hearing): Promise<Uint8Array> {
  await court.act("respondent", "appeal.noticed");
  await court
    .later(5)
    .act("respondent", "appeal.grounds", { grounds: ["an alternative was answered without evidence"] });
  await court.later(5).act("complainant", "reply");
  await court
    .later(20)
    .act("appeal-panel", "appeal.decided", { held: "upheld", reasons: "the answers rest on exhibits in the case" });
  const { state } = await court.open();
  const files = await bundleOfCase(court.folder, "PUBLIC", state.at);
  const bundle = zip(files);
  await writeFile(join(out, `${CASE}.zip`), bundle);
  const report = await verifyCase(files);
  teller.told(
    "Appeal",
    `The decision is upheld on appeal; the case is ${report.state?.state ?? "unreadable"}. The other side verifies the whole case offline.`,
    [{ what: `${CASE}.zip, ${report.state?.entries ?? 0} entries`, holds: report.holds }],
    [page("", "the case as it ended")],
  );
  return bundle;
}
