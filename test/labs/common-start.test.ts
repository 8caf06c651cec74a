/**
 * One draw or one origin? Two who start from a default seed share every initial weight and copied nothing. What tells
 * them from a copy is what was learned, where it stands by itself: in norm gains. Until version 4 each was accused.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examineStored } from "../../materials/weights/examine-stored.ts";
import {
  CONSTRUCTIONS,
  draw,
  type Made,
  make,
  makePair,
  readerOf,
  TINY,
  trainedLike,
} from "../../materials/weights/structured.ts";
import { writeDisguised } from "../../materials/weights/write-disguised.ts";
import { KNOWN_RULES } from "../../src/app/known-rules.js";
import { incoherences } from "../../src/finding/coherence.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { examineModels } from "../../src/labs/weights/desk/examine-models.js";
import { makeSketch } from "../../src/labs/weights/desk/sketch.js";
import { examineWeights } from "../../src/labs/weights/examine.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { weightsObservationsSchema } from "../../src/labs/weights/observations.js";
import { studiesOf } from "../asked.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const studies = await studiesOf("examine weights");

async function examined(a: Made, b: Made, seed = "s") {
  const side = ({ model }: Made) => ({
    reading: { kind: "model" as const, model },
    vocabulary: null,
    identity: Promise.resolve({
      artefact: { name: "m", kind: "model" as const, root: `sha256:${"0".repeat(64)}` as const },
      evidence: [],
    }),
  });
  const [ancestry, direction] = await examineWeights({
    reference: side(a),
    suspect: side(b),
    settings: { seed, rows: "sampled" },
    validations: studies,
    software: { name: "assay", version: "0", commit: "0" },
    compute: new LocalCompute(readerOf(a, b)),
    work: { concurrency: 1, onProgress: () => {} },
  });
  const { commonStart, making } = weightsObservationsSchema.parse(ancestry!.observations);
  return { ancestry: ancestry!, direction: direction!, commonStart, making };
}

const apart = CONSTRUCTIONS.find(({ id }) => id.startsWith("one default seed, trained apart by 1 "))!;
const [one, other] = [make(apart, "draw", "one"), make(apart, "draw", "other")];

/** What training leaves: rows, columns and directions of unequal weight. */
const trained = { ...apart, mlp: trainedLike, value: trainedLike, embed: trainedLike, rest: trainedLike };

/** A copy whose values are moved a little, and whose gains are what `gain` makes of the original's. */
function copyOf({ model, tensors }: Made, gain: (x: number, column: number) => number, reader = 1): Made {
  const noise = draw("copy");
  const scales = Array.from({ length: model.hidden }, (_, c) => gain(1, c) ** -reader);
  const moved = [...tensors].map(([name, values]): [string, Float32Array] => {
    const role = model.tensors.get(name)!.role;
    if (role.startsWith("norm")) return [name, values.map((x, c) => gain(x, c))];
    const reads = /^(mlp\.(gate|up)|attention\.[qkv]|output)$/.test(role);
    return [name, values.map((x, i) => (x + 0.02 * noise.normal()) * (reads ? scales[i % model.hidden]! : 1))];
  });
  const own = new Map(
    [...model.tensors].map(([name, t]) => [name, { ...t, matrix: { ...t.matrix, file: `copy/${t.matrix.file}` } }]),
  );
  return { tensors: new Map(moved), model: { ...model, tensors: own } };
}

describe("one default seed, trained apart", () => {
  test("is inconclusive; the exact test, what was learned, and what either side has to show are said", async () => {
    const { ancestry, direction, commonStart, making } = await examined(one, other);
    expect(ancestry.outcome).toBe("inconclusive");
    expect(ancestry.strength).toBeNull();
    expect(ancestry.tests.find(({ id }) => id === "weights/unit-labels")!.log10P).toBeLessThan(-6);
    expect(ancestry.tests.find(({ id }) => id === "combined")!.log10P).toBe(0);
    expect(ancestry.reason).toContain("One default seed");
    expect(ancestry.reason).toContain("--init");
    expect(commonStart).toMatchObject({ explains: true, vectors: 5, values: 320 });
    expect(commonStart!.slope).toBeLessThan(0.6);
    expect(making).toBeUndefined();
    expect(direction.outcome).toBe("inconclusive");
    expect(incoherences(ancestry, KNOWN_RULES)).toEqual([]);
  });
});

test.each([1, 1.04])("a draw that nobody trained is anybody's, at %s of its scale", async (scale) => {
  const twice = copyOf(one, () => 1);
  for (const [name, values] of twice.tensors)
    if (one.model.tensors.get(name)!.matrix.rows > 1)
      for (const [i, x] of one.tensors.get(name)!.entries()) values[i] = scale * x;
  const { ancestry, commonStart } = await examined(one, twice);
  expect(commonStart).toMatchObject({ agreement: null, explains: true });
  expect(commonStart!.slope).toBeCloseTo(1 / scale, 3);
  expect(ancestry.outcome, ancestry.reason).toBe("inconclusive");
});

test("a figure short of the bar, where no common start is asked about, says that it is no sign of copying", async () => {
  const row = CONSTRUCTIONS.find(({ id }) => id === "one default seed, trained apart by 4 of the draw's energy")!;
  const name = `narrow 32x64x1 ${row.id} 33`;
  const size = { ...TINY, hidden: 32, units: 64, layers: 1, heads: 1, headDim: 16, vocabulary: 64 };
  const { ancestry, commonStart } = await examined(
    ...makePair(row, name, [`${name} a`, `${name} b`], size),
    SEED_DEFAULT,
  );
  const { log10P } = ancestry.tests.find(({ id }) => id === "weights/unit-labels")!;
  expect(log10P).toBeGreaterThan(-6);
  expect(log10P).toBeLessThan(-5.9);
  expect(ancestry.outcome).not.toBe("supports-hp");
  expect(commonStart).toBeUndefined();
  expect(ancestry.reason).toContain("came to 10^-5.9, short of the 10^-6");
  expect(ancestry.reason).toContain("no sign that anything was copied");
});

describe("a copy is found", () => {
  test("with its gains", async () => {
    const { ancestry, commonStart } = await examined(
      one,
      copyOf(one, (x) => x),
    );
    expect(ancestry.outcome, ancestry.reason).toBe("supports-hp");
    expect(commonStart!.agreement).toBeGreaterThan(0.95);
    expect(ancestry.reason).toContain("from one seed");
  });

  test("with its gains moved at random into the matrices that read them", async () => {
    const random = draw("gains");
    const factors = Array.from({ length: one.model.hidden }, () => Math.exp(0.2 * random.normal()));
    const { ancestry } = await examined(
      one,
      copyOf(one, (x, c) => x * factors[c]!),
    );
    expect(ancestry.outcome, ancestry.reason).toBe("supports-hp");
  });

  test("trained on for long, by holding all of the original", async () => {
    const noise = draw("long");
    const parent = make(trained, "draw", "parent");
    const long = copyOf(parent, () => 1 + 0.02 * noise.normal());
    for (const [name, values] of long.tensors)
      if (parent.model.tensors.get(name)!.matrix.rows > 1)
        for (const [i, x] of values.entries()) values[i] = x + 2 * noise.normal();
    const { ancestry, commonStart } = await examined(parent, long);
    expect(ancestry.outcome, ancestry.reason).toBe("supports-hp");
    expect(commonStart!.agreement).toBeLessThan(0.5);
    expect(commonStart!.slope).toBeCloseTo(1, 1);
  });

  test("with all gains at one", async () => {
    const parent = make(trained, "draw", "parent");
    const { ancestry, commonStart } = await examined(
      parent,
      copyOf(parent, () => 1),
    );
    expect(ancestry.outcome, ancestry.reason).toBe("supports-hp");
    expect(commonStart!.agreement).toBeNull();
  });
});

test.skipIf(!HAS_SHARED).each(["a", "b", "c"])("bank: %s00 and its double by the same seed", async (shape) => {
  const [reference, suspect] = [`${shape}00`, `${shape}-same-seed`].map((name) => join(SHARED, "zoo/bank", name));
  const [ancestry] = await examineStored({ reference: reference!, suspect: suspect!, studies });
  expect(ancestry!.outcome, ancestry!.reason).toBe("inconclusive");
});

test.skipIf(!HAS_SHARED)("bank: c00 and its double by the same seed, turned and reordered by a tool", async () => {
  const home = mkdtempSync(join(tmpdir(), "assay-start-turned-"));
  try {
    const bank = (name: string) => join(SHARED, "zoo/bank", name);
    const outcome = async (from: string) => {
      await writeDisguised(bank(from), join(home, from), "a tool", null);
      const [ancestry] = await examineStored({ reference: bank("c00"), suspect: join(home, from), studies });
      const { aligned } = weightsObservationsSchema.parse(ancestry!.observations);
      return { said: [ancestry!.outcome, ancestry!.reason].join(": "), start: aligned?.start };
    };
    // Accused until version 2 of weights/aligned-units, at 10^-366.
    const double = await outcome("c-same-seed");
    expect(double.said).toMatch(/^inconclusive: .*no more than one default seed/);
    expect(double.start).toMatchObject({ explains: true });
    const copy = await outcome("c00");
    expect(copy.said).toMatch(/^supports-hp: .*holds the other's rows whole/);
    expect(copy.start!.slope).toBeCloseTo(1, 2);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test.skipIf(!HAS_SHARED)("a sketch does not hide a common start, and still shows a copy", async () => {
  const home = mkdtempSync(join(tmpdir(), "assay-start-"));
  try {
    const sketch = async (name: string, out: string) => {
      const seed = "5f0c".repeat(16);
      await makeSketch({
        ...{ model: join(SHARED, "zoo", name), out: join(home, out), seed, width: null, rows: "sampled" as const },
        ...{ home: null, threads: 1, onProgress: () => {} },
      });
      return join(home, out);
    };
    const outcome = async (reference: string, suspect: string) => {
      const settings = { seed: SEED_DEFAULT, rows: "sampled" as const };
      const asked = { reference, suspect, settings, studies, home: null, threads: 1, onProgress: () => {} };
      return (await examineModels(asked)).findings[0]!.outcome;
    };
    const one = await sketch("bank/b00", "one.sketch");
    expect(await outcome(one, join(SHARED, "zoo/bank/b-same-seed"))).toBe("inconclusive");
    expect(await outcome(one, await sketch("bank/b-same-seed", "double.sketch"))).toBe("inconclusive");
    expect(await outcome(await sketch("models/base", "base.sketch"), join(SHARED, "zoo/models/finetune"))).toBe(
      "supports-hp",
    );
  } finally {
    rmSync(home, { recursive: true });
  }
});
