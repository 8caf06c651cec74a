/** The published detectors find what their papers say they find: a synchronous crowd, a dense block, another distribution. */
import { expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { embed } from "../../../src/labs/traffic/baselines/embedding.js";
import { fraudar } from "../../../src/labs/traffic/baselines/fraudar.js";
import { medianSquaredDistance, mmd2 } from "../../../src/labs/traffic/baselines/mmd-windows.js";
import { prada } from "../../../src/labs/traffic/baselines/prada.js";
import { shapiroWilk } from "../../../src/labs/traffic/baselines/shapiro-wilk.js";
import { SYNCHROTRAP_DEFAULTS, synchroTrap } from "../../../src/labs/traffic/baselines/synchrotrap.js";

const hour = 3_600_000;

test("SynchroTrap joins accounts that act on the same objects in the same hours, and no others", () => {
  const r = prng("test/baselines", "synchrotrap");
  const actions = Array.from({ length: 60 }, (_, account) =>
    Array.from({ length: 30 }, (_, k) =>
      account < 15
        ? { account, object: k % 5, timeMs: k * 5 * hour + r.below(hour) }
        : { account, object: r.below(40), timeMs: r.below(150) * hour },
    ),
  ).flat();
  expect(synchroTrap(actions, 60, SYNCHROTRAP_DEFAULTS)).toEqual([Array.from({ length: 15 }, (_, i) => i)]);
});

test("FRAUDAR finds a planted block behind popular objects as camouflage", () => {
  const r = prng("test/baselines", "fraudar");
  const edges = new Set<number>();
  for (let a = 0; a < 200; a++) for (let k = 0; k < 4; k++) edges.add(a * 1000 + r.below(300));
  for (let a = 0; a < 20; a++) {
    for (let o = 300; o < 320; o++) edges.add(a * 1000 + o);
    for (let k = 0; k < 10; k++) edges.add(a * 1000 + 400 + r.below(5)); // popular: everybody has them
  }
  for (let a = 0; a < 200; a++) for (let o = 400; o < 405; o++) edges.add(a * 1000 + o);
  const list = [...edges].map((e) => ({ account: Math.floor(e / 1000), object: e % 1000 }));
  expect(fraudar(list, 200, 405).block).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test("Shapiro and Wilk's own example, and PRADA on even and on uneven distances", () => {
  // Weights in pounds of 11 men, Shapiro and Wilk (1965), section 3: W = 0.79.
  expect(shapiroWilk([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236])).toBeCloseTo(0.79, 2);
  const r = prng("test/baselines", "prada");
  const words = () => embed(Array.from({ length: 30 }, () => r.below(1e6)));
  const own = Array.from({ length: 80 }, words);
  const copied = own.map((v, i) => (i % 2 === 0 ? own[0]! : v));
  expect(prada(own.slice(0, 20))).toBe(null);
  expect(prada(copied)!).toBeLessThan(prada(own)!);
});

test("MMD² is near 0 for one source and above it for two", () => {
  const r = prng("test/baselines", "mmd");
  const from = (base: number) => embed(Array.from({ length: 30 }, () => base + r.below(60)));
  const x = Array.from({ length: 60 }, () => from(0));
  const y = Array.from({ length: 60 }, () => from(0));
  const z = Array.from({ length: 60 }, () => from(1000));
  const width = medianSquaredDistance(x);
  expect(Math.abs(mmd2(x, y, width))).toBeLessThan(0.02);
  expect(mmd2(x, z, width)).toBeGreaterThan(0.1);
});
