/** Which way round the making went: a conversion shows it, a sibling does not, and both readings of a pair agree. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { directionScores } from "../../../dist/labs/weights/making/direction-score.js";
import { makingOf } from "../../../dist/labs/weights/making/making.js";
import { loadAll, pool } from "../../../materials/weights/models.ts";
import { BF16, benchOf, changed, F16, type InMemory, load, masked, moved } from "../../../materials/weights/values.ts";

let fine: InMemory;

beforeAll(async () => {
  const base = (await loadAll("fixtures/demo", "demo")).find((m) => m.name === "base")!;
  // The base is kept in BF16: moved, its values need all of F32.
  fine = changed(await load(base), "trained on", moved(0.05, 1));
});
afterAll(() => pool.close());

async function scoresOf(a: InMemory, b: InMemory) {
  const layers = Array.from({ length: b.model.layers }, (_, l) => l);
  return directionScores(await makingOf(benchOf(a, b), { ofSuspect: layers, correspondence: [] }));
}

test.each([
  ["BF16", BF16],
  ["F16", F16],
  ["half of each matrix pruned", masked(0.5, "tensor")],
] as const)("%s of a model: forward, and backward when the sides are exchanged", async (how, change) => {
  const made = changed(fine, how, change);
  const [there, back] = [await scoresOf(fine, made), await scoresOf(made, fine)];
  expect(there.backward.statistic).toBe(0);
  expect(back.forward).toEqual(there.backward);
  expect(back.backward).toEqual(there.forward);
  if (how !== "half of each matrix pruned") expect(there.forward.statistic).toBeGreaterThan(1);
});

test("a sibling beside a conversion, and two conversions of one origin, have no direction", async () => {
  const made = changed(fine, "BF16", BF16);
  for (const [a, b] of [
    [changed(fine, "sibling", moved(1e-4, 2)), made],
    [changed(fine, "F16", F16), made],
    [fine, changed(fine, "trained on", moved(0.01, 3))],
  ] as const) {
    const { forward, backward } = await scoresOf(a, b);
    expect(forward.statistic).toBe(0);
    expect(backward.statistic).toBe(0);
  }
});
