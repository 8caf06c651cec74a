/**
 * The study of the membership laboratory, from scores of small models that were trained by materials/makers
 * (train_membership.py; their scores stand in validation/membership): who is found, who is accused, and what share of
 * models that never saw a text reach a level. Writes one JSON a method and the tables of validation/membership.md.
 *
 *   npm run build && node validation/membership.study.ts     (about a minute)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { prng, sample } from "../dist/base/prng.js";
import { OUTCOME_RULES } from "../dist/finding/outcome.js";
import { concordantPairs, log10Concordance } from "../dist/labs/membership/law/concordance.js";
import { log10Tail, rankOf, weightOf } from "../dist/labs/membership/law/ranks.js";
import { METHODS } from "../dist/labs/membership/method.js";
import { roundLog10P } from "../dist/stats/combine.js";
import { log10Paid } from "../dist/stats/paid.js";

const FOLDER = "validation/membership";
const LEVELS = [0.05, 0.01, 0.001] as const;
const DRAWS = 20_000;
const ORDERS = 2000;

interface Trained {
  name: string;
  kind: "planted" | "null" | "claimant" | "otherorder" | "otherlines" | "derived";
  hidden: number;
  reps?: number;
  how?: string;
  claimant?: number;
  loss?: number;
  canary?: string;
  exchange?: string;
  order?: string;
}

const models = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .flatMap((name) => (JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8")) as { models: Trained[] }).models);

/** Groups of scores, the drawn one first. */
function groups(text: string, size: number): number[][] {
  const bytes = Buffer.from(text, "base64");
  const values = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
  return Array.from({ length: values.length / size }, (_, g) => values.slice(g * size, (g + 1) * size));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** log10 p of the groups as they are. */
function log10POf(sets: readonly (readonly number[])[]): number {
  return roundLog10P(
    log10Tail(
      sets.map((set) => set.length),
      sum(sets.map((set) => weightOf(rankOf(set, 0)))),
    ),
  );
}

/** The least value between two that reaches each level: a law is evaluated a dozen times, not once a draw. */
function critical(low: number, high: number, log10POf: (value: number) => number): number[] {
  return LEVELS.map((level) => {
    let [below, from] = [low, high];
    while (from - below > 1) {
      const middle = Math.floor((from + below) / 2);
      if (log10POf(middle) <= Math.log10(level)) from = middle;
      else below = middle;
    }
    return from;
  });
}

/** Share of draws that reach each level, if any candidate of each set might have been the drawn one. */
function levelsOf(sets: readonly (readonly number[])[], seed: string, least: readonly number[]): number[] {
  const weights = sets.map((set) => set.map((_, i) => weightOf(rankOf(set, i))));
  const source = prng("assay/membership-study", seed);
  const reached = LEVELS.map(() => 0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const value = sum(weights.map((set) => set[source.below(set.length)]!));
    for (const [i, from] of least.entries()) if (value >= from) reached[i]!++;
  }
  return reached.map((count) => count / DRAWS);
}

/** A supporting p is paid for as that of a plan at the thousandth place of its log; those of strangers are left as they are. */
const PLACE = { index: 999, logs: 1 };
const paid = (log10P: number) => roundLog10P(log10Paid(log10P, 1, PLACE));
const found = (log10P: number) => log10P <= OUTCOME_RULES.log10Alpha;
const worst = (all: readonly (readonly number[])[]) => LEVELS.map((_, i) => Math.max(...all.map((each) => each[i]!)));
const mean = (all: readonly (readonly number[])[]) =>
  LEVELS.map((_, i) => sum(all.map((each) => each[i]!)) / all.length);

function writeStudy(
  file: string,
  { id, version }: { id: string; version: string },
  nulls: readonly { family: string; log10P: number }[],
  positives: readonly { family: string; log10P: number }[],
  more: Record<string, unknown>,
): void {
  const families = (of: readonly { family: string }[]) => new Set(of.map(({ family }) => family)).size;
  const accused = nulls.filter(({ log10P }) => found(log10P));
  const lost = new Set(positives.filter(({ log10P }) => !found(log10P)).map(({ family }) => family));
  const study = {
    type: "assay/validation/v1",
    method: id,
    methodVersion: version,
    page: "validation/membership.md",
    nulls: {
      pairs: nulls.length,
      families: families(nulls),
      accusedPairs: accused.length,
      accusedFamilies: families(accused),
    },
    positives: {
      pairs: positives.length,
      families: families(positives),
      foundPairs: positives.filter(({ log10P }) => found(log10P)).length,
      foundFamilies: families(positives) - lost.size,
    },
    ...more,
    nullLog10P: nulls.map(({ log10P }) => log10P),
    positiveLog10P: positives.map(({ log10P }) => log10P),
  };
  writeFileSync(file, `${JSON.stringify(study)}\n`);
}

const percent = (share: number) => `${(100 * share).toFixed(3)} %`;
const levelRows = (all: readonly (readonly number[])[]) =>
  LEVELS.map((level, i) => `| ${level} | ${percent(mean(all)[i]!)} | ${percent(worst(all)[i]!)} |`).join("\n");
const LEVEL_HEAD = "| level | mean share that reaches it | worst model |\n| --- | --- | --- |";

/** The stated plan: what a claimant is told to plant. */
const STATED = { canary: { reps: 16, hidden: 128 }, exchange: { reps: 4, hidden: 48 } } as const;
const tables: string[] = [];

for (const [what, size, kind] of [
  ["canary", 200, "canary"],
  ["exchange", 100, "exchange"],
] as const) {
  const strangers = models.filter((model) => model.kind === "null");
  const planted = models.filter((model) => model.kind === "planted");
  const p = (model: Trained) => log10POf(groups(model[what]!, size));
  const sizesOf = groups(strangers[0]![what]!, size).map((set) => set.length);
  const least = critical(0, sum(sizesOf.map((of) => weightOf({ rank: 1, of }))), (value) => log10Tail(sizesOf, value));
  const levels = strangers.map((model) => levelsOf(groups(model[what]!, size), `${what} ${model.name}`, least));
  const stated = planted.filter(({ reps, hidden }) => reps! >= STATED[what].reps && hidden >= STATED[what].hidden);
  const nulls = strangers.map((model) => ({ family: model.name, log10P: p(model) }));
  const positives = stated.map((model) => ({ family: model.name, log10P: paid(p(model)) }));
  writeStudy(
    `validation/membership-${what === "canary" ? "canary" : "exchangeability"}.json`,
    METHODS[kind],
    nulls,
    positives,
    { levels: { of: LEVELS, mean: mean(levels), worst: worst(levels), draws: DRAWS } },
  );
  const sizes = [...new Set(planted.map(({ hidden }) => hidden))].sort((a, b) => a - b);
  const reps = [...new Set(planted.map((model) => model.reps!))].sort((a, b) => a - b);
  const cell = (hidden: number, times: number) =>
    planted
      .filter((model) => model.hidden === hidden && model.reps === times)
      .map((model) => p(model).toFixed(1))
      .join(", ");
  tables.push(
    `## ${what === "canary" ? "Canaries" : "Order of a data set"}`,
    `${strangers.length} models that never saw it; each of ${size} candidates of a set taken as the drawn one, ${DRAWS.toLocaleString("en")} times a model:`,
    `${LEVEL_HEAD}\n${levelRows(levels)}`,
    `Smallest p of the ${strangers.length} as they were drawn: 10^${Math.min(...nulls.map(({ log10P }) => log10P)).toFixed(2)}; ${nulls.filter(({ log10P }) => found(log10P)).length} accused.`,
    "log10 p of planted models, by times seen and by units of the hidden layer:",
    `| times seen | ${sizes.map((h) => `${h} units`).join(" | ")} |\n| ---${" | ---".repeat(sizes.length)} |\n${reps.map((r) => `| ${r} | ${sizes.map((h) => cell(h, r)).join(" | ")} |`).join("\n")}`,
    `By the stated plan (${STATED[what].reps} times or more, ${STATED[what].hidden} units or more): ${positives.filter(({ log10P }) => found(log10P)).length} of ${positives.length} below 10^-6, a thousandth place in a log paid for.`,
  );
}

{
  const kinds = (...of: Trained["kind"][]) => models.filter((model) => of.includes(model.kind));
  const order = (model: Trained) => groups(model.order!, Buffer.from(model.order!, "base64").length / 2)[0]!;
  const p = (model: Trained) => {
    const values = order(model);
    return roundLog10P(log10Concordance(values.length, concordantPairs(values)));
  };
  const honest = kinds("otherorder", "otherlines");
  const lines = kinds("claimant", "derived");
  const n = order(honest[0]!).length;
  const source = prng("assay/membership-study", "orders");
  const least = critical((n * (n - 1)) / 4, (n * (n - 1)) / 2, (c) => log10Concordance(n, Math.ceil(c)));
  const counts = honest.map(() => LEVELS.map(() => 0));
  const values = honest.map(order);
  for (let draw = 0; draw < ORDERS; draw++) {
    const drawn = sample(n, n, source);
    for (const [m, of] of values.entries()) {
      const c = concordantPairs(Array.from(drawn, (i) => of[i]!));
      for (const [i, from] of least.entries()) if (c >= from) counts[m]![i]!++;
    }
  }
  const levels = counts.map((each) => each.map((count) => count / ORDERS));
  const base = (name: string) => name.replace(/-continued$/, "");
  const nulls = honest.map((model) => ({
    family: model.kind === "otherlines" ? `${model.name} on other lines` : base(model.name),
    log10P: p(model),
  }));
  const positives = lines.map((model) => ({ family: `claimant-${model.claimant}`, log10P: paid(p(model)) }));
  writeStudy("validation/membership-order.json", METHODS.order, nulls, positives, {
    familiesFoundBy: "share",
    levels: { of: LEVELS, mean: mean(levels), worst: worst(levels), draws: ORDERS },
  });
  const how = (model: Trained) => (model.kind === "claimant" ? "the claimant's own" : model.how!);
  const hows = [...new Set(lines.map(how))];
  const row = (name: string) => {
    const of = lines
      .filter((model) => how(model) === name)
      .map((model) => paid(p(model)))
      .sort((a, b) => a - b);
    return `| ${name} | ${of.length} | ${of.filter(found).length} | ${of[0]!.toFixed(1)} | ${of[of.length >> 1]!.toFixed(1)} | ${of.at(-1)!.toFixed(1)} |`;
  };
  tables.push(
    "## The claimant's training order",
    `${new Set(nulls.map(({ family }) => family)).size} independent models (the same ${n.toLocaleString("en")} lines in another order, some trained on afterwards; other lines), ${honest.length} looks; ${ORDERS.toLocaleString("en")} orders drawn anew, the same for each:`,
    `${LEVEL_HEAD}\n${levelRows(levels)}`,
    `Smallest p of the ${honest.length} on the claimant's own order: 10^${Math.min(...nulls.map(({ log10P }) => log10P)).toFixed(2)}; ${nulls.filter(({ log10P }) => found(log10P)).length} accused.`,
    `| made from the claimant's model | models | p below 10^-6, a thousandth place in a log paid for | best log10 p | median | worst |\n| --- | --- | --- | --- | --- | --- |\n${hows.map(row).join("\n")}`,
  );
}
writeFileSync("validation/membership.tables.md", `<!-- written by membership.study.ts -->\n\n${tables.join("\n\n")}\n`);
console.log(tables.join("\n"));
