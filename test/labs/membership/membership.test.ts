/** From a plan to a finding: models that learned and models that did not, and everything a claimant could bend. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { prng } from "../../../src/base/prng.js";
import { timeOfRound } from "../../../src/evidence/beacon-draw.js";
import { membershipQuestion } from "../../../src/labs/membership/desk/question.js";
import { membership } from "../../../src/labs/membership/laboratory.js";
import {
  drawnCanaries,
  idsOf,
  orderOf,
  type Plan,
  publishedTexts,
  readPlan,
  shardsOf,
  textsToScore,
} from "../../../src/labs/membership/plan/plan.js";
import { membershipCommand } from "../../../src/labs/membership/tools/membership.js";
import { EARLY, policyIn, proofIn, ROUND, SIGNATURE } from "../../dated.js";

const home = mkdtempSync(join(tmpdir(), "assay-membership-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);

async function typed(...args: string[]): Promise<void> {
  const command = membershipCommand().exitOverride();
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write, stderr.write];
  stdout.write = () => true;
  stderr.write = () => true;
  try {
    await command.parseAsync(args, { from: "user" });
  } finally {
    stdout.write = out;
    stderr.write = err;
  }
}

async function planned<K extends Plan["kind"]>(
  kind: K,
  name: string,
  ...args: string[]
): Promise<Extract<Plan, { kind: K }>> {
  const draws = args.includes("--seed") ? [] : ["--round", String(ROUND)];
  const first = draws.length > 0 ? `${name}-undrawn` : name;
  await typed("plan", kind, "--name", name, ...draws, "--out", at(`${first}.json`), ...args);
  if (draws.length > 0) await typed("draw", at(`${first}.json`), "--signature", SIGNATURE, "--out", at(`${name}.json`));
  return readPlan(readFileSync(at(`${name}.json`)), name) as never;
}

beforeAll(() => {
  policyIn(home);
});

const proof = (plan: Plan, name: string, times: readonly number[]) => proofIn(home, plan, name, times);

/** Scores as a model would give them: noise, and `gain` for what was learned. */
function scores(
  plan: Plan,
  seed: string,
  gain: (group: number, index: number) => number,
  name = `${seed}.jsonl`,
): string {
  const source = prng("test/membership-scores", seed);
  const lines = idsOf(plan).flatMap((ids, group) =>
    ids.map((id, i) => {
      const noise = Array.from({ length: 6 }, () => source.below(1000) / 1000).reduce((a, b) => a + b, -3);
      return JSON.stringify({ id, logprob: -60 + noise + gain(group, i), minK: -3 + noise });
    }),
  );
  writeFileSync(at(name), `${lines.join("\n")}\n`);
  return at(name);
}

async function examined(name: string, scored: string, more: Record<string, unknown> = {}) {
  const plan = readPlan(readFileSync(at(`${name}.json`)), name);
  const studies = await loadStudies(membership);
  const dated = { committed: proof(plan, `${name}.tlog-proof`, [EARLY, EARLY + 30]), policy: at("policy.txt") };
  const options = Object.fromEntries(Object.entries({ ...dated, ...more }).filter(([, value]) => value !== undefined));
  const { findings } = await membershipQuestion.examine({ arguments: [at(`${name}.json`), scored], options }, {
    studies,
  } as never);
  return findings[0]!;
}
const UNDATED = { committed: undefined, policy: undefined };

describe("canaries", () => {
  let plan: Extract<Plan, { kind: "canary" }>;
  let learned: string;
  beforeAll(async () => {
    plan = await planned("canary", "c1");
    const drawn = drawnCanaries(plan);
    learned = scores(plan, "learned", (set, i) => (drawn[set] === i ? 5 : 0));
  });

  test("learned: supported; not learned: inconclusive; exhibits have no p; what was tried is paid for", async () => {
    const finding = await examined("c1", learned);
    expect(finding).toMatchObject({ outcome: "supports-hp", proposition: { id: "membership/canary" } });
    expect(finding.tests.map(({ id }) => id)).toEqual(["ranks", "combined"]);
    expect(finding.tests[0]!.log10P).toBeLessThan(-15);
    expect(finding.observations).toMatchObject({
      exhibits: [{ name: "minK" }],
      missing: 0,
      round: ROUND,
      dated: { index: 0, logs: 1, time: EARLY + 30 },
    });
    const tried = await examined("c1", learned, { tries: 1000 });
    expect(tried.tests[1]!.log10P - finding.tests[1]!.log10P).toBeCloseTo(3, 5);
    const stranger = await examined(
      "c1",
      scores(plan, "stranger", () => 0),
    );
    expect(stranger.outcome).toBe("inconclusive");
    expect(stranger.strength).toBeNull();
  });

  test("a bundle's request is examined again to the same finding", async () => {
    const studies = await loadStudies(membership);
    const options = { committed: proof(plan, "again.tlog-proof", [EARLY, EARLY]), policy: at("policy.txt"), tries: 3 };
    const first = await membershipQuestion.examine({ arguments: [at("c1.json"), learned], options }, {
      studies,
    } as never);
    expect(first.arguments.join(" ")).toBe("PLAN SCORES --committed PROOF --policy POLICY --tries 3");
    const again = await membershipQuestion.again(
      { type: "assay/request/v2", plan: null, command: "examine membership", ...first } as never,
      { studies, inputs: [home], home: null, stored: first.findings } as never,
    );
    expect(again.findings).toEqual(first.findings);
  });

  test("no proof, a seed of the maker's own, a proof after the round, or by one witness of two: uncalibrated", async () => {
    const undated = await examined("c1", learned, UNDATED);
    expect(undated).toMatchObject({
      outcome: "uncalibrated",
      strength: null,
      reason: expect.stringMatching(/no proof from a log dates/),
    });
    const late = { committed: proof(plan, "late.tlog-proof", [EARLY, timeOfRound(ROUND) - 20]) };
    expect(await examined("c1", learned, late)).toMatchObject({
      outcome: "uncalibrated",
      reason: expect.stringMatching(/not a minute before round 123/),
    });
    await expect(examined("c1", learned, { committed: proof(plan, "one.tlog-proof", [EARLY]) })).rejects.toThrow(
      /quorum/,
    );
    const own = await planned("canary", "c-own", "--seed", "5eed".repeat(16));
    const drawn = drawnCanaries(own);
    const finding = await examined(
      "c-own",
      scores(own, "own", (set, i) => (drawn[set] === i ? 5 : 0)),
    );
    expect(finding).toMatchObject({
      outcome: "uncalibrated",
      reason: expect.stringMatching(/seed that the claimant chose/),
    });
    expect(finding.tests[0]!.log10P).toBeLessThan(-15);
  });

  test("a proof of another plan's commitment is refused in a line", async () => {
    const other = await planned("canary", "c-other");
    await expect(
      examined("c1", learned, { committed: proof(other, "other.tlog-proof", [EARLY, EARLY]) }),
    ).rejects.toThrow(/the entry is not at index 0/);
    await expect(examined("c1", learned, { policy: undefined })).rejects.toThrow(/expected a proof and a --policy/);
  });

  test("versions of one's own; a set that was scored in part counts as ranked last, so that leaving out gains nothing", async () => {
    const sets = Array.from({ length: 6 }, (_, s) =>
      JSON.stringify(Array.from({ length: 10 }, (_c, i) => `text ${s} way ${i}`)),
    );
    writeFileSync(at("versions.jsonl"), sets.join("\n"));
    const own = await planned("canary", "c2", "--versions", at("versions.jsonl"));
    const drawn = drawnCanaries(own);
    const path = scores(own, "part", (set, i) => (drawn[set] === i ? 9 : 0));
    writeFileSync(path, readFileSync(path, "utf8").split("\n").slice(1).join("\n"));
    const finding = await examined("c2", path);
    expect(finding.observations).toMatchObject({ missing: 1 });
    // Five first ranks of six sets: worse than five first ranks of five.
    expect(finding.tests[0]!.n).toBe(6);
    expect(finding.tests[0]!.log10P).toBeGreaterThan(-5);
    writeFileSync(at("none.jsonl"), "");
    expect((await examined("c2", at("none.jsonl"))).outcome).toBe("refused");
  });
});

describe("a data set", () => {
  const source = prng("test/membership", "lines");
  const lines = Array.from({ length: 60 }, () =>
    Array.from({ length: 30 }, () => "abcdefghijklmnopqrstuvwxyz"[source.below(26)]).join(""),
  );
  const shape = ["--shards", "5", "--among", "60"];
  const favoured = (plan: Extract<Plan, { kind: "exchange" }>, seed: string) => {
    const shards = shardsOf(plan);
    return scores(plan, seed, (s, i) => (shards[s]!.published === i ? 6 : 0));
  };

  test("published in the drawn order: learned and not learned", async () => {
    writeFileSync(at("lines.txt"), lines.join("\n"));
    const plan = await planned("exchange", "e1", "--lines", at("lines.txt"), ...shape);
    expect([...publishedTexts(plan)].sort()).toEqual([...lines].sort());
    expect(publishedTexts(plan)).not.toEqual(lines);
    const scored = new Set([...textsToScore(plan)].map(({ text }) => text));
    expect(scored.has(publishedTexts(plan).slice(0, 12).join("\n"))).toBe(true);
    expect(await examined("e1", favoured(plan, "learned-e"))).toMatchObject({ outcome: "supports-hp" });
    const stranger = scores(plan, "stranger-e", () => 0);
    expect((await examined("e1", stranger)).outcome).toBe("inconclusive");
  });

  test("in its own order: never more than uncalibrated, and refused where it is numbered", async () => {
    const plan = await planned("exchange", "e2", "--lines", at("lines.txt"), "--as-published", ...shape);
    expect(publishedTexts(plan)).toEqual(lines);
    expect(await examined("e2", favoured(plan, "innocent-e"))).toMatchObject({
      outcome: "uncalibrated",
      reason: expect.stringMatching(/own order, which nobody drew/),
    });
    writeFileSync(at("numbered.txt"), lines.map((line, i) => `${i + 1}. ${line}`).join("\n"));
    const numbered = await planned("exchange", "e3", "--lines", at("numbered.txt"), "--as-published", ...shape);
    expect(await examined("e3", favoured(numbered, "innocent"))).toMatchObject({
      outcome: "refused",
      reason: expect.stringMatching(/^By the texts alone/),
    });
  });
});

describe("the claimant's training order", () => {
  const texts = Array.from({ length: 900 }, (_, i) => `line ${(i * 7919) % 900} of the corpus`);
  const reference = () => {
    const source = prng("test/membership-scores", "reference");
    writeFileSync(
      at("stranger.jsonl"),
      texts.map((_, i) => `{"id":"${i}","logprob":${-60 - source.below(1000) / 1000}}`).join("\n"),
    );
    return at("stranger.jsonl");
  };

  test("likelihoods that rise along it, those that do not, and a reference that the plan named", async () => {
    writeFileSync(at("texts.txt"), texts.join("\n"));
    const stranger = reference();
    const plan = await planned("order", "o1", "--lines", at("texts.txt"), "--stranger", stranger);
    expect(plan.reference).toBe(sha256Digest(readFileSync(stranger)));
    const place = new Map(orderOf(plan).map((text, i) => [text, i]));
    const derived = scores(plan, "derived", (_, i) => place.get(i)! / 900);
    const finding = await examined("o1", derived, { stranger });
    expect(finding).toMatchObject({ outcome: "supports-hp", proposition: { id: "membership/order" } });
    const innocent = scores(plan, "stranger-o", () => 0);
    expect((await examined("o1", innocent, { stranger })).outcome).toBe("inconclusive");
    // Left out, or another: both could be chosen when the order is known.
    expect(await examined("o1", derived)).toMatchObject({
      outcome: "refused",
      reason: expect.stringMatching(/which is not given/),
    });
    const falling = scores(plan, "falling", (_, i) => -place.get(i)! / 900);
    expect(await examined("o1", innocent, { stranger: falling })).toMatchObject({ outcome: "refused" });
  });

  test("without a reference; texts left without a score speak against the claim", async () => {
    const plan = await planned("order", "o2", "--lines", at("texts.txt"));
    const place = new Map(orderOf(plan).map((text, i) => [text, i]));
    const innocent = scores(plan, "stranger-2", () => 0);
    const lines = readFileSync(innocent, "utf8").trim().split("\n");
    const rank = new Map(
      lines
        .map((line) => JSON.parse(line) as { id: string; logprob: number })
        .sort((a, b) => a.logprob - b.logprob)
        .map(({ id }, i) => [Number(id), i]),
    );
    const kept = lines.filter((_, i) => Math.abs(rank.get(i)! - place.get(i)!) < 200);
    writeFileSync(at("kept.jsonl"), kept.join("\n"));
    const finding = await examined("o2", at("kept.jsonl"));
    expect(finding.outcome).toBe("inconclusive");
    expect(finding.tests[0]!.n).toBe(900);
    expect(await examined("o2", innocent, { stranger: reference() })).toMatchObject({
      outcome: "refused",
      reason: expect.stringMatching(/names no reference/),
    });
  });
});

describe("what is no plan and no score", () => {
  test("a changed plan, equal candidates, another signature, a plan that is not drawn: one line each", async () => {
    const plan = await planned("canary", "bad");
    const other = { ...plan, sets: plan.sets.map((set) => [...set].reverse()) };
    const read = (value: unknown) => () => readPlan(Buffer.from(JSON.stringify(value)), "plan");
    expect(read(other)).toThrow(/expected the plan of commitment/);
    expect(read({ ...plan, round: 124 })).toThrow(/expected the plan of commitment/);
    expect(read({ ...plan, signature: `a${SIGNATURE.slice(1)}` })).toThrow(/expected the signature of round 123/);
    expect(read({ ...plan, sets: [new Array(10).fill("x")] })).toThrow(/expected distinct texts/);
    expect(read({ ...plan, kind: "guess" })).toThrow(/^plan: at kind/);
    await expect(examined("bad-undrawn", at("none.jsonl"))).rejects.toThrow(
      /expected the signature of round 123 first/,
    );
    await expect(planned("canary", "both", "--round", "5", "--seed", "5eed".repeat(16))).rejects.toThrow(
      /a rehearsal draws by its seed/,
    );
  });

  test("scores above nought, doubled or of no number", async () => {
    for (const [text, says] of [
      ['{"id":"0/0","logprob":1}', /at most 0/],
      ['{"id":"0/0","logprob":-1e999}', /finite|number/],
      ['{"id":"0/0","logprob":-1}\n{"id":"0/0","logprob":-1}', /got two/],
      ['{"id":"0/0"}', /"logprob"/],
      ["[1]", /expected \{"id"/],
      ['{"id":"0/0","logprob":-1', /line 1/],
    ] as const) {
      writeFileSync(at("scores.jsonl"), text);
      await expect(examined("bad", at("scores.jsonl"))).rejects.toThrow(says);
    }
  });
});
