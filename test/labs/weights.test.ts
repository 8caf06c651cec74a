/** Laws of the weights laboratory, on the trained models that ship with the repository. */
import { afterAll, describe, expect, test } from "vitest";
import { labelRuns, positionSample } from "../../src/alignment/sampling.js";
import { encodeFinding } from "../../src/finding/codec.js";
import type { Validation } from "../../src/finding/validation.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry, type Side } from "../../src/labs/weights/examine.js";
import { METHOD_VERSION } from "../../src/labs/weights/method.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

const study: Validation = {
  digest: `sha256:${"1".repeat(64)}`,
  summary: {
    type: "assay/validation/v1",
    method: "weights/unit-labels",
    methodVersion: METHOD_VERSION,
    page: "validation/weights-unit-labels.md",
    nulls: { pairs: 1000, families: 100, accusedPairs: 0, accusedFamilies: 0 },
    positives: { pairs: 100, families: 50, foundPairs: 100, foundFamilies: 50 },
  },
};

async function side(name: string): Promise<Side> {
  const { reading, vocabulary } = await openModel(`fixtures/demo/${name}`);
  const artefact = { name, kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const };
  return { reading, vocabulary, identity: Promise.resolve({ artefact, evidence: [] }) };
}

async function examined(
  reference: string,
  suspect: string,
  options: { seed?: string; validation?: Validation | null } = {},
) {
  return examineAncestry({
    reference: await side(reference),
    suspect: await side(suspect),
    settings: { seed: options.seed ?? "s", rows: "sampled" },
    validations: options.validation === null ? [] : [options.validation ?? study],
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work: { concurrency: 2, onProgress: () => {} },
  });
}

const combined = (finding: { tests: { id: string; log10P: number }[] }) =>
  finding.tests.find((t) => t.id === "combined")!.log10P;

describe("outcomes", () => {
  test("derived pairs support hp, whichever is called the reference, with the same p", async () => {
    for (const child of ["finetune", "deeper"]) {
      const [one, two] = [await examined("base", child), await examined(child, "base")];
      expect(one.outcome).toBe("supports-hp");
      expect(combined(one)).toBeLessThan(-20);
      expect(combined(two)).toBe(combined(one));
    }
  });

  test("negative control: unrelated pairs are not accused, under any of ten seeds", async () => {
    for (let i = 0; i < 10; i++)
      for (const [a, b] of [
        ["base", "independent-twin"],
        ["base", "text-student"],
        ["deeper", "independent-twin"],
      ] as const) {
        const finding = await examined(a, b, { seed: `control ${i}` });
        expect(finding.outcome).toBe("inconclusive");
        expect(combined(finding)).toBeGreaterThan(-2);
        expect(finding.strength).toBeNull();
      }
  });

  test("without a study of this version nothing is supported", async () => {
    expect((await examined("base", "finetune", { validation: null })).outcome).toBe("uncalibrated");
    const other = { ...study, summary: { ...study.summary, methodVersion: "0" } };
    expect((await examined("base", "finetune", { validation: other })).outcome).toBe("uncalibrated");
  });

  test("strength stands at the cap of the study, not at the p-value", async () => {
    const { strength } = await examined("base", "finetune");
    // lower95(50/50) / upper95(0/50), 100 families holding 50 disjoint pairs: 0.9418 / 0.05816
    expect(strength!.log10LR).toEqual({ low: 1.2, high: 1.2 });
    expect(strength!.term).toBe("moderate support");
  });
});

describe("observations", () => {
  test("repeated layers show: deeper repeats layers 1 to 4 of the base", async () => {
    const finding = await examined("base", "deeper");
    const seen = weightsObservationsSchema.parse(finding.observations);
    const suspects = seen.correspondence.map((c) => c.suspectLayers);
    expect(suspects).toEqual([[0], [1, 5], [2, 6], [3, 7], [4, 8], [9]]);
  });

  test("an independent twin has no correspondence, and no tensor related", async () => {
    const seen = weightsObservationsSchema.parse((await examined("base", "independent-twin")).observations);
    expect(seen.correspondence.every((c) => c.suspectLayers.length === 0)).toBe(true);
    expect(seen.tensors.every((t) => t.relation === "unrelated" || t.relation === "not-assessed")).toBe(true);
    expect(seen.architecture.fields.find((f) => f.field === "hiddenSize")?.same).toBe(true);
  });

  test("a model against itself is identical tensor by tensor", async () => {
    const seen = weightsObservationsSchema.parse((await examined("base", "base")).observations);
    expect(new Set(seen.tensors.map((t) => t.relation))).toEqual(new Set(["identical"]));
  });

  test("every finding is valid, coherent text", async () => {
    for (const suspect of ["finetune", "independent-twin"]) encodeFinding(await examined("base", suspect));
  });
});

describe("sampling", () => {
  test("looks at sizes and the seed alone, and never at a label twice", () => {
    for (const [n, max] of [
      [100, 256],
      [256, 256],
      [11_008, 2048],
      [4000, 256],
    ] as const) {
      const labels = labelRuns(n, max, "x").flatMap((r) => Array.from({ length: r.count }, (_, i) => r.start + i));
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels.length).toBe(Math.min(n, max));
      expect(Math.max(...labels)).toBeLessThan(n);
      if (n > max) expect(labelRuns(n, max, "y")).not.toEqual(labelRuns(n, max, "x"));
    }
    // The draw is part of the method: another one is another version of it.
    expect(
      labelRuns(4000, 256, "x")
        .slice(0, 3)
        .map((run) => run.start),
    ).toEqual([224, 688, 800]);
    expect(positionSample(32_000, 2048, "x").slice(0, 4)).toEqual([112, 113, 114, 115]);
    expect(positionSample(32_000, 2048, "x")).toEqual([...positionSample(32_000, 2048, "x")].sort((a, b) => a - b));
  });
});
