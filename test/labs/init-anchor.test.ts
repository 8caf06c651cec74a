/** The init anchor on models whose initial weights are known. Needs ../shared. */
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prng } from "../../src/base/prng.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { canonicalModel } from "../../src/labs/weights/alignment/canonical.js";
import { type InitAnchor, initAnchor } from "../../src/labs/weights/anchor/aligned.js";
import { anchored, asStored } from "../../src/labs/weights/anchor/as-stored.js";
import { lnPRotated, lnPStored, log10PCombined } from "../../src/labs/weights/anchor/bound.js";
import { heldChange, isHeldWhole } from "../../src/labs/weights/anchor/held-change.js";
import { initRowsOf, normalityOf, notNormal } from "../../src/labs/weights/anchor/init-rows.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

async function model(path: string) {
  const { reading } = await openModel(join(SHARED, "zoo", path));
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}
const load = (tensor: { matrix: Parameters<LocalCompute["load"]>[0] }) => compute.load(tensor.matrix);

async function aligned(claimant: string, init: string, suspect: string): Promise<InitAnchor> {
  return initAnchor({
    reference: await canonicalModel(await model(claimant), load),
    suspect: await canonicalModel(await model(suspect), load),
    init: await initRowsOf(await model(init), load),
    seed: "s",
    seedBits: 64,
  });
}

async function stored(init: string, suspect: string) {
  const work = { concurrency: 2, onProgress: () => {} };
  return asStored({ init: await model(init), suspect: await model(suspect), seed: "s", seedBits: 64, compute, work });
}

describe.skipIf(!HAS_SHARED)("init anchor", () => {
  test("base's own draw shows in what was made from base, disguised or not", { timeout: 240_000 }, async () => {
    for (const suspect of ["disguised", "continued", "shallower"]) {
      const found = await aligned("models/base", "inits/base.safetensors", `models/${suspect}`);
      expect(found.log10P).toBeLessThan(-1000);
      expect(found.meanCosine).toBeGreaterThan(0.3);
    }
  });

  test("value by value it shows wherever the basis was kept, and not in a disguise", { timeout: 120_000 }, async () => {
    for (const suspect of ["base", "continued", "deeper", "revocab"])
      expect((await stored("inits/base.safetensors", `models/${suspect}`))!.lnP).toBeLessThan(-10_000);
    expect((await stored("inits/base.safetensors", "models/disguised"))!.lnP).toBe(0);
  });

  test("negative control: it does not show in independents, nor another's draw in base", {
    timeout: 240_000,
  }, async () => {
    for (const [claimant, init, suspect] of [
      ["models/base", "inits/base.safetensors", "models/independent-finetuned"],
      ["models/independent-same-data", "inits/independent-same-data.safetensors", "models/disguised"],
      ["bank/a00", "bank/a00/init.safetensors", "bank/a01"],
    ] as const) {
      expect((await aligned(claimant, init, suspect)).log10P).toBe(0);
      expect((await stored(init, suspect))!.lnP).toBe(0);
    }
  });

  test("a model of the bank leans to its own draw, and so does its lawful double from the same seed, without its change", {
    timeout: 120_000,
  }, async () => {
    expect((await aligned("bank/a00", "bank/a00/init.safetensors", "bank/a00")).log10P).toBeLessThan(-1000);
    expect((await stored("bank/a00/init.safetensors", "bank/a-same-seed"))!.lnP).toBeLessThan(-1000);
    const double = await aligned("bank/a00", "bank/a00/init.safetensors", "bank/a-same-seed");
    expect(double.log10P).toBeLessThan(-1000);
    expect(isHeldWhole(heldChange(double.products)!)).toBe(false);
  });

  test("initial weights pass for normal, trained ones do not", async () => {
    const init = await model("inits/base.safetensors");
    const draws = await Promise.all(
      [...init.tensors.values()]
        .filter((t) => t.matrix.rows > 1)
        .map(async (t) => normalityOf(t.name, await compute.load(t.matrix))),
    );
    expect(notNormal(draws)).toBeNull();
    expect(draws.find((d) => d.tensor === "layers.0.mlp.down")!.standardDeviation).toBeCloseTo(0.02 / Math.sqrt(12), 3);
    const trained = (await model("models/base")).tensors.get("embed")!;
    expect(notNormal([normalityOf(trained.name, await compute.load(trained.matrix))])).toContain("embed");
  });
});

describe("what the one holds of the other's change", () => {
  const source = prng("assay/test/held-change", "1");
  const drawn = () => Float64Array.from({ length: 4000 }, () => (source.uint32() / 2 ** 32 - 0.5) * Math.sqrt(12));
  const mixed = (...parts: [number, Float64Array][]) =>
    drawn().map((_, at) => parts.reduce((sum, [by, part]) => sum + by * part[at]!, 0));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, at) => sum + x * b[at]!, 0);
  const asked = (draw: Float64Array, reference: Float64Array, suspect: Float64Array) =>
    heldChange([
      {
        drawDraw: dot(draw, draw),
        referenceDraw: dot(draw, reference),
        referenceReference: dot(reference, reference),
        suspectDraw: dot(draw, suspect),
        suspectSuspect: dot(suspect, suspect),
        referenceSuspect: dot(reference, suspect),
      },
    ])!;
  const [draw, change, own] = [drawn(), drawn(), drawn()];
  const parent = mixed([1, draw], [0.8, change]);

  test("a child holds the whole, however far it went and however it is scaled; a second run holds nothing", () => {
    for (const [by, scale] of [
      [0.1, 1],
      [2, 1],
      [0.5, 0.3],
    ] as const) {
      const child = mixed([scale, parent], [scale * by, own]);
      expect(asked(draw, parent, child).reference.heldByOther).toBeCloseTo(1, 0);
      expect(isHeldWhole(asked(draw, parent, child))).toBe(true);
      expect(isHeldWhole(asked(draw, child, parent))).toBe(true);
    }
    const run = mixed([1, draw], [0.8, own]);
    expect(Math.abs(asked(draw, parent, run).reference.heldByOther)).toBeLessThan(0.1);
    expect(isHeldWhole(asked(draw, parent, run))).toBe(false);
  });

  test("runs that moved alike in part are two runs; a model that hardly moved shows no change to ask about", () => {
    const alike = mixed([1, draw], [0.56, change], [0.56, own]);
    expect(asked(draw, parent, alike).reference.heldByOther).toBeCloseTo(0.7, 1);
    expect(isHeldWhole(asked(draw, parent, alike))).toBe(false);
    const hardly = mixed([1, draw], [0.2, change]);
    expect(asked(draw, hardly, mixed([1, hardly], [0.2, own])).reference.heldByOther).toBeCloseTo(1, 0);
    expect(isHeldWhole(asked(draw, hardly, mixed([1, hardly], [0.2, own])))).toBe(false);
  });

  test("a draw made up of two models that have nothing in common is held by neither", () => {
    const [one, other] = [drawn(), drawn()];
    const made = mixed([1, one], [1, other], [2, draw]);
    const seen = asked(made, one, other);
    expect(Math.min(seen.reference.lean, seen.suspect.lean)).toBeGreaterThan(0.3);
    expect(seen.reference.heldByOther).toBeLessThan(0);
    expect(isHeldWhole(seen)).toBe(false);
  });

  test("nothing is asked where a side leans to the draw in no matrix", () => {
    const sums = { drawDraw: 1, referenceDraw: 1, referenceReference: 2, suspectSuspect: 2, referenceSuspect: 0 };
    expect(heldChange([{ ...sums, suspectDraw: 0 }])).toBeNull();
    expect(heldChange([])).toBeNull();
  });
});

describe("the bounds", () => {
  test("p never exceeds one and pays for choices and seeds", () => {
    expect(lnPStored(-3, 0)).toBe(0);
    expect(lnPStored(10, 20)).toBe(-30);
    expect(lnPRotated(100, 96, 8)).toBe(0);
    expect(lnPRotated(196, 96, 1000)).toBe(-4000);
    expect(log10PCombined([-100, 0])).toBeCloseTo((-100 + Math.LN2) / Math.LN10, 12);
    expect(anchored([{ initLayer: 0, suspectLayer: null, n: 0, cosine: 0 }], 3, 0)).toBeNull();
  });

  test("simulated: cosines of a normal draw with a fixed matrix, the best of several layers chosen, keep their level", () => {
    const source = prng("assay/test/anchor", "1");
    const normal = () => {
      const u = (source.uint32() + 1) / 2 ** 32;
      return Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * source.uint32()) / 2 ** 32);
    };
    const [n, layers, choices, runs] = [24, 3, 4, 4000];
    let at = 0;
    for (let run = 0; run < runs; run++) {
      const parts = Array.from({ length: layers }, (_, i) => {
        const draw = Array.from({ length: n }, normal);
        const length = Math.sqrt(draw.reduce((s, x) => s + x * x, 0));
        // Against fixed directions: the first coordinates stand for the suspect's layers.
        const cosine = Math.max(...draw.slice(0, choices).map((x) => x / length));
        return { initLayer: i, suspectLayer: 0, n, cosine };
      });
      if (anchored(parts, choices, 0)!.lnP <= Math.log(0.05)) at++;
    }
    expect(at / runs).toBeLessThan(0.05);
  });
});
