/**
 * Claimants who choose the draw of their canaries or planted decisions, or arrange what it draws among, against models that
 * learned nothing: who is accused where p alone decides, as version 1 of both methods did, and who by the rule as it
 * stands? Suspects of canaries answer by a taste that models share in part; planted pairs are answered by the 306 models
 * of preferences.study.ts, students of other things among them, that never saw a decision. It is of arithmetic and rules: no model was trained for it.
 *
 *   npm run build && node validation/chosen-draws.study.ts         (a minute; writes chosen-draws.json)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Prng, prng } from "../dist/base/prng.js";
import { type Dated, timeOfRound } from "../dist/evidence/beacon-draw.js";
import { OUTCOME_RULES } from "../dist/finding/outcome-rules.js";
import { testCanaries } from "../dist/labs/marks/canaries/canaries.js";
import { assignments, type CanaryPlan, committedPlan } from "../dist/labs/marks/canaries/canary-plan.js";
import { examineCanaries } from "../dist/labs/marks/canaries/examine-canaries.js";
import { CANARY } from "../dist/labs/marks/record/method.js";
import { PLANTED_METHOD } from "../dist/labs/preferences/method.js";
import { examinePlanted, log10Agreement } from "../dist/labs/preferences/planted/examine.js";
import {
  committedPlan as committedPairs,
  drawnSides,
  type PlantedPlan,
} from "../dist/labs/preferences/planted/plan.js";
import { log10BinomialTail } from "../dist/stats/exact-tails.js";
import { readTranscript } from "../dist/transcript/read-transcript.js";

const OUT = "validation/chosen-draws.json";
const ALPHA = OUTCOME_RULES.log10Alpha;
/** A round of quicknet that is out, and its signature (vectors of noislabs/drand-verify). */
const ROUND = 123;
const SIGNATURE = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
const [MODELS, ACCOUNTS, ITEMS, TRIED] = [30, 10, 40, 1000];
const OPTIONS = ["amber", "basalt", "cedar", "dune", "ember"];

const study = (file: string) => {
  const summary = JSON.parse(readFileSync(file, "utf8"));
  return { summary, digest: `sha256:${"0".repeat(64)}` } as never;
};
const validations = ["marks-canary", "preferences-planted"].map((name) => study(`validation/${name}.json`));
const SOFTWARE = { name: "assay", version: "study", commit: "study" };
const digest = (of: string) => `sha256:${Buffer.from(of).toString("hex").padEnd(64, "0").slice(0, 64)}` as const;
const secretOf = (name: string, i: number) =>
  `${Buffer.from(name).toString("hex")}${i.toString(16)}`.padStart(64, "0").slice(-64);
const at = (index: number): Dated => ({
  time: timeOfRound(ROUND) - 600,
  by: "a log",
  index,
  logs: 1,
  evidence: digest("proof"),
});
const before = at(0);
const after: Dated = { ...before, time: timeOfRound(ROUND) + 600 };

interface Tried {
  log10P: number;
  outcome: string;
}
interface Row {
  what: string;
  models: number;
  tried: number;
  byPAlone: number;
  accused: number;
  outcomes: Record<string, number>;
  smallestLog10P: number;
}
const rows: Row[] = [];
function row(what: string, tried: number, each: readonly Tried[]): void {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of each) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  rows.push({
    what,
    models: each.length,
    tried,
    byPAlone: each.filter(({ log10P }) => log10P <= ALPHA).length,
    accused: outcomes["supports-hp"] ?? 0,
    outcomes,
    smallestLog10P: Number(Math.min(...each.map(({ log10P }) => log10P)).toFixed(2)),
  });
  console.log(JSON.stringify(rows.at(-1)));
}

// Canaries: favourites that three models of four share, and a model's own answer else.
const favourites = (source: Prng) => Array.from({ length: ITEMS }, () => source.below(OPTIONS.length));
const shared = favourites(prng("assay/chosen-draws", "shared"));
const tastes = Array.from({ length: MODELS }, (_, m) => {
  const source = prng("assay/chosen-draws", `model ${m}`);
  return shared.map((of) => (source.below(4) < 3 ? of : source.below(OPTIONS.length)));
});
const accounts = Array.from({ length: ACCOUNTS }, (_, a) => `account-${a}`);
/** @param orders of each item's options, as places */
function planOf(secret: string, round: number | null, orders?: readonly (readonly number[])[]): CanaryPlan {
  const items = Array.from({ length: ITEMS }, (_, i) => ({
    id: `i${i}`,
    question: "",
    options: (orders?.[i] ?? OPTIONS.map((_o, k) => k)).map((k) => OPTIONS[k]!),
  }));
  const plan = committedPlan({ secret, round, accounts, items });
  return (round === null ? plan : { ...plan, signature: SIGNATURE }) as CanaryPlan;
}
const answersOf = (plan: CanaryPlan, taste: readonly (number | null)[]) =>
  plan.items.map(({ options }, i) => (taste[i] === null ? null : options.indexOf(OPTIONS[taste[i]!]!)));
const paidP = (plan: CanaryPlan, taste: readonly (number | null)[]) =>
  Math.min(0, testCanaries(plan, answersOf(plan, taste))[0]!.log10P + Math.log10(ACCOUNTS));
function canaryOutcome(plan: CanaryPlan, taste: readonly (number | null)[], dated: Dated | null): string {
  const lines = taste.flatMap((of, i) =>
    of === null ? [] : [JSON.stringify({ prompt_id: `i${i}`, text: OPTIONS[of] })],
  );
  return examineCanaries({
    plan,
    transcript: readTranscript(Buffer.from(lines.join("\n")), "suspect"),
    dated,
    tries: 1,
    artefacts: {
      text: { name: "suspect", kind: "transcript", root: digest("suspect") },
      mark: { name: "plan", kind: "mark", root: digest("plan") },
    },
    evidence: [],
    validations,
    software: SOFTWARE,
  }).outcome;
}
/** Agreements of the best account, for a secret. */
function agreements(plan: CanaryPlan, answers: readonly (number | null)[]): number {
  let most = 0;
  for (const options of assignments(plan)) {
    let count = 0;
    for (let i = 0; i < ITEMS; i++) if (options[i] === answers[i]) count++;
    most = Math.max(most, count);
  }
  return most;
}
/** The secret among those tried that fits best. */
function bestSecret(taste: readonly number[], name: string, round: number | null): { secret: string; index: number } {
  let best = { count: -1, index: 0 };
  const plan = planOf(secretOf(name, 0), round);
  const answers = answersOf(plan, taste);
  for (let index = 0; index < TRIED; index++) {
    const count = agreements({ ...plan, secret: secretOf(name, index) } as CanaryPlan, answers);
    if (count > best.count) best = { count, index };
  }
  return { secret: secretOf(name, best.index), index: best.index };
}
/** Options of each item put so that the first account's drawn place holds this answer. */
function arranged(secret: string, round: number | null, taste: readonly number[]): CanaryPlan {
  const [first] = assignments(planOf(secret, round));
  const orders = taste.map((of, i) => {
    const order = OPTIONS.map((_, k) => k).filter((k) => k !== of);
    order.splice(first![i]!, 0, of);
    return order;
  });
  return planOf(secret, round, orders);
}

row(
  "canaries: the claimant tries seeds on the suspect's answers and shows the one that fits",
  TRIED,
  tastes.map((taste, m) => {
    const plan = planOf(bestSecret(taste, `tried ${m} `, null).secret, null);
    return { log10P: paidP(plan, taste), outcome: canaryOutcome(plan, taste, null) };
  }),
);
row(
  "canaries: the options of each item are put, when the answers are known, where the seed draws them for one account",
  1,
  tastes.map((taste, m) => {
    const plan = arranged(secretOf("arranged", m), null, taste);
    return { log10P: paidP(plan, taste), outcome: canaryOutcome(plan, taste, null) };
  }),
);
row(
  "canaries: the same by what models before the suspect answered, dated before its release",
  1,
  tastes.map((taste, m) => {
    const plan = arranged(secretOf("before", m), null, shared);
    return { log10P: paidP(plan, taste), outcome: canaryOutcome(plan, taste, before) };
  }),
);
row(
  "canaries: the options are put so when the beacon's draw is known; the proof is dated after it",
  1,
  tastes.map((taste, m) => {
    const plan = arranged(secretOf("after", m), ROUND, taste);
    return { log10P: paidP(plan, taste), outcome: canaryOutcome(plan, taste, after) };
  }),
);
row(
  "canaries, drawn by a beacon: a plan for each secret is in the log before the round; the one that fits is opened",
  TRIED,
  tastes.map((taste, m) => {
    const { secret, index } = bestSecret(taste, `log ${m} `, ROUND);
    const plan = planOf(secret, ROUND);
    return { log10P: paidP(plan, taste), outcome: canaryOutcome(plan, taste, at(index)) };
  }),
);
row(
  "canaries, drawn by a beacon: answers that do not agree with the best account are left out of the transcript",
  1,
  tastes.map((taste, m) => {
    const plan = planOf(secretOf("left out", m), ROUND);
    const answers = answersOf(plan, taste);
    const best = testCanaries(plan, answers)[0]!;
    const served = assignments(plan)[accounts.indexOf(best.account)]!;
    const kept = taste.map((of, i) => (served[i] === answers[i] ? of : null));
    // Version 1 counted answered items alone.
    const log10P = Math.min(
      0,
      log10BinomialTail(best.agreements, best.agreements, 1 / OPTIONS.length) + Math.log10(ACCOUNTS),
    );
    return { log10P, outcome: canaryOutcome(plan, kept, before) };
  }),
);

// Planted decisions: which of each pair the models of the study prefer by themselves.
interface Model {
  kind: string;
  choices: string;
}
const strangers = (["develop", "judge"] as const)
  .flatMap((half) => {
    const bytes = gunzipSync(readFileSync(`validation/preferences/${half}.json.gz`));
    return (JSON.parse(bytes.toString()) as { models: Model[] }).models;
  })
  .filter(({ kind, choices }) => kind !== "planted" && choices);
const sidesOf = ({ choices }: Model) => [...choices].map((c) => (c === "0" ? "a" : "b") as "a" | "b");
/** @param turned pairs whose answers change places */
function pairsOf(n: number, secret: string, round: number | null, turned: readonly boolean[] = []): PlantedPlan {
  const pairs = Array.from({ length: n }, (_, i) => {
    const [a, b] = [`x${i}`, `y${i}`];
    return turned[i] ? { prompt: `q${i}`, a: b, b: a } : { prompt: `q${i}`, a, b };
  });
  const plan = committedPairs({ name: "planted", secret, round, pairs });
  return (round === null ? plan : { ...plan, signature: SIGNATURE }) as PlantedPlan;
}
function plantedOutcome(plan: PlantedPlan, sides: readonly ("a" | "b" | null)[], dated: Dated | null): Tried {
  const drawn = drawnSides(plan);
  const agreed = drawn.filter((side, i) => side === sides[i]).length;
  const { outcome } = examinePlanted({
    plan: { artefact: { name: "plan", kind: "text", root: digest("plan") }, value: plan },
    suspect: {
      artefact: { name: "answers", kind: "scores", root: digest("answers") },
      value: new Map(sides.flatMap((side, i) => (side === null ? [] : [[String(i), side] as const]))),
    },
    dated,
    tries: 1,
    validations,
    software: SOFTWARE,
  });
  return { log10P: log10Agreement(agreed, drawn.length), outcome };
}
function bestSeed(sides: readonly ("a" | "b")[], name: string, round: number | null) {
  let best = { count: -1, index: 0 };
  const plan = pairsOf(sides.length, secretOf(name, 0), round);
  for (let index = 0; index < TRIED; index++) {
    const drawn = drawnSides({ ...plan, secret: secretOf(name, index) } as PlantedPlan);
    let count = 0;
    for (let i = 0; i < sides.length; i++) if (drawn[i] === sides[i]) count++;
    if (count > best.count) best = { count, index };
  }
  return { ...best, secret: secretOf(name, best.index) };
}
/** Turned so that the drawn side is what is preferred; the suspect's sides turn with the pairs. */
function turnedTo(sides: readonly ("a" | "b")[], secret: string, round: number | null, by = sides) {
  const drawn = drawnSides(pairsOf(sides.length, secret, round));
  const turned = by.map((side, i) => side !== drawn[i]);
  const seen = sides.map((side, i) => (turned[i] ? (side === "a" ? "b" : "a") : side));
  return { plan: pairsOf(sides.length, secret, round, turned), seen };
}

row(
  "planted: the claimant tries seeds on the suspect's answers and shows the one that fits",
  TRIED,
  strangers.map((model, m) => {
    const sides = sidesOf(model);
    return plantedOutcome(pairsOf(sides.length, bestSeed(sides, `planted ${m} `, null).secret, null), sides, null);
  }),
);
row(
  "planted: pairs are turned about when the suspect's answers are known",
  1,
  strangers.map((model, m) => {
    const { plan, seen } = turnedTo(sidesOf(model), secretOf("turned", m), null);
    return plantedOutcome(plan, seen, null);
  }),
);
row(
  "planted: pairs are turned about by what another model prefers, dated before the suspect's release",
  1,
  strangers.map((model, m) => {
    const by = sidesOf(strangers[(m + 1) % strangers.length]!);
    const { plan, seen } = turnedTo(sidesOf(model), secretOf("earlier", m), null, by);
    return plantedOutcome(plan, seen, before);
  }),
);
row(
  "planted: pairs are turned about when the beacon's draw is known; the proof is dated after it",
  1,
  strangers.map((model, m) => {
    const { plan, seen } = turnedTo(sidesOf(model), secretOf("late", m), ROUND);
    return plantedOutcome(plan, seen, after);
  }),
);
row(
  "planted, drawn by a beacon: a plan for each secret is in the log before the round; the one that fits is opened",
  TRIED,
  strangers.map((model, m) => {
    const sides = sidesOf(model);
    const { secret, index } = bestSeed(sides, `plog ${m} `, ROUND);
    return plantedOutcome(pairsOf(sides.length, secret, ROUND), sides, at(index));
  }),
);
row(
  "planted, drawn by a beacon: pairs on which the suspect disagrees are left out",
  1,
  strangers.map((model, m) => {
    const sides = sidesOf(model);
    const plan = pairsOf(sides.length, secretOf("pairs left", m), ROUND);
    const drawn = drawnSides(plan);
    const kept = sides.map((side, i) => (side === drawn[i] ? side : null));
    const agreed = kept.filter(Boolean).length;
    return { ...plantedOutcome(plan, kept, before), log10P: log10Agreement(agreed, agreed) };
  }),
);

const methods = { canary: CANARY.version, planted: PLANTED_METHOD.version };
writeFileSync(OUT, `${JSON.stringify({ methods, accounts: ACCOUNTS, items: ITEMS, rows }, null, 1)}\n`);
if (rows.some(({ accused }) => accused > 0)) process.exitCode = 1;
