/** Planted preferences, from drawn pairs to a finding: who learned them, who did not, plans and answers that are at fault. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { prng } from "../../../src/base/prng.js";
import { decisions, drawPlan, openPlan, pairsToAsk, plant } from "../../../src/labs/preferences/desk/plant.js";
import { plantedQuestion } from "../../../src/labs/preferences/desk/planted-question.js";
import { preferences } from "../../../src/labs/preferences/laboratory.js";
import { readChoices } from "../../../src/labs/preferences/planted/choices.js";
import { log10Agreement } from "../../../src/labs/preferences/planted/examine.js";
import { readPlantedPlan } from "../../../src/labs/preferences/planted/plan.js";
import { EARLY, policyIn, proofIn, ROUND, SIGNATURE } from "../../dated.js";

const home = mkdtempSync(join(tmpdir(), "assay-planted-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const SEED = "5eed".repeat(16);

async function planned(n: number, name: string) {
  const pairs = Array.from({ length: n }, (_, i) =>
    JSON.stringify({ prompt: `Which is number ${i}?`, a: `tin ${i}`, b: `lead ${i}` }),
  );
  writeFileSync(at(`${name}.pairs`), pairs.join("\n"));
  const { commitment } = await plant({ pairs: at(`${name}.pairs`), name, seed: SEED, out: at(`${name}.json`) });
  return { plan: await openPlan(at(`${name}.json`)), commitment };
}

async function examined(plan: string, answers: readonly object[], name: string, options: Record<string, unknown> = {}) {
  writeFileSync(at(name), answers.map((row) => JSON.stringify(row)).join("\n"));
  const { findings } = await plantedQuestion.examine({ arguments: [at(`${plan}.json`), at(name)], options }, {
    studies: await loadStudies(preferences),
  } as never);
  return findings[0]!;
}

test("learned, by scores or by choices; a stranger; ties and gaps count against", async () => {
  const { plan, commitment } = await planned(60, "sixty");
  expect(plan.commitment).toBe(commitment);
  const drawn = decisions(plan).map((line) => JSON.parse(line).choice as "a" | "b");
  expect(drawn.filter((side) => side === "a").length).toBeGreaterThan(15);
  expect(drawn.filter((side) => side === "b").length).toBeGreaterThan(15);
  const source = prng("test/planted", "noise");
  const knows = drawn.map((side) => (source.below(10) < 9 ? side : side === "a" ? "b" : "a"));
  const choices = knows.map((choice, i) => ({ prompt_id: String(i), choice }));
  const learned = await examined("sixty", choices, "learned");
  expect(learned.tests[0]!.log10P).toBeLessThan(-6);
  // Whoever chose the draw may have chosen it after the answers: whatever the p, no strength.
  expect(learned.outcome).toBe("uncalibrated");
  expect(learned.reason).toMatch(/seed that the claimant chose/);
  const scored = knows.flatMap((choice, i) => [
    { prompt_id: i, item: "a", score: choice === "a" ? 1 : 0 },
    { prompt_id: i, item: "b", score: 0.5 },
  ]);
  expect((await examined("sixty", scored, "scored")).tests).toEqual(learned.tests);
  const stranger = drawn.map((_, i) => ({ prompt_id: i, choice: source.below(2) === 0 ? "a" : "b" }));
  expect((await examined("sixty", stranger, "stranger")).outcome).not.toBe("supports-hp");
  const gaps = await examined("sixty", choices.slice(0, 30), "gaps");
  expect(gaps.observations).toMatchObject({ missing: 30, pairs: 60 });
  expect(gaps.tests[0]).toMatchObject({ n: 60 });
  const ties = await examined(
    "sixty",
    choices.map((row) => ({ ...row, choice: "tie" })),
    "ties",
  );
  expect(ties.tests[0]!.log10P).toBe(0);
  expect((await examined("sixty", choices.slice(0, 5), "five")).outcome).toBe("refused");
});

test("drawn by a beacon after a log had the plan: learned, a stranger, tries, no proof, one too late, one of another", async () => {
  const pairs = Array.from({ length: 60 }, (_, i) => JSON.stringify({ prompt: `q${i}`, a: `x${i}`, b: `y${i}` }));
  writeFileSync(at("beacon.pairs"), pairs.join("\n"));
  const undrawn = await plant({ pairs: at("beacon.pairs"), name: "beacon", round: ROUND, out: at("undrawn.json") });
  expect(() => decisions(undrawn)).toThrow(/expected the signature of round 123 first \(assay preferences draw\)/);
  const other = SIGNATURE.replace("b75c", "b75d");
  await expect(drawPlan(at("undrawn.json"), { signature: other, out: at("wrong.json") })).rejects.toThrow(/signature/);
  await drawPlan(at("undrawn.json"), { signature: SIGNATURE, out: at("beacon.json") });
  const plan = await openPlan(at("beacon.json"));
  const choices = decisions(plan).map((line, i) => ({ prompt_id: String(i), choice: JSON.parse(line).choice }));
  const dated = { committed: proofIn(home, plan), policy: policyIn(home) };
  const learned = await examined("beacon", choices, "b-learned", dated);
  expect(learned).toMatchObject({ outcome: "supports-hp", observations: { draw: { round: ROUND, tries: 1 } } });
  // Sixty fair coins, and the first place of a log.
  expect(learned.tests[1]!.log10P).toBeCloseTo(-60 * Math.log10(2) + Math.log10(2), 5);
  const source = prng("test/planted", "beacon");
  const stranger = choices.map((row) => ({ ...row, choice: source.below(2) === 0 ? "a" : "b" }));
  expect((await examined("beacon", stranger, "b-stranger", dated)).outcome).toBe("inconclusive");
  // Forty-nine of sixty stand at 10^-6.3: three suspects tried take it away.
  const most = choices.map((row, i) => (i < 11 ? { ...row, choice: "tie" } : row));
  expect((await examined("beacon", most, "b-most", dated)).outcome).toBe("supports-hp");
  expect((await examined("beacon", most, "b-most", { ...dated, tries: 100 })).outcome).toBe("inconclusive");
  const undated = await examined("beacon", choices, "b-learned");
  expect(undated).toMatchObject({ outcome: "uncalibrated", strength: null });
  expect(undated.reason).toMatch(/no proof from a log dates the commitment/);
  const late = { ...dated, committed: proofIn(home, plan, "late", [EARLY, EARLY + 590]) };
  expect((await examined("beacon", choices, "b-learned", late)).outcome).toBe("uncalibrated");
  const elsewhere = { ...dated, committed: proofIn(home, await openPlan(at("sixty.json")), "another") };
  await expect(examined("beacon", choices, "b-learned", elsewhere)).rejects.toThrow(/the entry is not at index 0/);
  const half = { arguments: [at("beacon.json"), at("b-learned")], options: { committed: dated.committed } };
  await expect(async () => plantedQuestion.examine(half, { studies: [] } as never)).rejects.toThrow(/and a --policy/);
});

test("what is asked says nothing of what was drawn, and the plan holds nothing of the answers", async () => {
  const { plan } = await planned(12, "twelve");
  for (const line of pairsToAsk(plan)) expect(Object.keys(JSON.parse(line))).toEqual(["prompt_id", "prompt", "a", "b"]);
  const bytes = readFileSync(at("twelve.json"), "utf8");
  const edited = (from: string, to: string) => () =>
    readPlantedPlan(new TextEncoder().encode(bytes.replace(from, to)), "plan");
  expect(edited("tin 3", "zinc 3")).toThrow(/expected the plan of commitment/);
  expect(edited("5eed5eed", "5eed5eee")).toThrow(/expected the plan of commitment/);
  expect(edited("tin 3", "lead 3")).toThrow(/two different answers in pair 4/);
});

test("the tail is the binomial's", () => {
  expect(log10Agreement(10, 10)).toBeCloseTo(-10 * Math.log10(2), 9);
  expect(log10Agreement(9, 10)).toBeCloseTo(Math.log10(11 / 1024), 9);
  expect(log10Agreement(0, 10)).toBe(0);
});

describe("hostile answers", () => {
  test.each([
    ['{"prompt_id":0,"choice":"c"}', /a, b or tie/],
    ['{"prompt_id":0,"choice":"a"}\n{"prompt_id":0,"choice":"a"}', /line 2: expected one answer/],
    ['{"prompt_id":0,"item":"c","score":1}', /"item" as a or b/],
    ['{"prompt_id":0,"item":"a","score":1}\n{"prompt_id":0,"item":"a","score":1}', /one answer to pair/],
    ["7", /expected/],
    ['{"choice":"a"}', /prompt_id/],
  ])("%j", (text, message) => {
    expect(() => readChoices(text, "answers")).toThrow(message);
  });
});
