/**
 * The two tests of membership whose p holds on a condition (STAMP, dataset inference): their laws, that a finding states the
 * condition and is never more than uncalibrated, and that nothing is gained by leaving out.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { membershipQuestion } from "../../../src/labs/membership/desk/question.js";
import { learned, pairedT, twoSampleT } from "../../../src/labs/membership/law/conditional.js";
import { type Plan, publishedTexts, readPlan, sidesOf, textsToScore } from "../../../src/labs/membership/plan/plan.js";
import { membershipCommand } from "../../../src/labs/membership/tools/membership.js";
import { log10StudentTail } from "../../../src/stats/student-t.js";

const home = mkdtempSync(join(tmpdir(), "assay-conditional-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const SEED = "5a".repeat(32);

async function planned(kind: "stamp" | "inference", name: string, ...args: string[]): Promise<Plan> {
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.stdout.write = () => true;
  process.stderr.write = () => true;
  const typed = ["plan", kind, "--name", name, "--seed", SEED, "--out", at(`${name}.json`), ...args];
  try {
    await membershipCommand().exitOverride().parseAsync(typed, { from: "user" });
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
  }
  return readPlan(readFileSync(at(`${name}.json`)), name);
}

/** Noise, and `gain` for what was published. */
async function examined(plan: Plan, seed: string, gain: number, leave: readonly string[] = []) {
  const source = prng("test/membership-conditional", seed);
  const published = new Set(publishedTexts(plan));
  const lines = [...textsToScore(plan)]
    .filter(({ id }) => !leave.includes(id))
    .map(({ id, text }) => {
      const noise = Array.from({ length: 6 }, () => source.below(1000) / 1000).reduce((a, b) => a + b, -3);
      const more = published.has(text) ? gain : 0;
      return JSON.stringify({ id, logprob: -60 + noise + more, minK: -3 + noise + more });
    });
  writeFileSync(at(`${seed}.jsonl`), `${lines.join("\n")}\n`);
  const asked = { arguments: [at(`${plan.name}.json`), at(`${seed}.jsonl`)], options: {} };
  const { findings } = await membershipQuestion.examine(asked as never, { studies: [] } as never);
  return findings[0]!;
}

const text = (i: number, j = 0) => `document ${i}, phrasing ${j}, ${"abcdefghij"[(i * 7 + j) % 10]!.repeat(3)}`;

describe("Student's t", () => {
  test("the upper tail, by tables and by the closed form of two degrees", () => {
    for (const [t, degrees, p] of [
      [1, 1, 0.25],
      [2.0150483733, 5, 0.05],
      [4.5868938587, 10, 0.0005],
      [1.9599639845, 1_000_000, 0.0250001387],
      [0, 7, 0.5],
      [-2.0150483733, 5, 0.95],
    ] as const)
      expect(10 ** log10StudentTail(t, degrees)).toBeCloseTo(p, 7);
    // 1 − t/√(t² + 2), without cancellation.
    for (const t of [0.01, 0.5, 3, 40, 1e4, 1e8])
      expect(log10StudentTail(t, 2)).toBeCloseTo(
        Math.log10(1 / (Math.sqrt(t * t + 2) * (Math.sqrt(t * t + 2) + t))),
        9,
      );
  });

  test("by hand: four gains, two sets; equal gains have no spread and no p", () => {
    expect(pairedT([1, 2, 3, 4])).toMatchObject({ degrees: 3, t: expect.closeTo(2.5 / Math.sqrt(5 / 3 / 4), 10) });
    expect(twoSampleT([1, 2, 3], [1, 2, 3])).toMatchObject({ t: 0, log10P: expect.closeTo(Math.log10(0.5), 10) });
    expect(pairedT([2, 2, 2])).toBeNull();
    expect(twoSampleT([1, 1], [0, 0])).toBeNull();
  });

  test("a sum that was learned tells two sets by the feature that differs, and not by the one that does not", () => {
    const source = prng("test/membership-conditional", "learned");
    const row = (gain: number) => [source.below(1000) / 1000, source.below(1000) / 1000 + gain];
    const [a, b] = [Array.from({ length: 200 }, () => row(0.5)), Array.from({ length: 200 }, () => row(0))];
    const sum = learned(a, b);
    expect(Math.abs(sum([1, 0]) - sum([0, 0]))).toBeLessThan(0.3 * (sum([0, 1]) - sum([0, 0])));
  });
});

describe("STAMP", () => {
  test("learned, not learned, and a phrasing without a score: uncalibrated on a stated condition, or refused", async () => {
    const sets = Array.from({ length: 40 }, (_, i) => [0, 1, 2, 3].map((j) => text(i, j)));
    writeFileSync(at("phrasings.jsonl"), sets.map((set) => `${JSON.stringify(set)}\n`).join(""));
    const plan = await planned("stamp", "essays", "--versions", at("phrasings.jsonl"));
    expect(publishedTexts(plan)).toHaveLength(40);
    const member = await examined(plan, "stamp-member", 2);
    expect(member).toMatchObject({
      outcome: "uncalibrated",
      method: { id: "membership/stamp", version: "1" },
      proposition: { id: "membership/canary" },
      strength: null,
      tests: [{ id: "t-test", exact: false }, { exact: false }],
      observations: { kind: "stamp", documents: 40, degrees: 39 },
    });
    expect(member.reason).toMatch(/holds only if all phrasings were made before/);
    expect(member.tests[0]!.log10P).toBeLessThan(-6);
    const stranger = await examined(plan, "stamp-stranger", 0);
    expect(stranger.outcome).toBe("uncalibrated");
    expect(stranger.tests[0]!.log10P).toBeGreaterThan(-3);
    const partly = await examined(plan, "stamp-partly", 2, ["3/1"]);
    expect([partly.outcome, partly.reason]).toEqual([
      "refused",
      expect.stringMatching(/1 texts of the plan have no score/),
    ]);
  });
});

describe("dataset inference", () => {
  test("published against held out, by all features that every text has", async () => {
    const lines = (from: number) => Array.from({ length: 120 }, (_, i) => text(from + i)).join("\n");
    writeFileSync(at("train.txt"), lines(1000));
    writeFileSync(at("kept.txt"), lines(2000));
    const plan = await planned("inference", "corpus", "--lines", at("train.txt"), "--held-out", at("kept.txt"));
    const sides = sidesOf(plan as never);
    expect(new Set([...sides.published, ...sides.heldOut]).size).toBe(240);
    expect(sides.judge.published.some((id) => sides.learn.published.includes(id))).toBe(false);
    const member = await examined(plan, "inference-member", 2);
    expect(member).toMatchObject({
      outcome: "uncalibrated",
      method: { id: "membership/dataset-inference" },
      observations: { kind: "inference", judged: [60, 60], features: ["log-likelihood a character", "minK"] },
    });
    expect(member.reason).toMatch(/same distribution/);
    expect(member.tests[0]!.log10P).toBeLessThan(-6);
    const stranger = await examined(plan, "inference-stranger", 0);
    expect(stranger.tests[0]!.log10P).toBeGreaterThan(-3);
    expect((await examined(plan, "inference-partly", 2, ["0"])).outcome).toBe("refused");
  });

  test("held-out texts of another length: a model that saw none gives a tiny p, which is why nothing is concluded", async () => {
    const lines = (from: number) => Array.from({ length: 120 }, (_, i) => text(from + i)).join("\n");
    writeFileSync(at("long.txt"), lines(1_000_000));
    writeFileSync(at("short.txt"), lines(100));
    const plan = await planned("inference", "unlike", "--lines", at("long.txt"), "--held-out", at("short.txt"));
    const finding = await examined(plan, "inference-unlike", 0);
    expect(finding.tests[0]!.log10P).toBeLessThan(-6);
    expect(finding).toMatchObject({ outcome: "uncalibrated", strength: null });
  });

  test("too few texts of a side, and one text on both sides, are no plan", async () => {
    writeFileSync(at("few.txt"), "one\ntwo\n");
    writeFileSync(at("many.txt"), Array.from({ length: 60 }, (_, i) => text(i)).join("\n"));
    await expect(planned("inference", "few", "--lines", at("many.txt"), "--held-out", at("few.txt"))).rejects.toThrow();
    await expect(planned("inference", "same", "--lines", at("many.txt"), "--held-out", at("many.txt"))).rejects.toThrow(
      /distinct texts/,
    );
  });
});
