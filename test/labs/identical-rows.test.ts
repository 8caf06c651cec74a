/** Identical tensors and rows are said, in whatever tensor, place or order they stand; what anybody might have is not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  drawer,
  readStored,
  type StoredModel,
  type StoredTensor,
  writeStored,
} from "../../materials/weights/odd-parts.ts";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { identicalRows, sentenceOnIdentical } from "../../src/labs/weights/story/identical.js";
import type { Bench } from "../../src/labs/weights/tests/bench.js";

const root = mkdtempSync(join(tmpdir(), "assay-identical-"));
const files = new FileReader();
afterAll(async () => {
  await files.close();
  rmSync(root, { recursive: true });
});
const base = readStored("fixtures/demo/base");
const twin = readStored("fixtures/demo/independent-twin");

let count = 0;
async function seen(suspect: StoredModel) {
  const path = join(root, `m${count++}`);
  writeStored(path, suspect);
  const model = async (folder: string) => {
    const { reading } = await openModel(folder);
    if (reading.kind === "refused") throw new Error(reading.reason);
    return reading.model;
  };
  const bench: Bench = {
    reference: await model("fixtures/demo/base"),
    suspect: await model(path),
    vocabularies: { reference: null, suspect: null },
    settings: { seed: "s", rows: "sampled" },
    compute: new LocalCompute((file, offset, into) => files.readInto(file, offset, into)),
    work: { concurrency: 1, onProgress: () => {} },
  };
  return (await identicalRows(bench))!;
}
const matrix = (change: (t: StoredTensor, rows: number, columns: number) => void) => ({
  ...base,
  tensors: base.tensors.map((t) => {
    const copy = { ...t, values: t.values.slice() };
    if (t.shape.length === 2) change(copy, t.shape[0]!, t.shape[1]!);
    return copy;
  }),
});
const shuffled = (n: number, seed: number) => {
  const draw = drawer(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = draw(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};
const reordered = (t: StoredTensor, from: (r: number, c: number) => number, columns: number) => {
  const before = t.values.slice();
  for (let i = 0; i < before.length; i++) t.values[i] = before[from(Math.floor(i / columns), i % columns)]!;
};

test("a copy is identical throughout", async () => {
  const found = await seen(base);
  expect(found).toMatchObject({ share: 1, permuted: 0, sampled: false });
  expect(found.identical).toBe(found.looked);
  expect(sentenceOnIdentical(found)).toMatch(
    /^IDENTICAL VALUES, whatever the outcome: \d+ of the suspect's \d+ tensors/,
  );
});

test("rows in another place, and columns in another order, are found as such", async () => {
  const rows = await seen(
    matrix((t, n, columns) => {
      const order = shuffled(n, 3);
      reordered(t, (r, c) => order[r]! * columns + c, columns);
    }),
  );
  expect(rows.share).toBe(1);
  expect(rows.permuted).toBeGreaterThan(40);
  const columns = await seen(
    matrix((t, _, width) => {
      const order = shuffled(width, 5);
      reordered(t, (r, c) => r * width + order[c]!, width);
    }),
  );
  expect(columns.share).toBeGreaterThan(0.99);
  expect(columns.tensors.every(({ reordered: n, looked }) => n === looked || n === 0)).toBe(true);
});

test("a tensor under a name that is not read, and one half of a tensor, are found", async () => {
  const renamed = await seen({
    ...base,
    tensors: base.tensors.map((t) => ({ ...t, name: t.name.replace("up_proj", "hidden") })),
  });
  expect(renamed.tensors.filter(({ suspect }) => /hidden/.test(suspect)).length).toBe(6);
  const half = { ...twin, tensors: twin.tensors.map((t) => ({ ...t, values: t.values.slice() })) };
  const [mine, theirs] = [half, base].map((m) => m.tensors.find((t) => /layers\.2.*up_proj/.test(t.name))!);
  mine!.values.set(theirs!.values.subarray(0, theirs!.values.length / 2));
  const found = await seen(half);
  expect(found.tensors).toMatchObject([{ suspect: "layers.2.mlp.up", reference: "layers.2.mlp.up" }]);
  expect(found.tensors[0]!.found).toBe(found.tensors[0]!.looked / 2);
});

test("an independent model shares none, though both hold ones, noughts and unit vectors", async () => {
  const plain = (m: StoredModel) => ({
    ...m,
    tensors: m.tensors.map((t) => {
      const values = t.values.slice();
      if (t.shape.length === 1) values.fill(1);
      if (/layers\.0.*up_proj/.test(t.name)) values.fill(0);
      if (/layers\.1.*up_proj/.test(t.name))
        values.forEach((_, i) => {
          values[i] = i % (t.shape[1]! + 1) === 0 ? 1 : 0;
        });
      return { ...t, values };
    }),
  });
  const found = await seen(plain(twin));
  expect(found).toMatchObject({ share: 0, identical: 0, permuted: 0, tensors: [] });
  expect(sentenceOnIdentical(found)).toBeNull();
});
