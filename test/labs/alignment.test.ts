/** Undoing disguises, on the zoo and the bank: copies are found, independents stay silent. Needs ../shared. */
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { type AlignedResult, align } from "../../src/labs/weights/alignment/align.js";
import { canonicalModel } from "../../src/labs/weights/alignment/canonical.js";
import { notAlignable } from "../../src/labs/weights/alignment/method.js";
import { sharedTokens } from "../../src/labs/weights/shared-tokens.js";
import type { CanonicalTensor, Model, Vocabulary } from "../../src/model/model.js";
import { asModel, grafted, type Held, held, narrowed, quantised } from "../../validation/study/altered.ts";
import { disguise } from "../../validation/study/disguise.ts";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
const load = (tensor: CanonicalTensor) => compute.load(tensor.matrix);
afterAll(() => files.close());

interface Opened {
  model: Model;
  vocabulary: Vocabulary | null;
}

async function open(path: string): Promise<Opened> {
  const { reading, vocabulary } = await openModel(join(SHARED, "zoo", path));
  if (reading.kind !== "model") throw new Error(reading.reason);
  return { model: reading.model, vocabulary };
}

async function read(path: string): Promise<Held> {
  return held((await open(path)).model, load);
}

/** As the files are, with token strings where asked. */
async function asStored(reference: string, suspect: string, strings = false): Promise<AlignedResult> {
  const [a, b] = [await open(reference), await open(suspect)];
  const vocabularies = { reference: a.vocabulary, suspect: b.vocabulary };
  return align({
    reference: await canonicalModel(a.model, load),
    suspect: await canonicalModel(b.model, load),
    tokens: strings ? sharedTokens(vocabularies, a.model.vocabulary, b.model.vocabulary, 8192, "s") : null,
    seed: "s",
    compute,
    onProgress: () => {},
  });
}

/** Against the suspect under a fresh disguise, tokens renamed. */
async function disguised(reference: string, suspect: Held): Promise<AlignedResult> {
  const made = asModel(suspect, `test ${reference}`);
  const copy = await disguise(made.model, made.load, reference);
  return align({
    reference: await canonicalModel((await open(reference)).model, load),
    suspect: await canonicalModel(copy.model, copy.load),
    tokens: null,
    seed: "s",
    compute,
    onProgress: () => {},
  });
}

describe.skipIf(!HAS_SHARED)("aligned gate-up test, zoo and bank", () => {
  test("the zoo's disguised model answers to its kin, through token strings and blindly", {
    timeout: 120_000,
  }, async () => {
    for (const [kin, strings] of [
      ["continued", false],
      ["shallower", true],
      ["revocab", true],
    ] as const) {
      const result = await asStored(`models/${kin}`, "models/disguised", strings);
      expect(result.mode).toBe(strings ? "shared tokens" : "blind");
      expect(result.agreeing).toBeGreaterThan(0.9 * result.labels);
      expect(result.log10P).toBeLessThan(-100);
    }
  });

  test("narrower by a quarter and in four bits, then disguised", { timeout: 60_000 }, async () => {
    const result = await disguised("bank/d04", quantised(narrowed(await read("bank/d04"), 0.75, "t"), 4));
    expect(result.labels).toBe(108);
    expect(result.agreeing).toBeGreaterThan(100);
  });

  test("layers grafted into an independent model are found, and no other", { timeout: 90_000 }, async () => {
    const result = await disguised("bank/d02", grafted(await read("bank/d03"), await read("bank/d02"), [1, 4]));
    const taken = result.layerPairs.filter((p) => p.log10P <= -6).map((p) => [p.referenceLayer, p.suspectLayer]);
    expect(taken).toEqual([
      [1, 1],
      [4, 4],
    ]);
  });

  test("negative control: an independent model of the same corpus stays silent, twice to the same bits", {
    timeout: 90_000,
  }, async () => {
    const once = await asStored("bank/d00", "bank/d01", true);
    expect(once.log10P).toBe(0);
    expect(once.log10PUntolerant).toBeGreaterThan(-4);
    expect(once.attempts.map((a) => a.mode)).toContain("layer pair");
    expect(await asStored("bank/d00", "bank/d01", true)).toEqual(once);
  });
});

test("what cannot be aligned is said", () => {
  const gate = { name: "layers.0.mlp.gate", role: "mlp.gate", layer: 0, matrix: { rows: 64, columns: 32 } };
  const model = (hidden: number, tensors: object[] = [gate], layers = 1) =>
    ({ hidden, layers, tensors: new Map(tensors.map((t) => [(t as typeof gate).name, t])) }) as unknown as Model;
  expect(notAlignable(model(64), model(64))).toBeNull();
  expect(notAlignable(model(64), model(64, []))).toContain("gate");
  expect(notAlignable(model(64), model(4096))).toContain("width 4096");
  expect(notAlignable(model(64, [gate], 128), model(64, [gate], 64))).toContain("pairs of layers");
  const wide = { ...gate, matrix: { rows: 8192, columns: 32 } };
  expect(notAlignable(model(64), model(64, [wide]))).toContain("units");
  const large = { ...gate, name: "embed", role: "embed", matrix: { rows: 1e6, columns: 512 } };
  expect(notAlignable(model(64, [gate, large]), model(64))).toContain("values");
});
