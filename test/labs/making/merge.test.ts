/** Merges made by their published recipes, and what is read off them. */
import { describe, expect, test } from "vitest";
import { mixtureOf, type Parents, slerpOf, sparseOf } from "../../../src/labs/weights/making/merge.js";

let state = 5;
const uniform = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state + 1) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(6.283185 * uniform());
const draw = (n: number, size: number) => Float32Array.from({ length: n }, () => size * normal());
const N = 6000;
const tensors = Array.from({ length: 6 }, () => {
  const base = draw(N, 1);
  const [x, y] = [draw(N, 0.2), draw(N, 0.3)];
  return { base, parents: [base.map((b, i) => b + x[i]!), base.map((b, i) => b + y[i]!)] };
});
/** In F16, as merges are published. */
const kept = (v: Float32Array) => v.map((x) => Math.round(x * 2 ** 11) / 2 ** 11);
const made = (merge: (t: (typeof tensors)[number]) => (i: number) => number): (Parents & { base: Float32Array })[] =>
  tensors.map((t) => ({ ...t, suspect: kept(Float32Array.from({ length: N }, (_, i) => merge(t)(i))) }));

const linear = made((t) => (i) => 0.3 * t.parents[0]![i]! + 0.7 * t.parents[1]![i]!);
const arithmetic = made((t) => (i) => 2 * t.parents[0]![i]! - t.parents[1]![i]!);
const dare = made((t) => {
  const keep = Array.from({ length: N }, () => [uniform() > 0.5, uniform() > 0.5]);
  return (i) =>
    t.base[i]! + [0, 1].reduce((sum, p) => sum + (keep[i]![p] ? (0.5 / 0.5) * (t.parents[p]![i]! - t.base[i]!) : 0), 0);
});
const ties = made((t) => {
  const deltas = t.parents.map((p) => p.map((x, i) => x - t.base[i]!));
  const trimmed = deltas.map((d) => {
    const least = d.map(Math.abs).toSorted()[Math.floor(0.6 * N)]!;
    return d.map((x) => (Math.abs(x) < least ? 0 : x));
  });
  return (i) => {
    const [x, y] = trimmed.map((d) => d[i]!);
    const agree = [x!, y!].filter((d) => d !== 0 && Math.sign(d) === Math.sign(x! + y!));
    return t.base[i]! + (agree.length === 0 ? 0 : agree.reduce((s, d) => s + d, 0) / agree.length);
  };
});
const unrelated = made(() => normal);

describe("linear", () => {
  test("weights come out, alike in every tensor", () => {
    const found = mixtureOf(linear)!;
    expect(found.weights[0]).toBeCloseTo(0.3, 3);
    expect(found.weights[1]).toBeCloseTo(0.7, 3);
    expect(found.left).toBeLessThan(0.01);
    expect(found.spread).toBeLessThan(0.01);
  });
  test("task arithmetic has a negative weight", () => {
    expect(mixtureOf(arithmetic)!.weights.map((w) => Math.round(w * 100) / 100)).toEqual([2, -1]);
  });
  test("a model that is no mixture leaves as much as it had", () =>
    expect(mixtureOf(unrelated)!.left).toBeGreaterThan(0.5));
  test("parents that are equal cannot be told apart", () => {
    expect(mixtureOf(linear.map((t) => ({ ...t, parents: [t.parents[0]!, t.parents[0]!] })))).toBeNull();
  });
});

test("SLERP: one share of every angle, where a linear mixture leaves more", () => {
  // Far enough apart for the arc to differ from the chord.
  const far = Array.from({ length: 6 }, (_, k) => {
    const [a, b] = [draw(N, 1), draw(N, 1)];
    const mixed = b.map((x, i) => 0.3 * k * 0.2 * a[i]! + x);
    const dot = (x: Float32Array, y: Float32Array) => x.reduce((s, v, i) => s + v * y[i]!, 0);
    const angle = Math.acos(dot(a, mixed) / Math.sqrt(dot(a, a) * dot(mixed, mixed)));
    const [w, v] = [Math.sin(0.7 * angle) / Math.sin(angle), Math.sin(0.3 * angle) / Math.sin(angle)];
    return { suspect: a.map((x, i) => w * x + v * mixed[i]!), parents: [a, mixed] };
  });
  const found = slerpOf(far)!;
  expect(found.share).toBeCloseTo(0.3, 2);
  expect(found.left).toBeLessThan(0.02);
  expect(mixtureOf(far)!.left).toBeGreaterThan(2 * found.left);
});

describe("element by element", () => {
  test("DARE: dropped at random, the rest scaled up", () => {
    const found = sparseOf(dare, 2 ** -11)!;
    expect(found.factors).toEqual([1, 1]);
    expect(found.none).toBeCloseTo(0.25, 1);
    expect(found.both).toBeCloseTo(0.25, 1);
    expect(found.other).toBeLessThan(0.05);
    expect(found.droppedSize).toBeGreaterThan(0.9);
  });
  test("TIES: the small ones trimmed", () => {
    const found = sparseOf(ties, 2 ** -11)!;
    expect(found.factors).toEqual([1, 1]);
    expect(found.droppedSize).toBeLessThan(0.7);
    expect(found.other).toBeLessThan(0.1);
  });
  test("a linear merge has no elements without a difference", () => {
    const found = sparseOf(linear, 2 ** -11);
    expect(found === null || found.none < 0.05).toBe(true);
  });
});
