/** Laws of the search for a rotation in f32: products, soft assignment, the orthogonal factor, partners. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { prng, sample } from "../../src/base/prng.js";
import { Kernel, type Matrix } from "../../src/kernels/kernel.js";
import { Arena } from "../../src/kernels/rotation/arena.js";
import { type Dense, multiply, timesTransposed, unitRows, zeros } from "../../src/kernels/rotation/dense.js";
import { findRotation } from "../../src/kernels/rotation/job.js";
import { orthogonalise } from "../../src/kernels/rotation/orthogonal.js";
import { partners } from "../../src/kernels/rotation/partners.js";
import { polarFactor } from "../../src/kernels/rotation/polar.js";

function random(rows: number, columns: number, seed: string): Dense {
  const source = prng("test/rotation", seed);
  const out = zeros(rows, columns);
  for (let i = 0; i < out.data.length; i++) out.data[i] = source.uint32() / 2 ** 31 - 1;
  return out;
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
const matrix = ({ rows, columns, data }: Dense): Matrix => ({ n: rows, k: columns, data: Float32Array.from(data) });
const NO_TERMS = { symmetric: [], general: [], vectors: [] };

test("products of every edge shape and transposition equal those in f64", () => {
  const arena = new Arena();
  for (const [n, k, m] of [
    [1, 1, 1],
    [6, 8, 8],
    [7, 5, 9],
    [13, 31, 17],
  ] as const) {
    const [a, b] = [random(n, k, "a"), random(k, m, "b")];
    const into = arena.zeros(n, m);
    arena.times(arena.put(a.data, n, k), arena.put(b.data, k, m), into);
    expect(distance(arena.read(into), multiply(a, b).data)).toBeLessThan(1e-5);
    const c = random(m, k, "c");
    arena.times(arena.put(a.data, n, k), arena.put(c.data, m, k), into, { b: true });
    expect(distance(arena.read(into), timesTransposed(a, c).data)).toBeLessThan(1e-5);
  }
});

test("a soft assignment has columns that sum to 1, keeps signs, and is a choice when sharp", () => {
  const arena = new Arena();
  const values = random(9, 9, "soft");
  for (let i = 0; i < 9; i++) values.data[i * 9 + ((i * 4) % 9)] = i % 2 ? 3 : -3;
  const held = arena.put(values.data, 9, 9);
  arena.soften(held, 30, true);
  const weights = arena.read(held);
  for (let j = 0; j < 9; j++)
    expect(Array.from({ length: 9 }, (_, i) => Math.abs(weights[i * 9 + j]!)).reduce((s, x) => s + x, 0)).toBeCloseTo(
      1,
      4,
    );
  for (let i = 0; i < 9; i++) expect(weights[i * 9 + ((i * 4) % 9)]!).toBeCloseTo(i % 2 ? 1 : -1, 4);
});

test("the orthogonal factor is the polar one", () => {
  const arena = new Arena();
  for (const n of [1, 5, 48]) {
    const m = random(n, n, `polar ${n}`);
    for (let i = 0; i < n; i++) m.data[i * n + i]! += 1;
    const held = arena.put(m.data, n, n);
    orthogonalise(arena, held);
    expect(distance(arena.read(held), polarFactor(m)!.data)).toBeLessThan(1e-4);
  }
});

describe("a rotation hidden between shuffled rows", () => {
  const d = 24;
  const hidden = polarFactor(random(d, d, "hidden"))!;
  const rows = unitRows(random(160, d, "rows"));
  const order = sample(160, 160, prng("test/rotation", "order"));
  const shuffled = zeros(160, d);
  for (const [to, from] of order.entries()) shuffled.data.set(rows.data.subarray(from * d, (from + 1) * d), to * d);
  // Rows y stand at yRᵀ: y = x R.
  const turned = multiply(shuffled, hidden);

  test("is found from a start that is only roughly right, and so are the partners", () => {
    const rough = random(d, d, "rough");
    for (let i = 0; i < rough.data.length; i++) rough.data[i] = hidden.data[i]! + 0.25 * rough.data[i]!;
    const parts = [{ a: matrix(rows), b: matrix(turned) }];
    const start = { rotation: Float32Array.from(polarFactor(rough)!.data) };
    const job = { width: d, terms: NO_TERMS, start, steps: 0, clouds: [{ parts, signed: false }] };
    const found = findRotation({ ...job, sharpness: Array.from({ length: 30 }, (_, i) => 8 + i) });
    expect(distance(found.rotation, hidden.data)).toBeLessThan(1e-3);
    expect(found.fit).toBeGreaterThan(0.99);
    expect(findRotation({ ...job, sharpness: Array.from({ length: 30 }, (_, i) => 8 + i) })).toEqual(found);
    const back = timesTransposed(turned, { ...hidden, data: Float64Array.from(found.rotation) });
    const [who] = partners(new Kernel(), { sets: [{ a: matrix(rows), b: matrix(back), signed: true }] });
    expect(Array.from(who!)).toEqual(Array.from(order));
  });

  test("rows turned over are partners only where that is allowed; equal rows are nobody's", () => {
    const opposite = { ...rows, data: rows.data.map((x) => -x) };
    const sets = (signed: boolean) => ({ sets: [{ a: matrix(rows), b: matrix(opposite), signed }] });
    expect(Array.from(partners(new Kernel(), sets(true))[0]!)).toEqual(Array.from({ length: 160 }, (_, i) => i));
    expect(Array.from(partners(new Kernel(), sets(false))[0]!)).not.toContain(0);
    const twice = zeros(2, d);
    twice.data.set(rows.data.subarray(0, d));
    twice.data.set(rows.data.subarray(0, d), d);
    expect(
      Array.from(
        partners(new Kernel(), { sets: [{ a: matrix(twice), b: matrix(rows), signed: true }] })[0]!.slice(0, 1),
      ),
    ).toEqual([-1]);
  });
});

/**
 * Faster ways to the same sums: what a search finds has the bits that the validation studies were run with. Digests of what
 * products of six rows at a time gave, one width of whole tiles and two that leave rests everywhere.
 */
test.each([
  [32, 40, 48, "2843658adb912ab63fedb63da377d285d474a9eede45d3812ba0e5d14ecab63d"],
  [21, 37, 30, "76ff6a89ff95301f5417a34569a59d8d228e64f906e6ef753905b96b06625af8"],
  [13, 9, 25, "4da6f6d96aa58d870dcecd7a51feed26e285d781aeb1c24a0241b0193458cbea"],
])("a search of width %d finds its rotation to the last bit", (d, n, m, digest) => {
  const square = (name: string) => {
    const one = random(d, d, `${name} ${d}`);
    return Float32Array.from(multiply(one, { ...one, data: one.data }).data);
  };
  const symmetric = (name: string) => {
    const half = random(d, d, `${name} ${d}`);
    return Float32Array.from(timesTransposed(half, half).data);
  };
  const rows = (name: string, count: number) => matrix(unitRows(random(count, d, `${name} ${d}`)));
  const vector = (name: string) => Float32Array.from(random(1, d, `${name} ${d}`).data);
  const basis = (name: string) => Float64Array.from(polarFactor(random(d, d, `${name} ${d}`))!.data);
  const found = findRotation({
    width: d,
    terms: {
      symmetric: ["p", "q", "r"].map((name) => ({ a: symmetric(`${name} a`), b: symmetric(`${name} b`) })),
      general: [{ a: square("g a"), b: square("g b") }],
      vectors: [{ a: vector("v a"), b: vector("v b") }],
    },
    start: { bases: ["x", "y"].map((name) => ({ a: basis(`${name} a`), b: basis(`${name} b`) })), seed: "bits" },
    steps: 12,
    clouds: [
      { parts: ["e", "f"].map((name) => ({ a: rows(`${name} a`, n), b: rows(`${name} b`, m) })), signed: false },
      { parts: [{ a: rows("s a", m), b: rows("s b", n) }], signed: true },
    ],
    sharpness: [8, 12, 20],
  });
  const hash = createHash("sha256").update(new Uint8Array(found.rotation.buffer));
  expect(hash.update(JSON.stringify([found.objective, found.fit, found.steps])).digest("hex")).toBe(digest);
});
