import { describe, expect, it } from "vitest";
import { KNOWN_RULES } from "../../../src/app/known-rules.js";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { encodeFinding } from "../../../src/finding/codec.js";
import { incoherences } from "../../../src/finding/coherence.js";
import { STATISTICS } from "../../../src/labs/behaviour/agreement/agreement.js";
import { countBlock } from "../../../src/labs/behaviour/agreement/block-count.js";
import { memorySource } from "../../../src/labs/behaviour/answers/answer-source.js";
import { type BehaviourRequest, examineBehaviour } from "../../../src/labs/behaviour/examine.js";
import { METHOD_VERSION, PROPOSITIONS_TESTED } from "../../../src/labs/behaviour/method.js";
import { behaviourObservationsSchema } from "../../../src/labs/behaviour/observations.js";
import { type Development, developmentSchema } from "../../../src/labs/behaviour/score/development.js";
import { answersOf, toJsonl, unrelated } from "./made-answers.js";

const PROMPTS = 120;
const PANEL = 20;

/** A calibration made up for these made-up models: what is tested is the laboratory, not its figures. */
const development: Development = developmentSchema.parse({
  type: "assay/behaviour-development/v1",
  methodVersion: METHOD_VERSION,
  normaliserVersion: "1",
  statistics: [...STATISTICS],
  kinds: ["other bases", "siblings of one base", "same maker, other size"],
  models: [],
  propositions: Object.fromEntries(
    PROPOSITIONS_TESTED.map((id) => [
      id,
      [
        {
          prompts: 50,
          fits: [
            {
              out: [],
              weights: STATISTICS.map(() => 1 / STATISTICS.length),
              slope: 4,
              intercept: -6,
              covariance: [0.01, 0, 0.01],
              nullMax: [1.2, 1.3, 1.4],
              nullFamilies: [20, 6, 4],
            },
          ],
        },
      ],
    ]),
  ),
});

const validations: BehaviourRequest["validations"] = PROPOSITIONS_TESTED.map((method) => ({
  digest: sha256Digest(utf8(method)),
  summary: {
    type: "assay/validation/v1",
    method,
    methodVersion: METHOD_VERSION,
    page: "validation/behaviour.md",
    nulls: { pairs: 1000, families: 40, accusedPairs: 0, accusedFamilies: 0 },
    positives: { pairs: 20, families: 20, foundPairs: 20, foundFamilies: 20 },
  },
}));

function request(
  reference: Map<string, string>,
  suspect: Map<string, string>,
  changes: Partial<BehaviourRequest> = {},
  panel = unrelated(PANEL, PROMPTS, 100),
): BehaviourRequest {
  const artefact = (name: string, texts: Map<string, string>) => ({
    artefact: { name, kind: "transcript" as const, root: sha256Digest(utf8(toJsonl(texts))) },
  });
  const texts = [reference, suspect, ...panel];
  return {
    reference: artefact("reference", reference),
    suspect: artefact("suspect", suspect),
    evidence: [],
    names: texts.map((_, i) => `model ${i}`),
    cast: {
      groups: Int32Array.from(texts.keys()),
      panel: panel.map((_, i) => i + 2),
      siblings: [],
      panelLabelled: false,
    },
    releases: null,
    leftOut: [],
    source: memorySource([...reference.keys()], new Map(), texts),
    count: (block, groups) => Promise.resolve(countBlock(block, groups)),
    concurrency: 1,
    samples: null,
    development,
    basesLeftOut: [],
    validations,
    settings: { seed: "t" },
    software: { name: "assay", version: "0", commit: "unknown" },
    onProgress: () => undefined,
    ...changes,
  };
}

const parent = answersOf({ seed: "parent" }, PROMPTS);
const child = answersOf({ seed: "child", parent: { seed: "parent", share: 0.7 } }, PROMPTS);
const stranger = answersOf({ seed: "stranger" }, PROMPTS);

describe("the behaviour laboratory", () => {
  it("hands out one coherent finding a proposition, typed and printable", async () => {
    const findings = await examineBehaviour(request(parent, child));
    expect(findings.map((f) => f.proposition.id)).toEqual([...PROPOSITIONS_TESTED]);
    for (const finding of findings) {
      expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
      expect(behaviourObservationsSchema.parse(finding.observations)).toEqual(finding.observations);
      expect(JSON.parse(encodeFinding(finding)).outcome).toBe(finding.outcome);
    }
    const tuned = findings[1]!;
    expect(tuned.outcome).toBe("supports-hp");
    expect(tuned.strength!.log10LR.high).toBeLessThanOrEqual(tuned.strength!.cap.log10LR);
  });

  it("accuses no unrelated pair", async () => {
    for (let i = 0; i < 6; i++) {
      const other = answersOf({ seed: `other ${i}` }, PROMPTS);
      for (const finding of await examineBehaviour(request(stranger, other)))
        expect(finding.outcome).toBe("inconclusive");
    }
  });

  it("gives the same bytes again", async () => {
    const [a, b] = [await examineBehaviour(request(parent, child)), await examineBehaviour(request(parent, child))];
    expect(a.map(encodeFinding)).toEqual(b.map(encodeFinding));
  });

  it("ranks a given sibling of the reference above the suspect when the suspect comes from that sibling", async () => {
    // The suspect was tuned from the sibling; the reference shares less with it.
    const sibling = answersOf({ seed: "sibling", parent: { seed: "parent", share: 0.5 } }, PROMPTS);
    const ofSibling = new Map(sibling);
    const panel = unrelated(PANEL, PROMPTS, 100);
    const texts = [parent, ofSibling, sibling, ...panel];
    const [, tuned] = await examineBehaviour({
      ...request(parent, ofSibling),
      names: texts.map(String),
      cast: {
        groups: Int32Array.from([0, 1, 0, ...panel.map((_, i) => i + 2)]),
        panel: panel.map((_, i) => i + 3),
        siblings: [2],
        panelLabelled: false,
      },
      source: memorySource([...parent.keys()], new Map(), texts),
    });
    expect(tuned!.outcome).toBe("inconclusive");
    expect(tuned!.reason).toContain("other models of the reference's maker");
  });

  it.each<[string, Partial<BehaviourRequest>, Map<string, string>, string, string]>([
    ["no shared prompt", { source: memorySource([], new Map(), []) }, child, "refused", "share no prompt"],
    ["no development set", { development: null }, child, "uncalibrated", "no development set is at hand"],
    ["a base that no fit leaves out", { basesLeftOut: [3] }, child, "uncalibrated", "bases of both sides are left out"],
    ["no study", { validations: [] }, child, "uncalibrated", "No validation study"],
    [
      "a constant answer",
      {},
      new Map([...parent.keys()].map((id) => [id, "I am glad to help you with that."])),
      "uncalibrated",
      "open with the same three words",
    ],
    [
      "reasoning that leaks in a fixed format",
      {},
      new Map([...child].map(([id, text]) => [id, `Okay, let me think about what the user wants. ${text}`])),
      "uncalibrated",
      "open with the same three words",
    ],
    ["silence", {}, new Map([...parent.keys()].map((id) => [id, ""])), "uncalibrated", "empty"],
    [
      "another script",
      {},
      new Map([...parent.keys()].map((id) => [id, `Ответ номер ${id}: это зависит от многого.`])),
      "uncalibrated",
      "Latin script",
    ],
  ])("%s is said and accuses nobody", async (_name, changes, suspect, outcome, reason) => {
    for (const finding of await examineBehaviour(request(parent, suspect, changes))) {
      expect(finding.outcome).toBe(outcome);
      expect(finding.reason).toContain(reason);
      expect(finding.strength).toBeNull();
    }
  });

  it("needs a panel of fifteen families", async () => {
    const small = unrelated(10, PROMPTS, 100);
    for (const finding of await examineBehaviour(request(parent, child, {}, small)))
      expect([finding.outcome, finding.reason]).toEqual(["uncalibrated", expect.stringContaining("panel of 10")]);
  });

  it("sees a release move towards the reference", async () => {
    const panel = unrelated(PANEL, PROMPTS, 100);
    const texts = [parent, child, stranger, child, ...panel];
    const [, tuned] = await examineBehaviour({
      ...request(parent, child),
      names: texts.map(String),
      cast: {
        groups: Int32Array.from([0, 1, 1, 1, ...panel.map((_, i) => i + 2)]),
        panel: panel.map((_, i) => i + 4),
        siblings: [],
        panelLabelled: false,
      },
      releases: { before: 2, after: 3 },
      source: memorySource([...parent.keys()], new Map(), texts),
    });
    const moved = behaviourObservationsSchema.parse(tuned!.observations).beforeAfter!;
    expect(moved.change).toBeGreaterThan(moved.placeboHigh);
    expect(moved.placebosAtOrAbove).toBe(0);
  });

  it("stops early only above every running supremum of the nulls", async () => {
    const long = 260;
    const [a, b] = [answersOf({ seed: "p" }, long), answersOf({ seed: "c", parent: { seed: "p", share: 0.8 } }, long)];
    const findings = await examineBehaviour(request(a, b, {}, unrelated(PANEL, long, 100)));
    const { rounds } = behaviourObservationsSchema.parse(findings[1]!.observations);
    expect(rounds.map((r) => r.prompts)).toEqual([50, 100, 200, 260]);
    expect(new Set(rounds.map((r) => r.nullSupremum)).size).toBe(1);
    expect(rounds[0]!.above).toBe(true);
  });
});
