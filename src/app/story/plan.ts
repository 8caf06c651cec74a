/** The test plan of the told dispute, and the exhibits that it is about. */
import { sha256Digest } from "../../base/digest.js";
import { roundAt } from "../../evidence/drand.js";
import type { FactsOf, SlotContent } from "../../office/docket/pack/facts.js";
import { digestOfPlan, encodePlan, factsOfPlan, type TestPlan } from "../../office/docket/plan/test-plan.js";
import type { Rehearsal } from "../docket/rehearsal.js";
import type { Demonstration } from "../laboratory.js";
import { SOFTWARE } from "../software.js";

const DAY_SECONDS = 86_400;

/** What is planned and what lies in the slots, as the laboratory's record has it. */
export type Dispute = NonNullable<Demonstration["dispute"]>;

const MAKERS: Readonly<Record<keyof Dispute["slots"], string>> = {
  suspect: "Meridian Cloud, as served",
  independent: "made from another random initialisation",
  "positive-control": "made from the reference by the custodian",
};

/**
 * Proposed, commented on by both sides, adopted: a run for each slot, before anybody knows what lies in which.
 * @param secret the custodian's, which with the beacon labels the slots
 */
export async function adoptPlan(
  court: Rehearsal,
  { proposition, methods, slots }: Dispute,
  secret: string,
): Promise<TestPlan> {
  const { state } = await court.open();
  const kinds = Object.keys(slots) as (keyof Dispute["slots"])[];
  const plan: TestPlan = {
    type: "assay/test-plan/v1",
    case: court.id,
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

/** Every model under test as an exhibit that only the tribunal may see, received by the custodian. */
export async function enterModels(court: Rehearsal, runs: readonly { facts: FactsOf<"finding"> }[]): Promise<void> {
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
