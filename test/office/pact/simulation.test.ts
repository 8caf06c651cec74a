/** The simulation: the same bytes for the same seed, committed figures for one seed, honest people who look alike. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { utf8 } from "../../../src/base/bytes.js";
import { sha256Hex } from "../../../src/base/digest.js";
import { prng } from "../../../src/base/prng.js";
import { MODEL_PACT } from "../../../src/office/pact/model/shipped.js";
import { findsGuilty } from "../../../src/office/pact/simulation/game.js";
import { CHEATS, DEFAULT_POLICY, LABS, STATES } from "../../../src/office/pact/simulation/policy.js";
import { playSeed, simulate } from "../../../src/office/pact/simulation/simulate.js";

const asked = { seed: "test", seeds: 1, policy: DEFAULT_POLICY };

test("replays to the same bytes, and another seed is another world", () => {
  const once = JSON.stringify(simulate(asked, MODEL_PACT));
  expect(JSON.stringify(simulate(asked, MODEL_PACT))).toBe(once);
  // Written on one machine: whole-numbered draws give the same bytes on any.
  expect(sha256Hex(utf8(once))).toBe("4e502e48a63df064ca2030534f4d6093012e5ef5e21742ee18db14dd4cdc7606");
  const other = simulate({ ...asked, seed: "other", modes: ["managed"] }, MODEL_PACT).modes;
  expect(JSON.stringify(other)).not.toBe(JSON.stringify([JSON.parse(once).modes[1]]));
});

test("twelve states, sixty laboratories, nine kinds of cheat, each judged by the real fold", () => {
  expect([STATES, LABS, CHEATS.length]).toEqual([12, 60, 9]);
  const { cheats, honest } = playSeed("test/0", DEFAULT_POLICY, MODEL_PACT);
  expect(cheats.map(({ cheat }) => cheat)).toEqual([...CHEATS]);
  expect(honest.labs).toBe(51);
});

test("an inspection's chance is that of its draw", () => {
  // Open: 8 of 20 systems, 4 guilty: 1 - C(16,8)/C(20,8) = 0.8978. Managed, all four shielded: 1 - 0.8^4 = 0.5904.
  const rate = (mode: "open" | "managed", guilty: number, n = 6000) => {
    const draw = prng("test", `${mode} ${guilty}`);
    let found = 0;
    for (let i = 0; i < n; i++) if (findsGuilty(draw, mode, guilty)) found++;
    return found / n;
  };
  expect(Math.abs(rate("open", 4) - 0.8978)).toBeLessThan(0.02);
  expect(Math.abs(rate("open", 1) - 0.4)).toBeLessThan(0.02);
  expect(Math.abs(rate("managed", 4) - 0.5904)).toBeLessThan(0.02);
});

test("where inspections are refused nothing is found by one; a refusal counts only where one is asked for", () => {
  const refused = simulate({ ...asked, seeds: 2, modes: ["refused"] }, MODEL_PACT).modes[0]!;
  const row = (cheat: string) => refused.cheats.find((each) => each.cheat === cheat)!;
  expect(row("refuses every inspection").seen).toBe(0);
  expect(row("trains on uncommitted data").seen).toBe(0);
  expect(row("declares late").seen).toBe(2);
  expect(refused.costs.routine + refused.costs.challenge).toBe(0);
});

test("the committed table has at least a hundred seeds of each mode, under this version's policy", () => {
  const table = JSON.parse(readFileSync("validation/pact-simulation.json", "utf8")) as ReturnType<typeof simulate>;
  expect(table.seeds).toBeGreaterThanOrEqual(100);
  expect(table.modes.map(({ inspections }) => inspections)).toEqual(["refused", "managed", "open"]);
  const { inspections: _, ...policy } = DEFAULT_POLICY;
  expect(table.policy).toEqual(policy);
  for (const { cheats } of table.modes)
    for (const { low, rate, high } of cheats)
      expect(Number(low) <= Number(rate) && Number(rate) <= Number(high)).toBe(true);
});
