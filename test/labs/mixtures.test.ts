/**
 * Mixtures of experts: each expert is a block of its own. Upcycled and split from a dense model, experts dropped or
 * listed in another order, each found, and each negative silent. And what is looked at of a model of 1T shape.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { noisy } from "../../materials/weights/derive.ts";
import { reexperted, split, upcycled } from "../../materials/weights/mixtures.ts";
import { readWeights, type Weights } from "../../materials/weights/weights.ts";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry, type Side } from "../../src/labs/weights/examine.js";
import { BLOCKS_EXAMINED } from "../../src/labs/weights/method.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { allBlocks, chooseBlocks, examinedTensors } from "../../src/labs/weights/tests/choose-blocks.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import type { CanonicalTensor, Model, Role } from "../../src/model/model.js";
import { temporary } from "../host/temporary.js";

const at = temporary();
const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

const [base, child, twin] = ["base", "finetune", "independent-twin"].map((name) =>
  readWeights(`fixtures/demo/${name}`),
) as [Weights, Weights, Weights];

let written = 0;
async function side({ config, tensors }: Weights): Promise<Side> {
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
  const { reading, vocabulary } = await openModel(folder);
  if (reading.kind === "refused") throw new Error(reading.reason);
  const artefact = { name: folder, kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const };
  return { reading, vocabulary, identity: Promise.resolve({ artefact, evidence: [] }) };
}

async function examined(reference: Weights, suspect: Weights) {
  const finding = await examineAncestry({
    reference: await side(reference),
    suspect: await side(suspect),
    settings: { seed: "s", rows: "sampled" },
    validations: [],
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work: { concurrency: 2, onProgress: () => {} },
  });
  const seen = weightsObservationsSchema.parse(finding.observations);
  return {
    mlp: seen.axes.find((a) => a.axis === "mlp-hidden")!.log10P!,
    log10P: finding.tests.find((t) => t.id === "combined")!.log10P,
    layers: seen.correspondence.map((c) => c.suspectLayers),
    said: seen.making?.statements.find((x) => x.what === "upcycled" || x.what === "experts"),
    experts: new Set(seen.blocks.flatMap((b) => (b.suspectExpert === undefined ? [] : [b.suspectExpert]))),
  };
}

const identity = [[0], [1], [2], [3], [4], [5]];

describe("a dense model and a mixture", () => {
  test.each([
    ["upcycled, with noise of half an sd on each expert", (w: Weights) => upcycled(w, 4, 0.5, "x")],
    ["its MLP dealt out to four experts", (w: Weights) => split(w, 4, "x")],
  ])("%s: found in the child, not in the twin", async (_name, make) => {
    const found = await examined(base, make(child));
    expect(found.mlp).toBeLessThan(-8);
    expect(found.layers).toEqual(identity);
    expect([...found.experts].sort()).toEqual(["0", "1", "2", "3"]);
    expect(found.said?.what).toBe("upcycled");
    expect(found.said?.numbers.pairs).toBe(24);
    expect((await examined(base, make(twin))).log10P).toBeGreaterThan(-2);
  });
});

describe("two mixtures", () => {
  const mixture = (w: Weights, seed: string) => upcycled(w, 4, 2, seed);

  test.each([
    ["half the experts kept", [1, 3]],
    ["experts in another order", [3, 1, 0, 2]],
  ])("%s, and noise: found, and not against a mixture of another model", async (_name, order) => {
    const suspect = noisy(reexperted(mixture(child, "x"), order), 0.5, "y");
    const found = await examined(mixture(child, "x"), suspect);
    expect(found.mlp).toBeLessThan(-20);
    // Upcycled experts are copies of one MLP, so any of them may answer best.
    expect(found.said?.what).toBe("experts");
    expect(found.said?.numbers.pairs).toBe(6 * order.length);
    expect((await examined(mixture(twin, "z"), suspect)).log10P).toBeGreaterThan(-2);
  });
});

describe("a model of 1T shape", () => {
  /** 61 layers, the first dense, then 384 routed experts and a shared one each. */
  function large(experts: number): Model {
    const tensors = new Map<string, CanonicalTensor>();
    const add = (layer: number, role: Role, rows: number) => {
      const name = `layers.${layer}.${role}`;
      const matrix = { file: "f", offsetBytes: 0, dtype: "BF16" as const, rows, columns: 7168 };
      tensors.set(name, { name, sourceName: name, role, layer, matrix });
    };
    for (let layer = 0; layer < 61; layer++) {
      add(layer, "attention.o", 7168);
      for (const part of ["gate", "up", "down"] as const) {
        if (layer === 0) add(layer, `mlp.${part}`, 18_432);
        else {
          add(layer, `mlp.shared.${part}`, 2048);
          for (let k = 0; k < experts; k++) add(layer, `mlp.experts.${k}.${part}`, 2048);
        }
      }
    }
    return { layers: 61, experts, tensors } as unknown as Model;
  }
  const settings = { seed: "s", rows: "sampled" } as const;

  test("of 23,101 blocks as many are looked at as the budget says, one routed expert in each layer", () => {
    const model = large(384);
    expect(allBlocks(model).length).toBe(1 + 60 * 385);
    const chosen = chooseBlocks(model, settings);
    expect(chosen.length).toBe(BLOCKS_EXAMINED);
    expect(new Set(chosen.map((b) => b.layer)).size).toBe(61);
    const routed = chosen.filter((b) => typeof b.expert === "number");
    expect(routed.length).toBe(60);
    expect(new Set(routed.map((b) => b.expert)).size).toBe(1);
    expect(chosen.filter((b) => b.expert === "shared").length).toBe(3);
  });

  test("the same numbers are drawn for a copy, and other numbers under another seed", () => {
    const original = large(384);
    // A copy whose files list their tensors the other way round.
    const copy = { ...original, tensors: new Map([...original.tensors].reverse()) } as Model;
    const numbers = (model: Model, seed: string) => chooseBlocks(model, { seed, rows: "sampled" }).map((b) => b.stem);
    expect(numbers(copy, "s")).toEqual(numbers(original, "s"));
    expect(numbers(copy, "t")).not.toEqual(numbers(original, "s"));
  });

  test("the tensors of experts that are not looked at are left out of the story", () => {
    const left = examinedTensors(large(384), settings);
    expect(left.length).toBe(61 + 3 + 60 * 3 + 60 * 3);
  });
});
