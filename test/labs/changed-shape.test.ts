/**
 * What the exact test sees when a copy has another shape: units removed or added in order, residual dimensions removed,
 * layers grafted, repeated, reordered. Beside each its negative: the same operation on an independent twin.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { grafted, narrowed, quantised, relayered, thinned, widened } from "../../materials/weights/derive.ts";
import { readWeights, type Weights } from "../../materials/weights/weights.ts";
import { labelRuns, labelWindows, runLabels } from "../../src/alignment/sampling.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry, type Side } from "../../src/labs/weights/examine.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { temporary } from "../host/temporary.js";

const at = temporary();
const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

const DEMO = "fixtures/demo";
const [child, twin] = ["finetune", "independent-twin"].map((name) => readWeights(`${DEMO}/${name}`));

async function side(path: string): Promise<Side> {
  const { reading, vocabulary } = await openModel(path);
  const artefact = { name: path, kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const };
  return { reading, vocabulary, identity: Promise.resolve({ artefact, evidence: [] }) };
}

let written = 0;
async function against(reference: string, { config, tensors }: Weights) {
  const folder = at(String(written++));
  mkdirSync(folder);
  const list = [...tensors].map(([name, { shape, data }]) => ({
    name,
    dtype: "F32" as const,
    shape,
    data: new Uint8Array(data.slice().buffer),
  }));
  writeFileSync(`${folder}/model.safetensors`, writeSafetensors(list));
  writeFileSync(`${folder}/config.json`, JSON.stringify(config));
  copyFileSync(`${DEMO}/base/tokenizer.json`, `${folder}/tokenizer.json`);
  const finding = await examineAncestry({
    reference: await side(`${DEMO}/${reference}`),
    suspect: await side(folder),
    settings: { seed: "s", rows: "sampled" },
    validations: [],
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work: { concurrency: 2, onProgress: () => {} },
  });
  const seen = weightsObservationsSchema.parse(finding.observations);
  const axis = (id: string) => seen.axes.find((a) => a.axis === id)!.log10P ?? 0;
  return {
    log10P: finding.tests.find((t) => t.id === "combined")!.log10P,
    mlp: axis("mlp-hidden"),
    residual: axis("residual"),
    layers: seen.correspondence.map((c) => c.suspectLayers),
    units: seen.making?.statements.find((x) => x.what === "width" && "paired" in x.numbers)?.numbers,
  };
}

const identity = [[0], [1], [2], [3], [4], [5]];

describe("units removed or added in order", () => {
  test.each([
    ["three quarters of the units, at random", (w: Weights) => narrowed(w, 0.75, "random", "x")],
    ["half, by importance", (w: Weights) => narrowed(w, 0.5, "important", "x")],
    ["a quarter, at random", (w: Weights) => narrowed(w, 0.25, "random", "x")],
    ["the last half", (w: Weights) => narrowed(w, 0.5, "last", "x")],
    ["half as many again, appended", (w: Weights) => widened(w, 1.5, "x")],
    ["half the residual dimensions", (w: Weights) => thinned(w, 0.5, "random", "x")],
    [
      "half of both, in four bits",
      (w: Weights) => quantised(thinned(narrowed(w, 0.5, "random", "x"), 0.5, "random", "x"), 4),
    ],
  ])("%s: found in the child, layer by layer, and not in the twin", async (_name, change) => {
    const found = await against("base", change(child!));
    expect(found.mlp).toBeLessThan(-8);
    expect(found.layers).toEqual(identity);
    if (_name.startsWith("the last half")) {
      const kept = found.units!.firstLayerUnits as number[];
      expect(kept.length).toBeGreaterThan(0.95 * 128);
      expect(Math.min(...kept)).toBe(128);
      expect(found.units!.ascending).toBe(1);
    }
    const control = await against("base", change(twin!));
    expect(control.log10P).toBeGreaterThan(-2);
    expect(control.layers.flat()).toEqual([]);
  });

  test("units put in order of importance: the MLP is silent, values and residual dimensions speak", async () => {
    const found = await against("base", narrowed(child!, 0.75, "sorted", "x"));
    expect(found.mlp).toBeGreaterThan(-2);
    expect(found.log10P).toBeLessThan(-10);
  });
});

describe("which layers were taken", () => {
  test.each([[[2]], [[0, 3]], [[1, 2, 3]], [[0, 1, 2, 4, 5]]])("layers %j grafted into a twin", async (taken) => {
    const found = await against("base", grafted(twin!, child!, taken));
    expect(found.log10P).toBeLessThan(-20);
    expect(found.layers).toEqual(identity.map(([l]) => (taken.includes(l!) ? [l] : [])));
  });

  test("repeated, dropped and moved layers are each listed where they stand", async () => {
    const { layers } = await against("base", relayered(child!, [5, 0, 0, 3]));
    expect(layers).toEqual([[1, 2], [], [], [3], [], [0]]);
  });

  test("a reference that repeats layers lists all of them", async () => {
    const { layers } = await against("deeper", child!);
    expect(layers).toEqual([[0], [1], [2], [3], [4], [1], [2], [3], [4], [5]]);
  });
});

describe("windows of labels", () => {
  test("hold the beginning, the middle and the end, each label once", () => {
    expect(labelWindows(100, 768)).toEqual([{ start: 0, count: 100 }]);
    const labels = Array.from(runLabels(labelWindows(11_008, 768)));
    expect(labels.length).toBe(768);
    expect(new Set(labels).size).toBe(768);
    expect([labels[0], labels.at(-1)]).toEqual([0, 11_007]);
  });

  test("sampled labels rise, and a smaller sample is part of a larger one", () => {
    const [few, many] = [256, 2048].map((max) => Array.from(runLabels(labelRuns(11_008, max, "s"))));
    expect(few).toEqual([...few!].sort((a, b) => a - b));
    expect(few!.every((label) => many!.includes(label))).toBe(true);
  });

  test("of two blocks cut in order from one another they share a third of the units kept, or more", () => {
    const large = new Set(runLabels(labelWindows(11_008, 4096)));
    const kept = Array.from({ length: 5504 }, (_, i) => 2 * i);
    const shared = Array.from(runLabels(labelWindows(5504, 4096))).filter((label) => large.has(kept[label]!));
    expect(shared.length).toBeGreaterThan(1365);
  });
});
