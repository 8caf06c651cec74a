/**
 * Claimants who bend a test of membership against models that never saw their texts: who is accused where p alone decides,
 * and who by the rule as it stands? Models and scores are the strangers of membership.study.ts.
 *
 *   npm run build && node validation/membership-adversaries.study.ts     (a minute; writes membership-adversaries.json)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import type { Dated } from "../dist/evidence/beacon-draw.js";
import { QUICKNET } from "../dist/evidence/drand.js";
import { OUTCOME_RULES } from "../dist/finding/outcome.js";
import { examineMembership } from "../dist/labs/membership/examine.js";
import { concordantPairs, log10Concordance } from "../dist/labs/membership/law/concordance.js";
import { log10Tail, rankOf, weightOf } from "../dist/labs/membership/law/ranks.js";
import { METHODS } from "../dist/labs/membership/method.js";
import {
  committed,
  drawnCanaries,
  orderOf,
  PLAN_TYPE,
  type Plan,
  shardsOf,
} from "../dist/labs/membership/plan/plan.js";

const OUT = "validation/membership-adversaries.json";
const FOLDER = "validation/membership";
const ALPHA = OUTCOME_RULES.log10Alpha;
/** A round of quicknet that is out, and its signature (vectors of noislabs/drand-verify). */
const ROUND = 123;
const SIGNATURE = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
const OUT_AT = QUICKNET.genesis + QUICKNET.period * (ROUND - 1);

interface Trained {
  name: string;
  kind: string;
  hidden: number;
  canary?: string;
  exchange?: string;
  order?: string;
}
const models = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .flatMap((name) => (JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as { models: Trained[] }).models);
const strangers = models.filter(({ kind }) => kind === "null");
const orderStrangers = models.filter(({ kind }) => kind === "otherorder" || kind === "otherlines");

function groups(text: string, size: number): number[][] {
  const bytes = Buffer.from(text, "base64");
  const values = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 100);
  return Array.from({ length: values.length / size }, (_, g) => values.slice(g * size, (g + 1) * size));
}
const canaryOf = (model: Trained) => groups(model.canary!, 200);
const exchangeOf = (model: Trained) => groups(model.exchange!, 100);
const orderScores = (model: Trained) => groups(model.order!, Buffer.from(model.order!, "base64").length / 2)[0]!;

const study = (file: string) => {
  const { type: _, page, ...summary } = JSON.parse(readFileSync(file, "utf8"));
  return { summary: { page, ...summary }, digest: `sha256:${"0".repeat(64)}` } as never;
};
const validations = ["canary", "exchangeability", "order"].map((kind) => study(`validation/membership-${kind}.json`));
const SOFTWARE = { name: "assay", version: "study", commit: "study" };
const digest = (of: string) => `sha256:${Buffer.from(of).toString("hex").padEnd(64, "0").slice(0, 64)}` as const;

/** By the rule as it stands. Scores are centred, so they are moved below nought. */
function outcome(
  plan: Plan,
  scores: readonly (readonly (number | null)[])[],
  dated: Dated | null,
  reference: readonly number[] | null = null,
  tries = 1,
): string {
  const map = (sets: readonly (readonly (number | null)[])[]) =>
    new Map(
      sets.flatMap((set, s) =>
        set.flatMap((value, c) =>
          value === null ? [] : [[plan.kind === "order" ? String(c) : `${s}/${c}`, value - 1e4] as const],
        ),
      ),
    );
  return examineMembership({
    plan: { artefact: { name: "plan", kind: "text", root: digest("plan") }, value: plan },
    suspect: {
      artefact: { name: "scores", kind: "scores", root: digest("scores") },
      value: { logprobs: map(scores), others: new Map() },
    },
    reference: reference && {
      artefact: { name: "reference", kind: "scores", root: digest("reference") },
      value: { logprobs: map([reference]), others: new Map() },
    },
    dated,
    tries,
    validations,
    software: SOFTWARE,
  } as never).outcome;
}

const secretOf = (name: string, i: number) =>
  `${Buffer.from(name).toString("hex")}${i.toString(16)}`.padStart(64, "0").slice(-64);
const start = (secret: string, round: number | null) =>
  ({ type: PLAN_TYPE, name: "adversary", secret, round }) as const;
const drawn = (plan: Plan): Plan => (plan.round === null ? plan : { ...plan, signature: SIGNATURE });
const texts = (n: number, of = "t") => Array.from({ length: n }, (_, i) => `${of}${i}`);
const canaryPlan = (sets: readonly (readonly number[])[], secret: string, round: number | null) =>
  drawn(
    committed({ ...start(secret, round), kind: "canary", sets: sets.map((set, s) => texts(set.length, `${s}/`)) }),
  ) as Extract<Plan, { kind: "canary" }>;
const orderPlan = (n: number, secret: string, round: number | null, reference: string | null = null) =>
  drawn(
    committed({ ...start(secret, round), kind: "order", texts: texts(n), reference: reference as never }),
  ) as Extract<Plan, { kind: "order" }>;

/** A log's word that the plan was there before the round, or after it. */
const before = (index: number): Dated => ({ time: OUT_AT - 600, by: "a log", index, logs: 1, evidence: digest("p") });
const after: Dated = { ...before(0), time: OUT_AT + 600 };

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const ranksP = (sets: readonly (readonly number[])[], at: readonly number[]) =>
  log10Tail(
    sets.map(({ length }) => length),
    sum(sets.map((set, s) => weightOf(rankOf(set, at[s]!)))),
  );

interface Row {
  what: string;
  models: number;
  tried: number;
  /** Models accused where p alone decides, as version 1 did. */
  byPAlone: number;
  accused: number;
  /** What the rule gives instead. */
  outcomes: Record<string, number>;
  smallestLog10P: number;
}
const rows: Row[] = [];
function row(what: string, tried: number, each: readonly { log10P: number; outcome: string }[]): void {
  const outcomes: Record<string, number> = {};
  for (const { outcome: of } of each) outcomes[of] = (outcomes[of] ?? 0) + 1;
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

/** The secret among `tried` whose draw fits the scores best; only sets' numbers matter, so weights are looked up. */
function bestSecret(sets: readonly (readonly number[])[], name: string, tried: number, round: number | null) {
  const weights = sets.map((set) => set.map((_, i) => weightOf(rankOf(set, i))));
  let best = { value: -1, i: 0 };
  for (let i = 0; i < tried; i++) {
    const at = drawnCanaries({ sets, secret: secretOf(name, i), round, signature: SIGNATURE } as never);
    let value = 0;
    for (const [s, place] of at.entries()) value += weights[s]![place]!;
    if (value > best.value) best = { value, i };
  }
  return secretOf(name, best.i);
}

const SECRETS = 100_000;
const LOGGED = 20_000;
row(
  "canaries: the claimant tries secrets on the suspect's scores and shows the one that fits",
  SECRETS,
  strangers.map((model) => {
    const sets = canaryOf(model);
    const plan = canaryPlan(sets, bestSecret(sets, `tried ${model.name}`, SECRETS, null), null);
    return { log10P: ranksP(sets, drawnCanaries(plan)), outcome: outcome(plan, sets, null) };
  }),
);
row(
  "canaries: sets are arranged, before the suspect's release, so that the drawn place of a known secret has the favourite of an earlier model of its size",
  1,
  strangers.map((model, i) => {
    const kin = strangers.filter(({ hidden }) => hidden === model.hidden);
    const earlier = canaryOf(kin[(kin.indexOf(model) + 1) % kin.length]!);
    const plan = canaryPlan(earlier, secretOf("arranged before", i), null);
    const at = drawnCanaries(plan);
    // The two change places, for the earlier model and with it for the suspect.
    const sets = canaryOf(model).map((set, s) => {
      const favourite = earlier[s]!.indexOf(Math.max(...earlier[s]!));
      const moved = [...set];
      [moved[at[s]!], moved[favourite]] = [set[favourite]!, set[at[s]!]!];
      return moved;
    });
    return { log10P: ranksP(sets, at), outcome: outcome(plan, sets, before(0)) };
  }),
);
row(
  "canaries: sets are arranged, before the suspect's release, so that the drawn place of a known secret has a text that any model finds easier than the codes beside it",
  1,
  strangers.map((model, i) => {
    const plan = canaryPlan(canaryOf(model), secretOf("easy", i), null);
    const at = drawnCanaries(plan);
    const sets = canaryOf(model).map((set, s) => set.map((value, c) => (c === at[s] ? 20 : value)));
    return { log10P: ranksP(sets, at), outcome: outcome(plan, sets, before(0)) };
  }),
);
row(
  "canaries: a plan for each secret is in the log before the round; the one that fits is opened",
  LOGGED,
  strangers.map((model) => {
    const sets = canaryOf(model);
    const secret = bestSecret(sets, `log ${model.name}`, LOGGED, ROUND);
    // Its place follows from its number among the secrets.
    const index = Array.from({ length: LOGGED }, (_, i) => i).find((i) => secretOf(`log ${model.name}`, i) === secret)!;
    const plan = canaryPlan(sets, secret, ROUND);
    return { log10P: ranksP(sets, drawnCanaries(plan)), outcome: outcome(plan, sets, before(index)) };
  }),
);
row(
  "canaries: one text of each set is the suspect's favourite (quoted everywhere, its own words, an easy tokenization); sets are arranged when the draw is known",
  1,
  strangers.map((model) => {
    const plan = canaryPlan(canaryOf(model), secretOf("arranged", 1), ROUND);
    const at = drawnCanaries(plan);
    const sets = canaryOf(model).map((set, s) => set.map((value, c) => (c === at[s] ? 20 : value)));
    return { log10P: ranksP(sets, at), outcome: outcome(plan, sets, after) };
  }),
);
{
  const DRAWS = 200_000;
  const sets = canaryOf(strangers[0]!).map((set) => set.map((value, c) => (c === 0 ? 20 : value)));
  const weights = sets.map((set) => set.map((_, i) => weightOf(rankOf(set, i))));
  const reached = new Map<number, number>();
  const source = prng("assay/membership-adversaries", "favourites");
  for (let i = 0; i < DRAWS; i++) {
    const value = sum(weights.map((set) => set[source.below(set.length)]!));
    reached.set(value, (reached.get(value) ?? 0) + 1);
  }
  const sizes = sets.map(({ length }) => length);
  const share = (level: number) =>
    sum([...reached].flatMap(([value, count]) => (log10Tail(sizes, value) <= Math.log10(level) ? [count] : []))) /
    DRAWS;
  console.log("favourites drawn by chance:", share(0.05), share(0.01), share(0.001));
  rows.push({
    what: "canaries: the same favourites, but the draw is nobody's: share of draws at .05, .01, .001",
    ...({ draws: DRAWS, levels: [share(0.05), share(0.01), share(0.001)] } as object),
  } as never);
}
row(
  "canaries: of 200 sets only those are scored in which the drawn text ranks in the first tenth",
  1,
  strangers.map((model) => {
    const source = prng("assay/membership-adversaries", model.name);
    const sets = Array.from({ length: 200 }, () => Array.from({ length: 50 }, () => source.below(1e6) / 1e3));
    const plan = canaryPlan(sets, secretOf(model.name, 0), ROUND);
    const at = drawnCanaries(plan);
    const kept = sets.map((set, s) => (rankOf(set, at[s]!).rank <= 5 ? set : set.map(() => null)));
    const left = sets.flatMap((set, s) => (kept[s]![0] === null ? [] : [{ set, at: at[s]! }]));
    return {
      log10P: ranksP(
        left.map(({ set }) => set),
        left.map(({ at: place }) => place),
      ),
      outcome: outcome(plan, kept, before(0)),
    };
  }),
);
row(
  "data set: it is published, of each shard, in the order that the suspect likes best among 100",
  1,
  strangers.map((model) => {
    const scores = exchangeOf(model);
    const lines = texts(200);
    const plan = committed({
      ...start(secretOf("natural", 1), null),
      kind: "exchange",
      lines,
      asPublished: true,
      shards: 10,
      orders: 100,
    }) as Extract<Plan, { kind: "exchange" }>;
    const at = shardsOf(plan).map(({ published }) => published);
    const sets = scores.map((set, s) => {
      const sorted = [...set].sort((a, b) => b - a);
      const rest = sorted.slice(1);
      return [...rest.slice(0, at[s]), sorted[0]!, ...rest.slice(at[s])];
    });
    return { log10P: ranksP(sets, at), outcome: outcome(plan, sets, before(0)) };
  }),
);
row(
  "training order: the plan's texts are arranged, when its draw is known, by the suspect's likelihoods",
  1,
  orderStrangers.map((model) => {
    const values = orderScores(model);
    const plan = orderPlan(values.length, secretOf("arranged", 2), ROUND);
    const sorted = [...values].sort((a, b) => a - b);
    const scores = new Array<number>(values.length);
    for (const [place, text] of orderOf(plan).entries()) scores[text] = sorted[place]!;
    const p = log10Concordance(values.length, concordantPairs(sorted));
    return { log10P: p, outcome: outcome(plan, [scores], after) };
  }),
);
row(
  "training order: texts that do not rise along it are left without a score",
  1,
  orderStrangers.map((model) => {
    const values = orderScores(model);
    const n = values.length;
    const plan = orderPlan(n, secretOf(`left ${model.name}`, 0), ROUND);
    const ranks = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    const rank = new Map(ranks.map((text, i) => [text, i]));
    const scores: (number | null)[] = values.map(() => null);
    const kept: number[] = [];
    for (const [place, text] of orderOf(plan).entries())
      if (Math.abs(place - rank.get(text)!) < n / 3) {
        scores[text] = values[text]!;
        kept.push(values[text]!);
      }
    return {
      log10P: log10Concordance(kept.length, concordantPairs(kept)),
      outcome: outcome(plan, [scores], before(0)),
    };
  }),
);
row(
  "training order: the reference's scores are the suspect's own with a fall along the order put in",
  1,
  orderStrangers.map((model) => {
    const values = orderScores(model);
    const plan = orderPlan(values.length, secretOf(`reference ${model.name}`, 0), ROUND);
    const reference = [...values];
    const trained = orderOf(plan);
    for (const [place, text] of trained.entries()) reference[text]! -= place / values.length / 10;
    const less = trained.map((text) => values[text]! - reference[text]!);
    const p = log10Concordance(values.length, concordantPairs(less));
    return { log10P: p, outcome: outcome(plan, [values], before(0), reference) };
  }),
);
{
  const TRIED = 2000;
  row(
    "training order: a plan for each secret is in the log before the round; the one that fits is opened",
    TRIED,
    orderStrangers.slice(0, 10).map((model) => {
      const values = orderScores(model);
      let best = { concordant: -1, index: 0 };
      for (let index = 0; index < TRIED; index++) {
        const plan = { texts: values, secret: secretOf(`o ${model.name}`, index), round: ROUND, signature: SIGNATURE };
        const concordant = concordantPairs(orderOf(plan as never).map((text) => values[text]!));
        if (concordant > best.concordant) best = { concordant, index };
      }
      const plan = orderPlan(values.length, secretOf(`o ${model.name}`, best.index), ROUND);
      return {
        log10P: log10Concordance(values.length, best.concordant),
        outcome: outcome(plan, [values], before(best.index)),
      };
    }),
  );
}

// How alike are models that share nothing but a language? Rank correlation of canaries' likelihoods, pairs of one size.
const correlation = (a: readonly number[], b: readonly number[]) => {
  const centred = (of: readonly number[]) => of.map((value) => value - sum(of) / of.length);
  const [x, y] = [centred(a), centred(b)];
  return sum(x.map((value, i) => value * y[i]!)) / Math.sqrt(sum(x.map((v) => v * v)) * sum(y.map((v) => v * v)));
};
const pairs = strangers
  .slice(0, -1)
  .map((model, i) => correlation(canaryOf(model).flat(), canaryOf(strangers[i + 1]!).flat()));
const figures = {
  method: METHODS.canary.version,
  alikeness: { pairs: pairs.length, median: Number([...pairs].sort((a, b) => a - b)[pairs.length >> 1]!.toFixed(3)) },
  rows,
};
writeFileSync(OUT, `${JSON.stringify(figures, null, 1)}\n`);
console.log(JSON.stringify(figures.alikeness));
if (rows.some(({ accused }) => accused > 0)) process.exitCode = 1;
