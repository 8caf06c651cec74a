/** Units in another order, the basis kept: a copy is found whatever the order; innocents who share a start are not accused. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asModel, type Held, held, noisy } from "../../materials/weights/altered.ts";
import { inNewOrder } from "../../materials/weights/new-order.ts";
import { CONSTRUCTIONS, makePair, TINY } from "../../materials/weights/structured.ts";
import { prng } from "../../src/base/prng.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineAncestry } from "../../src/labs/weights/examine.js";
import type { WeightsObservations } from "../../src/labs/weights/observations.js";
import { middleOf, overDepth } from "../../src/labs/weights/pairing/over-depth.js";
import { studiesOf } from "../asked.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const studies = await studiesOf("examine weights");

async function examined(a: Held, b: Held) {
  const sides = [asModel(a, "one"), asModel(b, "other")] as const;
  const files = new Map<string, Float32Array>();
  for (const { model, load } of sides)
    for (const tensor of model.tensors.values()) files.set(tensor.matrix.file, await load(tensor));
  const compute = new LocalCompute(async (file, offset, into) => {
    const { buffer, byteOffset } = files.get(file)!;
    into.set(new Uint8Array(buffer, byteOffset + offset, into.length));
  });
  const side = (model: (typeof sides)[number]["model"]) => ({
    reading: { kind: "model" as const, model },
    vocabulary: null,
    identity: Promise.resolve({
      artefact: { name: "m", kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const },
      evidence: [],
    }),
  });
  const finding = await examineAncestry({
    reference: side(sides[0].model),
    suspect: side(sides[1].model),
    settings: { seed: "s", rows: "sampled" },
    validations: studies,
    software: { name: "assay", version: "0", commit: "0" },
    compute,
    work: { concurrency: 1, onProgress: () => {} },
  });
  return { finding, seen: finding.observations as WeightsObservations };
}

async function open(name: string, folder = join(SHARED, "zoo/bank")): Promise<Held> {
  const { reading } = await openModel(join(folder, name));
  if (reading.kind !== "model") throw new Error(reading.reason);
  const files = new FileReader();
  const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
  const found = await held(reading.model, (tensor) => compute.load(tensor.matrix));
  await files.close();
  return found;
}

describe.skipIf(!HAS_SHARED)("trained models", () => {
  test("a noisy copy in another order, up rows turned over, is found; scored, never exact", async () => {
    const own = await open("c00");
    const { finding, seen } = await examined(own, inNewOrder(noisy(own, 0.3, "n"), "o"));
    expect(finding.outcome).toBe("supports-hp");
    expect(finding.method.id).toBe("weights/permuted-units");
    expect(finding.tests.find(({ id }) => id === "combined")!.exact).toBe(false);
    expect(finding.tests.find(({ id }) => id === "weights/unit-labels")!.log10P).toBeGreaterThan(-6);
    expect(seen.permuted!.percent).toBeGreaterThan(95);
    expect(seen.permuted!.layerPairs.filter((p) => p.counted).every((p) => p.middle)).toBe(true);
  });

  test("independent models stay inconclusive, and the figure is shown", async () => {
    const { finding, seen } = await examined(await open("c00"), await open("c01"));
    expect(finding.outcome).toBe("inconclusive");
    expect(seen.permuted!.percent).toBeLessThan(5);
  });
});

test("MLPs alone in another order and gains moved by a sixth: no common start hides the copy", async () => {
  const own = await open("base", "fixtures/demo");
  const values = new Map(own.values);
  for (const [name, value] of inNewOrder(own, "o").values) if (name.includes(".mlp.")) values.set(name, value);
  const source = prng("test/permuted-units", "gains");
  for (const [name, gains] of own.values)
    if (name.includes("norm")) {
      const data = gains.data.map((x) => x * (0.83 + 0.34 * (source.below(1000) / 1000)));
      values.set(name, { ...gains, data });
    }
  const { finding, seen } = await examined(own, noisy({ model: own.model, values }, 0.05, "n"));
  expect(seen.commonStart!.explains).toBe(true);
  // Wider than the stage's study.
  expect(finding.outcome).toBe("uncalibrated");
  expect(finding.method.id).toBe("weights/permuted-units");
  expect(seen.permuted!.percent).toBeGreaterThan(95);
});

test("a copy beyond the stage's sizes is held against the study of the next stage, which carries it", async () => {
  const own = await open("base", "fixtures/demo");
  const { finding } = await examined(own, inNewOrder(noisy(own, 0.05, "n"), "o"));
  expect(finding).toMatchObject({ outcome: "supports-hp", method: { id: "weights/aligned-units" } });
});

describe("innocents", () => {
  test.each([
    "one default seed, trained apart by 1 of the draw's energy",
    "one random mask, 20 % kept",
    "one public adapter of rank 32, half of the energy",
  ])("%s, one side in another order", async (id) => {
    const construction = CONSTRUCTIONS.find((c) => c.id === id)!;
    const shape = { ...TINY, layers: 3, vocabulary: 64 };
    const [a, b] = makePair(construction, "pair", ["one", "other"], shape).map(
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
    const { finding } = await examined(a, inNewOrder(b, "order"));
    expect(finding.outcome).not.toBe("supports-hp");
    expect(finding.method.id).not.toBe("weights/permuted-units");
  });
});

describe("over depth", () => {
  const pair = (i: number, j: number, agreeing: number, explained = false) => ({
    i,
    j,
    agreeing,
    pairs: 100,
    labels: 100,
    explained,
  });
  test("layers near the ends do not count, however many units agree", () => {
    const ends = [0, 1, 10, 11].map((l) => pair(l, l, 100));
    const others = [4, 5, 6, 7].map((l) => pair(l, l, 1));
    expect(overDepth([...ends, ...others], [12, 12])).toMatchObject({ wanted: 4, share: 0.01, log10P: 0 });
    expect([...middleOf(12)]).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });
  test("a third of the layers suffices, each counted once, and none that something else explains", () => {
    const taken = [4, 5, 6, 7].map((l) => pair(l, l, 90));
    const { share, log10P } = overDepth(taken, [12, 12]);
    expect(share).toBe(0.9);
    expect(log10P).toBeLessThan(-50);
    expect(
      overDepth(
        [4, 5, 6, 7].map((l) => pair(5, l, 90)),
        [12, 12],
      ).share,
    ).toBe(0);
    expect(
      overDepth(
        taken.map((p) => ({ ...p, explained: true })),
        [12, 12],
      ).share,
    ).toBe(0);
  });
});
