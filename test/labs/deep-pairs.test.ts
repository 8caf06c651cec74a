/**
 * Models so deep that not all pairs of layers are compared (tests/promising.ts): copies are found all the same, layer by
 * layer, wherever their layers stand; strangers are not; and a pair that is passed over counts as no evidence.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { deepened } from "../../materials/weights/deepened.ts";
import { grafted, narrowed, noisy, relayered } from "../../materials/weights/derive.ts";
import { readWeights, type Weights } from "../../materials/weights/weights.ts";
import { prng } from "../../src/base/prng.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import type { Matrix } from "../../src/kernels/kernel.js";
import { SEED_DEFAULT } from "../../src/labs/weights/method.js";
import { scanMlp } from "../../src/labs/weights/tests/mlp-axis.js";
import { bestOf, PAIRS_ALL } from "../../src/labs/weights/tests/promising.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { temporary } from "../host/temporary.js";

const at = temporary();
const files = new FileReader();
const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
afterAll(() => files.close());

const TIMES = 6;
const LAYERS = 6 * TIMES;
const deep = (name: string) => deepened(readWeights(`fixtures/demo/${name}`), TIMES, "deep");
const [base, child, twin] = ["base", "finetune", "independent-twin"].map(deep) as [Weights, Weights, Weights];

let written = 0;
async function modelOf({ config, tensors }: Weights) {
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
  const { reading } = await openModel(folder);
  if (reading.kind === "refused") throw new Error(reading.reason);
  return reading.model;
}
const reference = await modelOf(base);

async function mlp(suspect: Weights) {
  const result = await scanMlp(
    {
      reference,
      suspect: await modelOf(suspect),
      vocabularies: { reference: null, suspect: null },
      settings: { seed: SEED_DEFAULT, rows: "sampled" },
      compute,
      work: { concurrency: 1, onProgress: () => {} },
    },
    null,
  );
  const alike = result!.blocks.filter((block) => block.log10P < -6);
  return { ...result!, found: alike.map((block) => [block.referenceLayer, block.suspectLayer]) };
}

const all = Array.from({ length: LAYERS }, (_, l) => l);

describe("layers of a copy are found among all others", () => {
  const backwards = all.filter((l) => l % 6 !== 0).reverse();
  test.each([
    ["as they stand, with noise", noisy(child, 0.5, "n"), all.map((l) => [l, l])],
    ["turned about, a sixth dropped", relayered(child, backwards), backwards.map((l, j) => [l, j])],
    ["half of each layer's units removed in order", narrowed(child, 0.5, "random", "x"), all.map((l) => [l, l])],
    ["three layers among a stranger's", grafted(twin, child, [7, 20, 33]), [7, 20, 33].map((l) => [l, l])],
  ])("%s", async (_name, suspect, wanted) => {
    const { found, note, logE } = await mlp(suspect);
    expect(found).toEqual([...wanted].sort((x, y) => x[0]! - y[0]!));
    expect(note).toContain("passed over");
    expect(logE).toBeGreaterThan(Math.log(1e6));
  });

  test("and none of a stranger", async () => {
    const { found, logE } = await mlp(twin);
    expect(found).toEqual([]);
    expect(logE).toBeLessThan(Math.log(10));
  });
});

test("the best few of each block are kept, by any look, and no more than twelve a block", () => {
  const source = prng("test", "scores");
  const [n, m] = [40, 50];
  const drawn = () => Float64Array.from({ length: n * m }, () => source.uint32());
  const [one, other] = [drawn(), drawn()];
  one[7 * m + 9] = 2 ** 33;
  other[30 * m + 2] = 2 ** 33;
  const kept = bestOf([one, other], [n, m]);
  expect(kept(7, 9)).toBe(true);
  expect(kept(30, 2)).toBe(true);
  let count = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) if (kept(i, j)) count++;
  expect(count).toBeLessThanOrEqual(6 * (n + m));
  expect(count).toBeLessThan(PAIRS_ALL);
});

test("second moments and products are those of plain sums, whatever the shape", async () => {
  const source = prng("test", "moments");
  const matrix = (n: number, k: number): Matrix => ({
    n,
    k,
    data: Float32Array.from({ length: n * k }, () => source.uint32() / 2 ** 31 - 1),
  });
  const [a, b, c] = [matrix(37, 20), matrix(37, 20), matrix(37, 20)];
  const moments = await compute.moments(a);
  const plain: number[] = [];
  for (let p = 0; p < 20; p++)
    for (let q = p; q < 20; q++) {
      let sum = 0;
      for (let r = 0; r < 37; r++) sum += a.data[r * 20 + p]! * a.data[r * 20 + q]!;
      plain.push(sum);
    }
  expect(moments.k).toBe(plain.length);
  for (const [i, value] of plain.entries()) expect(moments.data[i]).toBeCloseTo(value, 4);
  const products = await compute.products({ as: [a, b], bs: [c, a, b], columns: [8, 20] });
  const inner = (x: Matrix, y: Matrix) => {
    let sum = 0;
    for (let r = 0; r < 37; r++)
      for (let col = 8; col < 20; col++) sum += x.data[r * 20 + col]! * y.data[r * 20 + col]!;
    return sum;
  };
  expect(products).toHaveLength(6);
  for (const [i, value] of [a, b].flatMap((x) => [c, a, b].map((y) => inner(x, y))).entries())
    expect(products[i]).toBeCloseTo(value, 3);
});
