/** The second stage at the laboratory's door: when it runs, what it may say, what it says when it does not run. */
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { loadStudy, type Study } from "../../src/app/studies.js";
import { incoherences } from "../../src/finding/coherence.js";
import { findingSchema } from "../../src/finding/finding.js";
import { ComputePool } from "../../src/host/model/compute-pool.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { type WeightsObservations, weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { renderPage } from "../../src/report/page.js";
import { pageOf } from "../asked.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const pool = new ComputePool();
afterAll(() => pool.close());
const settings = { seed: SEED_DEFAULT, rows: "sampled" } as const;

async function ancestry(reference: string, suspect: string, studies: Study[], from = join(SHARED, "zoo")) {
  const { findings } = await examineModels({
    reference: join(from, reference),
    suspect: join(from, suspect),
    settings,
    studies,
    home: null,
    pool,
    onProgress: () => {},
  });
  const finding = findings[0]!;
  findingSchema.parse(finding);
  weightsObservationsSchema.parse(finding.observations);
  expect(incoherences(finding, KNOWN_RULES)).toEqual([]);
  return finding;
}

async function studies(): Promise<Study[]> {
  const found = await Promise.all(
    ["validation/weights-unit-labels.json", "validation/weights-aligned-units.json"].map(loadStudy),
  );
  return found.filter((study) => study !== null);
}

test("where layers are aligned one by one, what was looked at is counted and no rotation is published", async () => {
  const all = await studies();
  const finding = await ancestry("base", "independent-twin", all, resolve("fixtures/demo"));
  const { aligned } = finding.observations as WeightsObservations;
  // Four ways for the whole model, then layer by layer: once a page of such a pair showed nothing of all this.
  expect(aligned!.attempts.length).toBeGreaterThan(4);
  const study = all.find((s) => s.digest === finding.method.validation!.digest)!;
  const page = renderPage(await pageOf("examine weights", { inputs: [], settings, arguments: [] }, finding, study));
  expect(page).toContain("alignment-map");
  expect(JSON.stringify(finding).length).toBeLessThan(100_000);
});

describe.skipIf(!HAS_SHARED)("shared ancestry, second stage", () => {
  test("a disguised copy supports hp by the aligned method, scored and never exact", { timeout: 120_000 }, async () => {
    const all = await studies();
    const finding = await ancestry("models/continued", "models/disguised", all);
    expect(finding.outcome).toBe("supports-hp");
    expect(finding.method.id).toBe("weights/aligned-units");
    expect(finding.reason).toContain("under P0 with 5 % tolerance");
    const combined = finding.tests.find((t) => t.id === "combined")!;
    expect(combined.exact).toBe(false);
    expect(combined.log10P).toBeLessThan(-100);
    expect(finding.tests.find((t) => t.id === "weights/unit-labels")!.exact).toBe(true);
    const { aligned } = finding.observations as WeightsObservations;
    expect(aligned!.layerPairs.length).toBe(36);
    const study = all.find((s) => s.digest === finding.method.validation!.digest)!;
    const page = renderPage(await pageOf("examine weights", { inputs: [], settings, arguments: [] }, finding, study));
    expect(page).toContain("After alignment");
    expect(page).toContain("alignment-map");
  });

  test("independents and students stay inconclusive, and so does every small pair", { timeout: 240_000 }, async () => {
    const all = await studies();
    for (const [a, b] of [
      ["models/distilled", "models/disguised"],
      ["bank/d00", "bank/d01"],
    ] as const) {
      const finding = await ancestry(a, b, all);
      expect(finding.outcome, `${a} ${b}`).toBe("inconclusive");
      expect(finding.method.id).toBe("weights/aligned-units");
      expect(finding.strength).toBeNull();
    }
  });

  test("without its own study, and where the exact tests speak, it is not run", { timeout: 120_000 }, async () => {
    const [exact] = await studies();
    const silent = await ancestry("models/finetune", "models/disguised", [exact!]);
    expect(silent.method.id).toBe("weights/unit-labels");
    expect(silent.reason).toContain("Disguises were not undone (weights/aligned-units): no validation study");
    const loud = await ancestry("models/base", "models/finetune", await studies());
    expect(loud.method.id).toBe("weights/unit-labels");
  });
});
