/** CycloneDX 1.7: what is written validates, ours come back whole, of others everything is carried over or named. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assertBom, importBom } from "../../src/app/register/bom.js";
import { bomOf } from "../../src/office/register/exchange/cyclonedx-export.js";
import { draftsOfBom } from "../../src/office/register/exchange/cyclonedx-import.js";
import { SAMPLES } from "./samples.js";
import { derivation, ISSUED, model } from "./world.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-bom-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const subject = { ...model("northwind/lm"), uri: "https://models.example/northwind/lm" };
const declared = {
  derivation: derivation([model("southwind/base")], {
    datasets: [{ name: "corpus", uri: "https://data.example/c" }],
    method: "three epochs",
  }),
  origin: SAMPLES.origin,
  "training-content": SAMPLES["training-content"],
  "training-run": SAMPLES["training-run"],
  evaluation: SAMPLES.evaluation,
};

test("our own BOM validates and comes back whole", async () => {
  const bom = bomOf(subject, declared, ISSUED);
  await assertBom(bom, "bom");
  const back = draftsOfBom(JSON.parse(JSON.stringify(bom)), ISSUED);
  expect(back.left).toEqual([]);
  expect(back.subject).toEqual(subject);
  expect(JSON.parse(JSON.stringify(back.declared))).toEqual(JSON.parse(JSON.stringify(declared)));
});

test("what somebody changed around our declarations is named", () => {
  const bom = JSON.parse(JSON.stringify(bomOf(subject, declared, ISSUED)));
  bom.metadata.component.licenses[0].license.name = "mit";
  bom.metadata.component.copyright = "2026 someone";
  bom.components = [{ type: "library", name: "torch" }];
  expect(draftsOfBom(bom, ISSUED).left.sort()).toEqual([
    "components.0.name",
    "components.0.type",
    "metadata.component.copyright",
    "metadata.component.licenses.0.license.name",
  ]);
});

test("of a stranger's BOM each field is carried over or named", async () => {
  const path = join(folder, "foreign.json");
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.7",
    version: 1,
    metadata: {
      tools: { components: [{ type: "application", name: "somebody's tool" }] },
      component: {
        type: "machine-learning-model",
        group: "westwind",
        name: "chat-3b",
        version: "2.0",
        supplier: { name: "Westwind Ltd", url: ["https://westwind.example"] },
        licenses: [{ license: { id: "Apache-2.0" } }],
        hashes: [{ alg: "SHA-256", content: "c".repeat(64) }],
        externalReferences: [
          { type: "website", url: "https://westwind.example" },
          { type: "distribution", url: "https://models.example/w" },
        ],
        pedigree: { ancestors: [{ type: "machine-learning-model", group: "southwind", name: "base" }] },
        modelCard: {
          modelParameters: {
            task: "text generation",
            architectureFamily: "transformer",
            datasets: [{ ref: "d1" }, { type: "dataset", name: "inline" }],
          },
          quantitativeAnalysis: {
            performanceMetrics: [
              { type: "accuracy", value: "0.5", slice: "en" },
              { type: "f1", value: "about half" },
            ],
          },
          considerations: { useCases: ["chat"] },
        },
      },
    },
    components: [{ type: "data", "bom-ref": "d1", name: "corpus", data: [{ type: "dataset" }] }],
  };
  await writeFile(path, JSON.stringify(bom));
  const { subject: named, declared: drafts, left, assumed } = await importBom(path);
  expect(named).toEqual({ name: "westwind/chat-3b", id: null, uri: "https://models.example/w" });
  expect(drafts.derivation).toMatchObject({
    relation: "finetune",
    licence: "Apache-2.0",
    bases: [{ name: "southwind/base", id: null }],
    datasets: [{ name: "corpus" }, { name: "inline" }],
    identifiers: {
      hashes: [{ algorithm: "SHA-256", value: "c".repeat(64) }],
      references: [{ kind: "website", uri: "https://westwind.example" }],
    },
  });
  expect(drafts["training-content"]!.general).toMatchObject({
    provider: { name: "Westwind Ltd" },
    models: ["westwind/chat-3b 2.0"],
  });
  expect(drafts.evaluation!.claims).toEqual([{ metric: "en: accuracy", value: "0.5" }]);
  expect(assumed).toHaveLength(1);
  for (const path of [
    "supplier.url.0",
    "modelCard.considerations.useCases.0",
    "modelCard.modelParameters.architectureFamily",
    "modelCard.quantitativeAnalysis.performanceMetrics.1.value",
  ])
    expect(left).toContain(`metadata.component.${path}`);
  expect(left).toContain("metadata.tools.components.0.name");
  await writeFile(
    path,
    JSON.stringify({ ...bom, specVersion: "1.7", metadata: { component: { type: "machine-learning-model" } } }),
  );
  await expect(importBom(path)).rejects.toThrow(/CycloneDX 1.7/);
});
