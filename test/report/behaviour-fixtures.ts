/** A finding of the behaviour laboratory on answers of invented models, made by the laboratory itself. */

import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import type { Finding } from "../../src/finding/finding.js";
import { STATISTICS } from "../../src/labs/behaviour/agreement/agreement.js";
import { countBlock } from "../../src/labs/behaviour/agreement/block-count.js";
import { memorySource } from "../../src/labs/behaviour/answers/answer-source.js";
import type { SampledAnswer } from "../../src/labs/behaviour/answers/samples.js";
import { examineBehaviour } from "../../src/labs/behaviour/examine.js";
import { METHOD_VERSION, PROPOSITIONS_TESTED } from "../../src/labs/behaviour/method.js";
import { type Development, developmentSchema } from "../../src/labs/behaviour/score/development.js";
import type { PageInput, PageValidation } from "../../src/report/page-input.js";
import { answersOf, unrelated } from "../labs/behaviour/made-answers.js";
import { shownBy } from "./shown-by.js";

const PROMPTS = 120;
const PANEL = 18;
const AT = Array.from({ length: 13 }, (_, i) => (i - 6) / 2);

const summary = (method: string): PageValidation["summary"] => ({
  type: "assay/validation/v1",
  method,
  methodVersion: METHOD_VERSION,
  page: "validation/behaviour.md",
  nulls: { pairs: 1000, families: 40, accusedPairs: 0, accusedFamilies: 0 },
  positives: { pairs: 20, families: 20, foundPairs: 20, foundFamilies: 20 },
  curves: {
    at: AT,
    positives: AT.map((x) => Math.round(1e4 / (1 + 10 ** (x - 1.5))) / 1e4),
    nulls: AT.map((x) => Math.round(1e4 / (1 + 10 ** (2 * x + 2))) / 1e4),
    crossEntropy: AT.map((x) => Math.round(1e4 * 0.14 * Math.exp(-((x - 0.3) ** 2) / 2)) / 1e4),
    crossEntropyMin: AT.map((x) => Math.round(1e4 * 0.09 * Math.exp(-(x ** 2) / 2)) / 1e4),
  },
});

const digestOf = (name: string) => sha256Digest(utf8(name));

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

/** Three findings: with samples and probabilities, siblings, and two releases of the suspect. */
export async function behaviourFindings(): Promise<Finding[]> {
  const parent = answersOf({ seed: "parent" }, PROMPTS);
  const child = answersOf({ seed: "child", parent: { seed: "parent", share: 0.7 } }, PROMPTS);
  const sibling = answersOf({ seed: "sibling", parent: { seed: "parent", share: 0.1 } }, PROMPTS);
  const earlier = answersOf({ seed: "earlier", parent: { seed: "parent", share: 0.2 } }, PROMPTS);
  const panel = unrelated(PANEL, PROMPTS, 100);
  const texts = [parent, child, sibling, earlier, child, ...panel];
  const side = (seed: string) => ({ artefact: { name: seed, kind: "transcript" as const, root: digestOf(seed) } });
  const samples = (of: Map<string, string>, other: Map<string, string>, low: number) =>
    new Map(
      [...of].map(([id, text], i): [string, SampledAnswer[]] => [
        id,
        [text, other.get(id)!, text].map((t, k) => ({ text: t, logprob: -low - ((7 * i + 3 * k) % 10) / 20 })),
      ]),
    );
  return examineBehaviour({
    reference: side("aldgate-chat-13b"),
    suspect: side("meridian-helper"),
    evidence: [digestOf("aldgate-chat-13b"), digestOf("meridian-helper")],
    names: ["aldgate-chat-13b", "meridian-helper", "aldgate-chat-7b", "meridian-v1", "meridian-v2"].concat(
      panel.map((_, i) => `panel model ${i + 1}`),
    ),
    cast: {
      groups: Int32Array.from([0, 1, 0, 1, 1, ...panel.map((_, i) => i + 2)]),
      panel: panel.map((_, i) => i + 5),
      siblings: [2],
      panelLabelled: true,
    },
    releases: { before: 3, after: 4 },
    leftOut: [{ why: "answered less than 80 % of the prompts", models: 2 }],
    source: memorySource(
      [...parent.keys()],
      new Map([...parent.keys()].map((id) => [id, `Prompt ${id}: what is <b>asked</b> here?`])),
      texts,
    ),
    samples: { reference: samples(parent, sibling, 0.8), suspect: samples(child, earlier, 1) },
    count: (block, groups) => Promise.resolve(countBlock(block, groups)),
    concurrency: 1,
    development,
    basesLeftOut: [],
    validations: PROPOSITIONS_TESTED.map((method) => ({ digest: digestOf(method), summary: summary(method) })),
    settings: { seed: "page" },
    software: { name: "assay", version: "0.1.0", commit: "e249d89c0f3f0f0a7c1d5b6a4e3c2b1a09f8e7d6" },
    onProgress: () => undefined,
  });
}

export function behaviourPageInput(finding: Finding): PageInput {
  const id = finding.proposition.id;
  return {
    finding,
    ...shownBy(finding),
    validation: { summary: summary(id), digest: digestOf(id), nullLog10P: [], positiveLog10P: [] },
    reproduce: {
      command: "assay examine behaviour REFERENCE SUSPECT --panel DIR --sibling T --before T1 --after T2 --seed page",
    },
    signed: null,
  };
}
