/** Layers that look trained speak for what is held; those that may be anybody's draw do not, whatever agrees in them. */
import { expect, test } from "vitest";
import { draw } from "../../materials/weights/structured.ts";
import { LocalCompute } from "../../src/kernels/compute.js";
import { type Rows, untrained } from "../../src/labs/weights/tests/held-whole.js";
import {
  heldByTrained,
  ROWS_TRAINED,
  type Speaking,
  VALUES_TRAINED,
} from "../../src/labs/weights/tests/trained-layers.js";

const compute = new LocalCompute(async () => {
  throw new Error("nothing is read");
});

/** Rows of which the other model holds `share` beside noise of its own. */
function rows(seed: string, share: number, noise: number): Rows {
  const values = draw(seed);
  const x = Float32Array.from({ length: 64 * 32 }, () => values.normal());
  return { x, y: x.map((value) => share * value + noise * values.normal()), columns: 32 };
}

function layer(n: number, isTrained: boolean, share = 1, parts: 1 | 2 = 2): Speaking & { asked: number } {
  const own = {
    asked: 0,
    whole: share >= 0.95,
    parts,
    isUntrained: async () => {
      own.asked++;
      return !isTrained;
    },
    rows: () => rows(`layer ${n}`, share, 0.1),
  };
  return own;
}

const many = (count: number, of: (n: number) => Speaking) => Array.from({ length: count }, (_, n) => of(n));

test("two trained layers of many are enough, one is not; a model of one layer has but one", async () => {
  expect(
    await heldByTrained(
      many(12, (n) => layer(n, n === 2 || n === 9)),
      compute,
    ),
  ).toBe(true);
  expect(
    await heldByTrained(
      many(12, (n) => layer(n, n === 2)),
      compute,
    ),
  ).toBe(false);
  expect(
    await heldByTrained(
      many(12, (n) => layer(n, false)),
      compute,
    ),
  ).toBe(false);
  expect(await heldByTrained([layer(0, true)], compute)).toBe(true);
});

test("where half of the layers are a public draw that both left as it was, and the others were trained apart, nothing is held", async () => {
  const half = many(12, (n) => (n % 2 ? layer(n, true, 0.8) : layer(n, false)));
  expect(await heldByTrained(half, compute)).toBe(false);
});

test("where one part alone can show training, most layers have to", async () => {
  const two = (count: number) => many(count, (n) => layer(n, n < 2, 1, 1));
  expect(await heldByTrained(two(3), compute)).toBe(true);
  expect(await heldByTrained(two(4), compute)).toBe(false);
  expect(await heldByTrained([layer(0, true, 1, 1)], compute, { partsMin: 2 })).toBe(false);
});

test("layers are asked over the whole depth, and no more than are needed", async () => {
  const deep = Array.from({ length: 80 }, (_, n) => layer(n, true));
  expect(await heldByTrained(deep, compute)).toBe(true);
  expect(deep.flatMap(({ asked }, n) => (asked ? [n] : []))).toEqual([10, 30, 50, 70]);
  const drawn = Array.from({ length: 80 }, (_, n) => layer(n, false));
  expect(await heldByTrained(drawn, compute)).toBe(false);
  expect(drawn.reduce((sum, { asked }) => sum + asked, 0)).toBe(12);
});

test("what hardly stands out among 256 rows does among 512, and a draw does not", () => {
  const values = draw("a weak direction");
  const [columns, count] = [448, ROWS_TRAINED];
  const noise = Float32Array.from({ length: count * columns }, () => values.normal());
  const direction = Float32Array.from({ length: columns }, () => values.normal() / Math.sqrt(columns));
  const taught = noise.slice();
  for (let r = 0; r < count; r++) {
    const own = 1.28 * values.normal();
    for (let c = 0; c < columns; c++) taught[r * columns + c]! += own * direction[c]!;
  }
  const of = (x: Float32Array, n: number) =>
    untrained({ x: x.subarray(0, n * columns), y: x, columns }, VALUES_TRAINED);
  expect([of(taught, 256), of(taught, 512)]).toEqual([true, false]);
  expect([of(noise, 256), of(noise, 512)]).toEqual([true, true]);
});
