/** Added noise, dither and permuted units are named as such and never as training; training is never named as noise. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makingOf } from "../../../dist/labs/weights/making/making.js";
import { loadAll, pool } from "../../../materials/weights/models.ts";
import {
  BF16,
  benchOf,
  changed,
  dithered,
  type InMemory,
  load,
  noised,
  permutedUnits,
} from "../../../materials/weights/values.ts";

let base: InMemory;
let tuned: InMemory;
beforeAll(async () => {
  const all = await loadAll("fixtures/demo", "demo");
  base = await load(all.find((m) => m.name === "base")!);
  tuned = await load(all.find((m) => m.name === "finetune")!);
});
afterAll(() => pool.close());

async function said(a: InMemory, b: InMemory) {
  const layers = { ofSuspect: Array.from({ length: b.model.layers }, (_, l) => l), correspondence: [] };
  return (await makingOf(benchOf(a, b), layers)).statements;
}
const kinds = async (a: InMemory, b: InMemory) => (await said(a, b)).map(({ what }) => what);

test("white noise of every size and either law is noise", async () => {
  for (const [share, law] of [
    [0.02, "gaussian"],
    [0.3, "gaussian"],
    [2, "gaussian"],
    [0.3, "uniform"],
  ] as const)
    expect(await kinds(base, changed(base, "", noised(share, 5, law)))).toEqual(["noise"]);
  const [noise] = await said(base, changed(base, "", noised(0.3, 6, "gaussian")));
  expect(noise!.sentence).toMatch(/consistent with noise that was added to the values, and not with training/);
});

test("a fine-tune is no noise", async () => {
  expect(await kinds(base, tuned)).not.toContain("noise");
});

test("dither below half a step is dither; dither as wide as rounding is said beside the cast it looks like", async () => {
  const coarse = changed(base, "", BF16);
  expect(await kinds(coarse, changed(coarse, "", dithered(0.4, 7)))).toEqual(["dither"]);
  const [cast] = await said(coarse, changed(coarse, "", dithered(1, 8)));
  expect(cast!.what).toBe("cast");
  expect(cast!.sentence).toMatch(/dither below half a step of .*, added to the reference, would look the same/);
  // The other way round nothing finer was lost.
  const [down] = await said(base, coarse);
  expect(down!.sentence).not.toMatch(/dither/);
});

test("permuted units are an order, also after a change of format", async () => {
  const statements = await said(base, permutedUnits(base, 9));
  expect(statements.map(({ what }) => what)).toEqual(["reordered", "frozen"]);
  expect(await kinds(base, changed(permutedUnits(base, 10), "", BF16))).not.toContain("trained-on");
});
