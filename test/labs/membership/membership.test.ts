/** From a drawn plan to a finding: models that learned and models that did not, scores that are short, plans that were changed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { prng } from "../../../src/base/prng.js";
import { membershipQuestion } from "../../../src/labs/membership/desk/question.js";
import { membership } from "../../../src/labs/membership/laboratory.js";
import {
  drawnCanaries,
  idsOf,
  orderOf,
  type Plan,
  readPlan,
  shardsOf,
} from "../../../src/labs/membership/plan/plan.js";
import { membershipCommand } from "../../../src/labs/membership/tools/membership.js";

const home = mkdtempSync(join(tmpdir(), "assay-membership-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const SEED = "5eed".repeat(16);

async function planned(kind: string, name: string, ...args: string[]): Promise<Plan> {
  const command = membershipCommand().exitOverride();
  const write = process.stdout.write;
  process.stdout.write = () => true;
  try {
    await command.parseAsync(["plan", kind, "--name", name, "--seed", SEED, "--out", at(`${name}.json`), ...args], {
      from: "user",
    });
  } finally {
    process.stdout.write = write;
  }
  return readPlan(readFileSync(at(`${name}.json`)), name);
}

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

async function examined(plan: string, scored: string, reference?: string) {
  const studies = await loadStudies(membership);
  const { findings } = await membershipQuestion.examine(
    { arguments: [at(`${plan}.json`), scored], options: reference ? { stranger: reference } : {} },
    { studies } as never,
  );
  return findings[0]!;
}

describe("canaries", () => {
  test("learned: supported; not learned: inconclusive; exhibits have no p", async () => {
    const plan = (await planned("canary", "c1")) as Extract<Plan, { kind: "canary" }>;
    const drawn = drawnCanaries(plan);
    const learned = await examined(
      "c1",
      scores(plan, "learned", (set, i) => (drawn[set] === i ? 5 : 0)),
    );
    expect(learned).toMatchObject({ outcome: "supports-hp", proposition: { id: "membership/canary" } });
    expect(learned.tests[0]!.log10P).toBeLessThan(-15);
    expect(learned.observations).toMatchObject({ exhibits: [{ name: "minK" }], missing: 0 });
    const stranger = await examined(
      "c1",
      scores(plan, "stranger", () => 0),
    );
    expect(stranger.outcome).toBe("inconclusive");
    expect(stranger.strength).toBeNull();
  });
  test("versions of one's own, and a set that was scored in part is left out whole", async () => {
    const sets = Array.from({ length: 6 }, (_, s) =>
      JSON.stringify(Array.from({ length: 10 }, (_c, i) => `text ${s} way ${i}`)),
    );
    writeFileSync(at("versions.jsonl"), sets.join("\n"));
    const plan = await planned("canary", "c2", "--versions", at("versions.jsonl"));
    const drawn = drawnCanaries(plan as never);
    const path = scores(plan, "part", (set, i) => (drawn[set] === i ? 9 : 0));
    writeFileSync(path, readFileSync(path, "utf8").split("\n").slice(1).join("\n"));
    const finding = await examined("c2", path);
    expect(finding.observations).toMatchObject({ missing: 1 });
    expect(finding.tests[0]).toMatchObject({ n: 5, log10P: -5 });
    writeFileSync(at("none.jsonl"), "");
    expect((await examined("c2", at("none.jsonl"))).outcome).toBe("refused");
  });
});

describe("a data set in its published order", () => {
  const source = prng("test/membership", "lines");
  const lines = Array.from({ length: 60 }, () =>
    Array.from({ length: 30 }, () => "abcdefghijklmnopqrstuvwxyz"[source.below(26)]).join(""),
  );
  test("learned and not learned; numbered lines are refused", async () => {
    writeFileSync(at("lines.txt"), lines.join("\n"));
    const plan = (await planned(
      "exchange",
      "e1",
      "--lines",
      at("lines.txt"),
      "--shards",
      "5",
      "--among",
      "60",
    )) as never;
    const shards = shardsOf(plan);
    const learn = (s: number, i: number) => (shards[s]!.published === i ? 6 : 0);
    expect(await examined("e1", scores(plan, "learned-e", learn))).toMatchObject({ outcome: "supports-hp" });
    expect(
      (
        await examined(
          "e1",
          scores(plan, "stranger-e", () => 0),
        )
      ).outcome,
    ).toBe("inconclusive");
    writeFileSync(at("numbered.txt"), lines.map((line, i) => `${i + 1}. ${line}`).join("\n"));
    const numbered = (await planned(
      "exchange",
      "e2",
      "--lines",
      at("numbered.txt"),
      "--shards",
      "5",
      "--among",
      "60",
    )) as never;
    const prefers = shardsOf(numbered);
    const finding = await examined(
      "e2",
      scores(numbered, "innocent", (s, i) => (prefers[s]!.published === i ? 6 : 0)),
    );
    expect(finding).toMatchObject({ outcome: "refused", reason: expect.stringMatching(/^By the texts alone/) });
  });
});

describe("the claimant's training order", () => {
  const texts = Array.from({ length: 900 }, (_, i) => `line ${(i * 7919) % 900} of the corpus`);
  test("likelihoods that rise along it, those that do not, and a reference that knows it", async () => {
    writeFileSync(at("texts.txt"), texts.join("\n"));
    const plan = (await planned("order", "o1", "--lines", at("texts.txt"))) as Extract<Plan, { kind: "order" }>;
    const place = new Map(orderOf(plan).map((text, i) => [text, i]));
    const derived = scores(plan, "derived", (_, i) => place.get(i)! / 900);
    const reference = scores(plan, "reference", () => 0);
    const falling = scores(plan, "falling", (_, i) => -place.get(i)! / 900);
    const finding = await examined("o1", derived, reference);
    expect(finding).toMatchObject({ outcome: "supports-hp", proposition: { id: "membership/order" } });
    expect(
      (
        await examined(
          "o1",
          scores(plan, "stranger-o", () => 0),
          reference,
        )
      ).outcome,
    ).toBe("inconclusive");
    // A reference trained in the reversed order would make any suspect rise along it.
    const stranger = scores(plan, "stranger-2", () => 0);
    expect(await examined("o1", stranger, falling)).toMatchObject({ outcome: "refused" });
  });
});

describe("what is no plan and no score", () => {
  test("a changed plan, equal candidates, scores above nought, doubled or of no number: one line each", async () => {
    const plan = (await planned("canary", "bad")) as Extract<Plan, { kind: "canary" }>;
    const other = { ...plan, sets: plan.sets.map((set) => [...set].reverse()) };
    const read = (value: unknown) => () => readPlan(Buffer.from(JSON.stringify(value)), "plan");
    expect(read(other)).toThrow(/expected the plan of commitment/);
    expect(read({ ...plan, sets: [new Array(10).fill("x")] })).toThrow(/expected distinct texts/);
    expect(read({ ...plan, kind: "guess" })).toThrow(/^plan: at kind/);
    for (const [text, says] of [
      ['{"id":"0/0","logprob":1}', /at most 0/],
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
