/** The study's disguise keeps the function and leaves no label where it was. On the models that ship. */
import { afterAll, expect, test } from "vitest";
import { disguise } from "../../materials/weights/disguise.ts";
import { logits } from "../../materials/weights/forward.ts";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { align } from "../../src/labs/weights/alignment/align.js";
import { canonicalModel } from "../../src/labs/weights/alignment/canonical.js";
import type { CanonicalTensor } from "../../src/model/model.js";

const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
const load = (tensor: CanonicalTensor) => compute.load(tensor.matrix);
afterAll(() => files.close());

async function demo(name: string) {
  const { reading } = await openModel(`fixtures/demo/${name}`);
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}

test("a disguised model computes what the original computes, under new token ids", async () => {
  const model = await demo("base");
  const copy = await disguise(model, load, "t");
  const ids = Array.from({ length: 24 }, (_, i) => (i * 37 + 11) % model.vocabulary);
  const before = await logits(model, load, ids);
  const after = await logits(
    copy.model,
    copy.load,
    ids.map((id) => copy.tokens[id]!),
  );
  let furthest = 0;
  for (let t = 0; t < before.rows; t++)
    for (let id = 0; id < before.columns; id++) {
      const renamed = after.data[t * after.columns + copy.tokens[id]!]!;
      furthest = Math.max(furthest, Math.abs(before.data[t * before.columns + id]! - renamed));
    }
  expect(Math.max(...before.data)).toBeGreaterThan(1);
  expect(furthest).toBeLessThan(1e-3);
});

test("the aligned test sees through it, and an independent twin so disguised stays silent", {
  timeout: 120_000,
}, async () => {
  const reference = await canonicalModel(await demo("base"), load);
  const found = async (name: string) => {
    const copy = await disguise(await demo(name), load, name);
    const suspect = await canonicalModel(copy.model, copy.load);
    return align({ reference, suspect, tokens: null, seed: "s", compute, onProgress: () => {} });
  };
  expect((await found("finetune")).log10P).toBeLessThan(-100);
  expect((await found("independent-twin")).log10P).toBe(0);
});
