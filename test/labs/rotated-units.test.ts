/** A residual stream turned at widths at which no rotation is searched for: a copy is found through tokens, innocents are not accused. */
import { describe, expect, test } from "vitest";
import { asModel, grafted, type Held, quantised } from "../../materials/weights/altered.ts";
import {
  CONSTRUCTIONS,
  type Construction,
  makePair,
  type Shape,
  TINY,
  trainedLike,
} from "../../materials/weights/structured.ts";
import { turned } from "../../materials/weights/turned.ts";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry } from "../../src/labs/weights/examine.js";
import type { WeightsObservations } from "../../src/labs/weights/observations.js";
import { look, percentOf } from "../../src/labs/weights/pairing/look.js";
import { directionsOf, notThroughTokens } from "../../src/labs/weights/rotated/method.js";
import { ROTATED } from "../../src/labs/weights/rotated/rotated.js";
import { studiesOf } from "../asked.js";

const studies = await studiesOf("examine weights");

/** Wider than any rotation is searched for; few units, so that it is quick. */
const WIDE: Shape = { layers: 5, hidden: 1024, units: 128, heads: 2, headDim: 32, vocabulary: 768 };

/** Rows with directions of their own, as training makes them: a few for each layer. */
const withDirections: Construction["mlp"] = (rows, columns, structure, values) => {
  const out = trainedLike(rows, columns, structure, values);
  const rank = 8;
  const left = Float32Array.from({ length: rows * rank }, () => values.normal());
  const right = Float32Array.from({ length: rank * columns }, () => 0.4 * values.normal());
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      for (let k = 0; k < rank; k++) out[r * columns + c]! += left[r * rank + k]! * right[k * columns + c]!;
  return out;
};
const LEARNED: Construction = { id: "learned", mlp: withDirections, byLayer: true };

function pairOf(construction: Construction, shape: Shape): [Held, Held] {
  return makePair(construction, "pair", ["one", "other"], shape).map(
    ({ model, tensors }): Held => ({
      model,
      values: new Map(
        [...model.tensors].map(([name, { matrix }]) => [
          name,
          { rows: matrix.rows, columns: matrix.columns, data: tensors.get(name)! },
        ]),
      ),
    }),
  ) as [Held, Held];
}

async function sides(a: Held, b: Held) {
  const both = [asModel(a, "one"), asModel(b, "other")] as const;
  const files = new Map<string, Float32Array>();
  for (const { model, load } of both)
    for (const tensor of model.tensors.values()) files.set(tensor.matrix.file, await load(tensor));
  const compute = new LocalCompute(async (file, offset, into) => {
    const { buffer, byteOffset } = files.get(file)!;
    into.set(new Uint8Array(buffer, byteOffset + offset, into.length));
  });
  return { models: [both[0].model, both[1].model] as const, compute };
}

const settings = { seed: "s", rows: "sampled" as const };
const work = { concurrency: 1, onProgress: () => {} };

async function examined(a: Held, b: Held) {
  const { models, compute } = await sides(a, b);
  const side = (model: (typeof models)[number]) => ({
    reading: { kind: "model" as const, model },
    vocabulary: null,
    identity: Promise.resolve({
      artefact: { name: "m", kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const },
      evidence: [],
    }),
  });
  const finding = await examineAncestry({
    reference: side(models[0]),
    suspect: side(models[1]),
    settings,
    validations: studies,
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work,
  });
  return { finding, seen: finding.observations as WeightsObservations };
}

async function looked(a: Held, b: Held) {
  const { models, compute } = await sides(a, b);
  return look(ROTATED, {
    reference: models[0],
    suspect: models[1],
    vocabularies: { reference: null, suspect: null },
    settings,
    compute,
    work,
  });
}

describe("wider than a rotation is searched for", { timeout: 240_000 }, () => {
  const [own, other] = pairOf(LEARNED, WIDE);

  test("a copy in eight bits, stream turned and units in another order: shown with its share, uncalibrated", async () => {
    const { finding, seen } = await examined(own, turned(quantised(own, 8), "t"));
    expect(finding).toMatchObject({ outcome: "uncalibrated", strength: null, method: { id: "weights/rotated-units" } });
    expect(finding.reason).toContain("residual width 1024");
    expect(finding.tests.find(({ id }) => id === "weights/unit-labels")!.log10P).toBeGreaterThan(-6);
    expect(finding.tests.find(({ id }) => id === "combined")!.exact).toBe(false);
    expect(seen.permuted!.percent).toBeLessThan(5);
    expect(seen.rotated!.percent).toBeGreaterThan(90);
    expect(seen.rotated!.start).toMatchObject({ explains: false });
    expect(seen.rotated!.layerPairs.filter((p) => p.counted).every((p) => p.middle)).toBe(true);
  });

  test("independent models are not, turned or not, and the figure is shown", async () => {
    for (const suspect of [other, turned(other, "t")]) {
      const { finding, seen } = await examined(own, suspect);
      expect(finding).toMatchObject({ outcome: "inconclusive", method: { id: "weights/unit-labels" } });
      expect(finding.reason).toContain("weights/rotated-units");
      expect(finding.reason).toContain("Not seen here: a copy whose residual stream was turned and whose tokens were");
      expect(seen.rotated!.percent).toBeLessThan(2);
    }
  });

  test("layers of the middle in a model with its own ends: enough; the ends alone: not seen", async () => {
    const host: Held = { ...own, values: new Map([...other.values].filter(([name]) => name.startsWith("layers."))) };
    for (const name of ["embed", "norm", "output"])
      if (own.values.has(name)) host.values.set(name, own.values.get(name)!);
    const middle = await looked(own, turned(grafted(host, own, [1, 2, 3]), "t"));
    expect(percentOf(middle)).toBeGreaterThan(90);
    const ends = await looked(own, turned(grafted(host, own, [0, 4]), "t"));
    expect(percentOf(ends)).toBeLessThan(2);
    expect(ends.pairs.filter(({ agreeing, labels }) => agreeing > labels / 2)).toHaveLength(2);
  });
});

describe("innocents", () => {
  test.each([
    "one default seed, trained apart by 1 of the draw's energy",
    "frozen public embeddings",
    "one Hadamard rotation",
    "one random mask, 20 % kept",
    "one public adapter of rank 32, half of the energy",
    // Above every null by version 1, which asked about a start in place alone and took 0.95 of nearly the same rows for a copy's.
    "one seed a machine, two depths, trained apart by 0.03",
    "one public table cut to two widths, trained apart by 0.03",
    "one key for every layer, two depths, trained apart",
    "one default seed, weights that lean, trained apart by 0.03",
    "one default seed, none below nought, trained apart by 0.03",
  ])("%s, one side turned", async (id) => {
    const construction = CONSTRUCTIONS.find((c) => c.id === id)!;
    const [a, b] = pairOf(construction, { ...TINY, layers: 3, vocabulary: 256 });
    expect(percentOf(await looked(a, turned(b, "t")))).toBeLessThan(10);
  });
});

test("what the models share decides how much is looked at; too few tokens are said to be too few", async () => {
  const [own] = pairOf(LEARNED, { ...WIDE, hidden: 64, vocabulary: 256 });
  const { models } = await sides(own, own);
  expect(directionsOf(models[0], models[1], 8192, true)).toBe(32);
  expect(directionsOf(models[0], models[1], 80, true)).toBe(20);
  expect(notThroughTokens(models[0], models[1], 256)).toBeNull();
  expect(notThroughTokens(models[0], models[1], 40)).toContain("40 shared tokens");
});
