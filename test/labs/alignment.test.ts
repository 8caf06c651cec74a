/** Undoing disguises, on the zoo and the bank: copies are found, independents stay silent. Needs ../shared. */
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { asModel, grafted, type Held, held, narrowed, quantised } from "../../materials/weights/altered.ts";
import { disguise } from "../../materials/weights/disguise.ts";
import { sharedTokens } from "../../src/alignment/shared-tokens.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { type AlignedResult, align } from "../../src/labs/weights/alignment/align.js";
import { canonicalModel } from "../../src/labs/weights/alignment/canonical.js";
import { beyondStudy, notAlignable } from "../../src/labs/weights/alignment/method.js";
import type { CanonicalTensor, Model, Vocabulary } from "../../src/model/model.js";
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

describe("hostile sizes and values", () => {
  const tensor = (name: string, rows: number, columns: number) => ({
    name,
    sourceName: name,
    role: name.replace(/^layers\.\d+\./, "") as CanonicalTensor["role"],
    layer: name.startsWith("layers.") ? Number(name.split(".")[1]) : null,
    matrix: { file: name, offsetBytes: 0, dtype: "F32" as const, rows, columns },
  });
  const model = (hidden: number, units = 64, layers = 1, vocabulary = 32): Model => {
    const list = Array.from({ length: layers }, (_, l) => [
      tensor(`layers.${l}.mlp.gate`, units, hidden),
      tensor(`layers.${l}.mlp.up`, units, hidden),
      tensor(`layers.${l}.mlp.down`, hidden, units),
    ]).flat();
    const tensors = new Map([...list, tensor("embed", vocabulary, hidden)].map((t) => [t.name, t]));
    return {
      hidden,
      mlpHidden: units,
      layers,
      tensors,
      vocabulary,
      tied: true,
      headDim: 0,
      keyValueHeads: 0,
      config: {},
    } as unknown as Model;
  };

  test("what cannot be aligned is said", () => {
    expect(notAlignable(model(64), model(64))).toBeNull();
    const bare = { ...model(64), tensors: new Map() } as Model;
    expect(notAlignable(model(64), bare)).toContain("no gate-up pairing");
    expect(notAlignable(model(64), model(4096))).toContain("width 4096");
    expect(notAlignable(model(64, 64, 128), model(64, 64, 64))).toContain("pairs of layers");
    expect(notAlignable(model(64), model(64, 8192))).toContain("units");
    expect(notAlignable(model(64, 64, 1, 1e6), model(64))).toContain("values");
    const size = (hidden: number, units = 64) => ({ hidden, units });
    expect(beyondStudy(size(112), size(112))).toBeNull();
    expect(beyondStudy(size(64), size(256))).toContain("speaks for at most 192");
    expect(beyondStudy(size(64), size(64, 1024))).toContain("speaks for at most 576");
  });

  test("nothing, one value, and values near the ends of f32 are silent; models without attention are read", {
    timeout: 60_000,
  }, async () => {
    const values: Record<string, (i: number) => number> = {
      nothing: () => 0,
      one: () => 1,
      huge: (i) => ((i * 7919) % 97 < 48 ? 3e38 : -3e38),
      tiny: (i) => (((i * 104729) % 89) - 44) * 1e-42,
    };
    const of = (kind: string, width: number) =>
      canonicalModel(model(width), async ({ matrix: { rows, columns } }) =>
        Float32Array.from({ length: rows * columns }, (_, i) => values[kind]!(i)),
      );
    for (const kind of Object.keys(values)) {
      const [reference, suspect] = [await of(kind, 8), await of("one", 12)];
      const result = await align({ reference, suspect, tokens: null, seed: "s", compute, onProgress: () => {} });
      expect(result.log10P, kind).toBe(0);
    }
  });
});
