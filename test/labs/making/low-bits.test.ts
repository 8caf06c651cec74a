/** What is stored in one bit, three values or 8-bit floats is described as that, not as fine-tuning or pruning. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makingOf } from "../../../dist/labs/weights/making/making.js";
import { loadAll, pool } from "../../../materials/weights/models.ts";
import { benchOf, type Change, changed, F8_E4M3, type InMemory, load } from "../../../materials/weights/values.ts";

let base: InMemory;
beforeAll(async () => {
  base = await load((await loadAll("fixtures/demo", "demo")).find((m) => m.name === "base")!);
});
afterAll(() => pool.close());

/** Matrices of layers, by rows or as a whole. */
const each =
  (by: "row" | "tensor", change: (v: Float32Array) => Float32Array): Change =>
  (v, t) => {
    if (t.layer === null || t.matrix.rows === 1) return v;
    const size = by === "row" ? t.matrix.columns : v.length;
    const out = new Float32Array(v.length);
    for (let at = 0; at < v.length; at += size) out.set(change(v.subarray(at, at + size)), at);
    return out;
  };
const mean = (v: Float32Array) => v.reduce((sum, x) => sum + Math.abs(x), 0) / v.length;
const largest = (v: Float32Array) => v.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
const bit = (v: Float32Array) => {
  const s = Math.fround(mean(v));
  return v.map((x) => (x < 0 ? -s : s));
};
const three = (v: Float32Array) => {
  const s = Math.fround(mean(v));
  return v.map((x) => Math.max(-1, Math.min(1, Math.round(x / s))) * s);
};
const float8 = (v: Float32Array) => {
  const s = largest(v) / 448;
  return F8_E4M3(
    v.map((x) => x / s),
    {} as never,
    0,
  ).map((x) => x * s);
};

test.each<[string, Change, RegExp]>([
  ["one bit, a scale a row", each("row", bit), /one bit a value/],
  ["one bit, a scale a tensor", each("tensor", bit), /one bit a value/],
  ["three values, a scale a tensor", each("tensor", three), /three values/],
  ["8-bit floats, a scale a row", each("row", float8), /8-bit floats \(E4M3\) times one scale a row/],
  ["8-bit floats, a scale a tensor", each("tensor", float8), /8-bit floats \(E4M3\) times one scale a tensor/],
])("%s", { timeout: 60_000 }, async (how, change, words) => {
  const suspect = changed(base, how, change);
  const layers = Array.from({ length: base.model.layers }, (_, l) => l);
  const { statements } = await makingOf(benchOf(base, suspect), { ofSuspect: layers, correspondence: [] });
  const quantised = statements.find(({ what }) => what === "quantised");
  expect(quantised?.sentence, JSON.stringify(statements)).toMatch(words);
  expect(statements.some(({ what }) => what === "fine-tuned" || what === "pruned")).toBe(false);
});
