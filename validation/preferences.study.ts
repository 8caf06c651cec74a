/**
 * The study of the preferences laboratory, from scores of small reward models that were trained by materials/makers
 * (train_preferences.py; their scores stand in validation/preferences): bases, preference data and teachers crossed, on
 * halves of the bases that were split beforehand. Every question goes through the laboratory's own door. Writes
 * preferences-shared-origin.json, preferences-planted.json and preferences.tables.md.
 *
 *   npm run build && node validation/preferences.study.ts            (about two minutes of one core)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { prng } from "../dist/base/prng.js";
import { OUTCOME_RULES } from "../dist/finding/outcome-rules.js";
import { examinePreferences } from "../dist/labs/preferences/examine.js";
import { METHOD, PLANTED_METHOD } from "../dist/labs/preferences/method.js";
import { log10Agreement } from "../dist/labs/preferences/planted/examine.js";
import { keyOf } from "../dist/labs/preferences/scores/score-table.js";

type Half = "develop" | "judge";
interface Model {
  name: string;
  kind: string;
  base: string;
  data: string;
  quality: number;
  teacher?: string;
  share?: number;
  plants?: number;
  choices: string;
  values: number[];
}
interface Panel {
  half: Half;
  bases: string[];
  keys: { probe: string; prompt: string; item: string; length: number; format: number }[];
  planted: string;
  models: Model[];
}

function read(half: Half): Panel {
  const bytes = gunzipSync(readFileSync(`validation/preferences/${half}.json.gz`));
  const { pairs, words, templates, length, format, models, ...rest } = JSON.parse(bytes.toString());
  const of = (i: number) =>
    i < 2 * pairs
      ? { probe: "pairs", prompt: `p${i >> 1}`, item: String(i & 1) }
      : { probe: "words", prompt: `t${Math.floor((i - 2 * pairs) / words)}`, item: String((i - 2 * pairs) % words) };
  return {
    ...rest,
    keys: Array.from({ length: 2 * pairs + templates * words }, (_, i) => ({
      ...of(i),
      length: length[i],
      format: format[i],
    })),
    models: models.map((model: Model & { scores: string }) => ({
      ...model,
      values: [...Buffer.from(model.scores, "base64")],
    })),
  };
}

/** How a side is changed, or which items are kept. */
interface Change {
  suspect?: (values: readonly number[], panel: Panel) => readonly number[];
  /** Share of prompts kept on the pairs, and of words. */
  items?: number;
  /** Names that are in the panel and undocumented. */
  hidden?: readonly string[];
}

const STUDIED = {
  summary: {
    type: "assay/validation/v1" as const,
    method: METHOD.id,
    methodVersion: METHOD.version,
    page: "none",
    nulls: { pairs: 1000, families: 1000, accusedPairs: 0, accusedFamilies: 0 },
    positives: { pairs: 1000, families: 1000, foundPairs: 1000, foundFamilies: 1000 },
  },
  digest: `sha256:${"0".repeat(64)}` as const,
};

const tables = new Map<string, { rows: Map<string, object>; template: null }>();

function tableOf(panel: Panel, name: string, values: readonly number[], items: number) {
  const id = `${panel.half} ${name} ${items}`;
  const known = tables.get(id);
  if (known) return known;
  const rows = new Map<string, object>();
  for (const [i, key] of panel.keys.entries()) {
    const at = key.probe === "pairs" ? Number(key.prompt.slice(1)) : Number(key.item);
    if ((at * 0.618034) % 1 < items) rows.set(keyOf(key), { ...key, score: values[i] });
  }
  const table = { rows, template: null };
  tables.set(id, table);
  return table;
}

/** One question through the door. @returns the outcome as if a study stood behind it, and what was seen */
function ask(panel: Panel, reference: Model, suspect: Model, change: Change = {}) {
  const { items = 1, hidden = [] } = change;
  const seats = panel.models.filter(
    ({ name, kind }) =>
      name !== reference.name &&
      name !== suspect.name &&
      (kind === "own" || (kind === "grid" && name.endsWith("-0")) || hidden.includes(name)),
  );
  const scorer = (values: readonly number[], as: string) => ({
    artefact: {
      name: as,
      kind: "scores" as const,
      root: `sha256:${Buffer.from(as).toString("hex").padEnd(64, "0").slice(-64)}` as const,
    },
    table: tableOf(panel, as, values, items),
  });
  const values = change.suspect ? change.suspect(suspect.values, panel) : suspect.values;
  const as = change.suspect ? `${suspect.name} ${JSON.stringify([...values.slice(0, 40)])}` : suspect.name;
  const all = [...seats, reference, suspect];
  const by = (what: "base" | "data") =>
    new Map(all.filter(({ name }) => !hidden.includes(name)).map((m) => [m === suspect ? as : m.name, m[what]]));
  const finding = examinePreferences({
    reference: scorer(reference.values, reference.name),
    suspect: scorer(values, as),
    panel: seats.map((model) => scorer(model.values, model.name)),
    lineage: {
      base: by("base"),
      data: by("data"),
      together: [],
      parameters: new Map([
        [reference.name, 300_000],
        [as, 300_000],
      ]),
    },
    documented: null,
    validations: [STUDIED],
    software: { name: "assay", version: "study", commit: "study" },
  } as never);
  const seen = finding.observations as {
    statistic: number;
    kinds: { statisticMax: number }[];
    probes: {
      probe: string;
      residual: number;
      raw: number;
      agreement: { mean: number; max: number };
      shuffled: number;
      kinds: { kind: string; max: number }[];
    }[];
  };
  const stands = seen.kinds.every(({ statisticMax }) => seen.statistic > statisticMax);
  const [pairs, words] = seen.probes;
  return {
    outcome: finding.outcome,
    stands,
    statistic: seen.statistic,
    pairs: pairs!,
    words: words!,
    reason: finding.reason,
  };
}
type Answer = ReturnType<typeof ask>;

interface Row {
  what: string;
  answers: { a: Model; b: Model; said: Answer }[];
}

const find = (panel: Panel, name: string) => panel.models.find((model) => model.name === name)!;
const kindOf = (panel: Panel, kind: string) => panel.models.filter((model) => model.kind === kind);
const within = (panel: Panel, what: string, of: readonly (readonly [Model, Model])[], change?: Change): Row => ({
  what,
  answers: of.map(([a, b]) => ({ a, b, said: ask(panel, a, b, change) })),
});

/** Pairs of each kind of the panel, from its names alone. */
function pairsOf(panel: Panel) {
  const own = kindOf(panel, "own");
  const grid = kindOf(panel, "grid");
  const seed = (model: Model, s: number) => model.name.endsWith(`-${s}`);
  const first = grid.filter((model) => seed(model, 0));
  const outside = own.filter(({ base }) => !first.some((cell) => cell.base === base));
  const unrelated = first.flatMap((cell, c) =>
    outside.filter((_, i) => (i + c) % 2 === 0).map((model) => [model, cell] as const),
  );
  const base = grid
    .filter((model) => seed(model, 1))
    .flatMap((cell) => [
      ...first
        .filter((other) => other.base === cell.base && other.data !== cell.data)
        .map((other) => [other, cell] as const),
      [own.find((model) => model.base === cell.base)!, cell] as const,
    ]);
  const data = grid
    .filter((model) => seed(model, 1))
    .flatMap((cell) =>
      first
        .filter((other) => other.data === cell.data && other.base !== cell.base)
        .map((other) => [other, cell] as const),
    );
  const same = first.flatMap((cell) =>
    grid
      .filter((other) => other.base === cell.base && other.data === cell.data && (seed(other, 1) || seed(other, 2)))
      .map((other) => [cell, other] as const),
  );
  const students = kindOf(panel, "student").map((model) => [find(panel, model.teacher!), model] as const);
  const alike = (kind: string) => {
    const of = kindOf(panel, kind);
    return of.flatMap((a, i) => of.slice(0, i).map((b) => [a, b] as const));
  };
  return { unrelated, base, data, same, students, alike };
}

/** Levels of equal size by rank. */
const levels = (n: number) => (values: readonly number[]) =>
  values.map((v) => Math.min(n - 1, Math.floor((v * n) / 251)));
const noisy = (sd: number) => (values: readonly number[]) => {
  const source = prng("assay/preferences-study", `noise ${sd} ${values.slice(0, 20).join()}`);
  // The sum of twelve uniform draws less six has unit variance; ranks of 0..250 have a spread of 72.
  return values.map(
    (v) => v + 72 * sd * (Array.from({ length: 12 }, () => source.uint32() / 2 ** 32).reduce((a, b) => a + b, 0) - 6),
  );
};
const mixed = (panel: Panel, others: readonly Model[]) => (values: readonly number[]) =>
  values.map(
    (v, i) =>
      (v + others.reduce((sum, other) => sum + other.values[i]!, 0)) / (1 + others.length) + 0 * panel.bases.length,
  );

const count = (row: Row) => row.answers.filter(({ said }) => said.stands).length;
const largest = (row: Row, of: (said: Answer) => number) => Math.max(...row.answers.map(({ said }) => of(said)));
const mean = (row: Row, of: (said: Answer) => number) =>
  row.answers.reduce((sum, { said }) => sum + of(said), 0) / row.answers.length;
const f3 = (value: number) => value.toFixed(3);
const line = (row: Row) =>
  `| ${row.what} | ${row.answers.length} | ${count(row)} | ${f3(mean(row, (s) => s.pairs.residual))} | ${f3(largest(row, (s) => s.pairs.residual))} | ${f3(mean(row, (s) => s.words.residual))} | ${f3(largest(row, (s) => s.words.residual))} | ${f3(largest(row, (s) => s.statistic))} |`;
const HEAD =
  "| pairs | asked | above all | pairs: mean | largest | words: mean | largest | largest statistic |\n| --- | --- | --- | --- | --- | --- | --- | --- |";

const out: string[] = [];
const halves: Half[] = process.argv.includes("--develop") ? ["develop"] : ["develop", "judge"];
let judged: { rows: Row[]; panel: Panel; nulls: Row[]; students: Row } | null = null;
for (const half of halves) {
  const panel = read(half);
  const pairs = pairsOf(panel);
  const byShare = (share: number) => pairs.students.filter(([, student]) => student.share === share);
  const nulls = [
    within(panel, "unrelated lineages", pairs.unrelated),
    within(panel, "two makers on one public base", pairs.base),
    within(panel, "two makers on one public preference set", pairs.data),
  ];
  const same = within(panel, "one base and one preference set, other seeds", pairs.same);
  const shares = [...new Set(pairs.students.map(([, { share }]) => share!))].sort((a, b) => a - b);
  const students = shares.map((share) => within(panel, `students, share ${share}`, byShare(share)));
  const qualities = panel.models.map(({ quality }) => quality);
  out.push(
    `## ${half === "judge" ? "The half that judges" : "The half that developed"}`,
    `${panel.bases.length} bases, ${panel.models.length} scorers; each prefers the better text in ${(100 * Math.min(...qualities)).toFixed(0)} to ${(100 * Math.max(...qualities)).toFixed(0)} % of the pairs.`,
    `${HEAD}\n${[...nulls, same, ...students].map(line).join("\n")}`,
  );
  const plain = nulls[0]!.answers[0]!.said;
  out.push(
    `Agreement is not copying: raw correlation of unrelated lineages is ${f3(plain.pairs.agreement.mean)} on average and up to ${f3(plain.pairs.agreement.max)} on pairs, ${f3(plain.words.agreement.mean)} and ${f3(plain.words.agreement.max)} on words; shuffled items would call ${(100 * plain.pairs.shuffled).toFixed(0)} % and ${(100 * plain.words.shuffled).toFixed(0)} % of them related at 10^-8.`,
  );
  if (half === "develop") continue;
  const innocents = [
    within(panel, "lovers of length and format", pairs.alike("length")),
    within(panel, "judges by one prompt", pairs.alike("judge")),
    within(panel, "makers under one jurisdiction", pairs.alike("jurisdiction")),
    within(
      panel,
      "ensembles of three strangers",
      pairs.unrelated.filter(([a], i) => i % 5 === 0 && !kindOf(panel, "own").slice(-2).includes(a)),
      {
        suspect: mixed(panel, kindOf(panel, "own").slice(-2)),
      },
    ),
  ];
  out.push(`## Innocents that look alike`, `${HEAD}\n${innocents.map(line).join("\n")}`);
  const items = [0.45, 0.6, 0.8, 1];
  const curve = shares.map((share) => {
    const found = items.map((of) => {
      const row = within(panel, "", byShare(share), { items: of });
      return `${count(row)} of ${row.answers.length}`;
    });
    return `| ${share} | ${found.join(" | ")} |`;
  });
  out.push(
    `## Students found, by share of the teacher's scores and by items`,
    `| share | ${items.map((of) => `${Math.round(1200 * of)} + ${Math.round(900 * of)} items`).join(" | ")} |\n| ---${" | ---".repeat(items.length)} |\n${curve.join("\n")}`,
  );
  const some = pairs.unrelated.filter((_, i) => i % 4 === 0);
  const taught = [...byShare(0.3), ...byShare(0.5)];
  const disguises: [string, Change, Change?][] = [
    ["as it is", {}],
    ["10 levels", { suspect: levels(10) }],
    ["5 levels", { suspect: levels(5) }],
    ["2 levels", { suspect: levels(2) }],
    ["noise of half a spread", { suspect: noisy(0.5) }],
    ["noise of a spread", { suspect: noisy(1) }],
    ["monotone disguise", { suspect: (values) => values.map((v) => Math.expm1(v / 60) + 3) }],
    ["averaged with one stranger", { suspect: mixed(panel, kindOf(panel, "own").slice(-1)) }],
    ["averaged with two strangers", { suspect: mixed(panel, kindOf(panel, "own").slice(-2)) }],
  ];
  const rows = disguises.map(([what, change]) => {
    const of = taught.filter(([teacher]) => !kindOf(panel, "own").slice(-2).includes(teacher));
    const found = within(panel, what, of, change);
    const accused = within(panel, what, some, change);
    return `| ${what} | ${count(found)} of ${found.answers.length} | ${count(accused)} of ${accused.answers.length} | ${f3(mean(found, (s) => s.statistic))} | ${f3(largest(accused, (s) => s.statistic))} |`;
  });
  const hiddenFound = taught.map(([teacher, student]) => {
    const other = panel.models.find((m) => m.kind === "student" && m.teacher === teacher.name && m.share === 1)!;
    return ask(panel, teacher, student, { hidden: [other.name] });
  });
  const hiddenNull = some.map(([a, b]) => {
    const other = panel.models.find((m) => m.kind === "student" && m.teacher === a.name && m.share === 1);
    return other ? ask(panel, a, b, { hidden: [other.name] }) : null;
  });
  const stood = (said: readonly (Answer | null)[]) =>
    `${said.filter((s) => s?.stands).length} of ${said.filter((s) => s).length}`;
  rows.push(`| a student of the reference hidden in the panel | ${stood(hiddenFound)} | ${stood(hiddenNull)} | | |`);
  out.push(
    `## Disguises and poor scores`,
    `Students at shares .3 and .5, and unrelated pairs, the suspect's scores changed:`,
    `| suspect's scores | students found | unrelated accused | students' mean statistic | largest unrelated |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}`,
  );
  const unclear = [...innocents, ...nulls].flatMap(({ answers }) => answers);
  const at03 = students[shares.indexOf(0.3)]!;
  const families = new Set(nulls.flatMap(({ answers }) => answers.flatMap(({ a, b }) => [a.base, b.base])));
  const accused = nulls.flatMap(({ answers }) => answers.filter(({ said }) => said.stands));
  const summary = {
    type: "assay/validation/v1",
    method: METHOD.id,
    methodVersion: METHOD.version,
    page: "validation/preferences.md",
    nulls: {
      pairs: nulls.reduce((sum, { answers }) => sum + answers.length, 0),
      families: families.size,
      accusedPairs: accused.length,
      accusedFamilies: new Set(accused.flatMap(({ a, b }) => [a.base, b.base])).size,
    },
    positives: {
      pairs: at03.answers.length,
      families: new Set(at03.answers.map(({ a }) => a.name)).size,
      foundPairs: count(at03),
      foundFamilies: new Set(at03.answers.filter(({ said }) => said.stands).map(({ a }) => a.name)).size,
    },
    nullKinds: nulls.map((row) => ({
      kind: row.what,
      pairs: row.answers.length,
      families: new Set(row.answers.flatMap(({ a, b }) => [a.base, b.base])).size,
      statisticMax: largest(row, (s) => s.statistic),
    })),
    others: innocents.map((row) => ({ kind: row.what, pairs: row.answers.length, accused: count(row) })),
    asked: unclear.length,
    // A rank has no p.
    nullLog10P: [],
    positiveLog10P: [],
  };
  writeFileSync("validation/preferences-shared-origin.json", `${JSON.stringify(summary)}\n`);
  judged = { rows: students, panel, nulls, students: at03 };
}

if (judged) {
  const { panel } = judged;
  const drawn = panel.planted;
  const planted = kindOf(panel, "planted");
  const agreed = (model: Model, n: number) =>
    [...drawn.slice(0, n)].filter((bit, i) => bit === model.choices[i]).length;
  const strangers = panel.models.filter(
    ({ kind }) => kind === "own" || kind === "length" || kind === "judge" || kind === "jurisdiction",
  );
  const KEYS = 20_000;
  const LEVELS = [0.05, 0.01, 0.001] as const;
  const n = drawn.length;
  const least = LEVELS.map((level) => {
    let k = 0;
    while (log10Agreement(k, n) > Math.log10(level)) k++;
    return k;
  });
  const source = prng("assay/preferences-study", "keys");
  const counts = strangers.map(() => LEVELS.map(() => 0));
  const best = strangers.map(() => 0);
  for (let key = 0; key < KEYS; key++) {
    const bits: number[] = [];
    while (bits.length < n) {
      const word = source.uint32();
      for (let b = 0; b < 32; b++) bits.push((word >>> b) & 1);
    }
    for (const [m, { choices }] of strangers.entries()) {
      let k = 0;
      for (let i = 0; i < n; i++) if (bits[i] === choices.charCodeAt(i) - 48) k++;
      best[m] = Math.max(best[m]!, k);
      for (const [l, from] of least.entries()) if (k >= from) counts[m]![l]!++;
    }
  }
  const shares = counts.map((of) => of.map((c) => c / KEYS));
  const plants = [...new Set(planted.map((model) => model.plants!))].sort((a, b) => a - b);
  const p = (model: Model) => log10Agreement(agreed(model, model.plants!), model.plants!);
  const found = (value: number) => value <= OUTCOME_RULES.log10Alpha;
  const stated = planted.filter((model) => model.plants === Math.max(...plants));
  const nulls = strangers.map((model) => log10Agreement(agreed(model, n), n));
  out.push(
    `## Planted preferences`,
    `${strangers.length} models that never saw the decisions; ${KEYS.toLocaleString("en")} keys, ${n} pairs each:`,
    `| level | mean share of keys that reaches it | worst model |\n| --- | --- | --- |\n${LEVELS.map((level, l) => `| ${level} | ${(100 * (shares.reduce((s, of) => s + of[l]!, 0) / shares.length)).toFixed(3)} % | ${(100 * Math.max(...shares.map((of) => of[l]!))).toFixed(3)} % |`).join("\n")}`,
    `Smallest p of ${strangers.length * KEYS} looks: 10^${log10Agreement(Math.max(...best), n).toFixed(2)}. On the key that was served: 10^${Math.min(...nulls).toFixed(2)}; ${nulls.filter(found).length} of ${nulls.length} accused.`,
    `Students distilled from 700 pairs of a teacher's scores and the planted ones twice:`,
    `| plants | students | p below 10^-6 | best log10 p | median | worst |\n| --- | --- | --- | --- | --- | --- |\n${plants
      .map((k) => {
        const of = planted
          .filter((model) => model.plants === k)
          .map(p)
          .sort((a, b) => a - b);
        return `| ${k} | ${of.length} | ${of.filter(found).length} | ${of[0]!.toFixed(1)} | ${of[of.length >> 1]!.toFixed(1)} | ${of.at(-1)!.toFixed(1)} |`;
      })
      .join("\n")}`,
  );
  writeFileSync(
    "validation/preferences-planted.json",
    `${JSON.stringify({
      type: "assay/validation/v1",
      method: PLANTED_METHOD.id,
      methodVersion: PLANTED_METHOD.version,
      page: "validation/preferences.md",
      nulls: {
        pairs: nulls.length,
        families: nulls.length,
        accusedPairs: nulls.filter(found).length,
        accusedFamilies: nulls.filter(found).length,
      },
      positives: {
        pairs: stated.length,
        families: stated.length,
        foundPairs: stated.filter((model) => found(p(model))).length,
        foundFamilies: stated.filter((model) => found(p(model))).length,
      },
      levels: { of: LEVELS, keys: KEYS, worst: LEVELS.map((_, l) => Math.max(...shares.map((of) => of[l]!))) },
      nullLog10P: nulls,
      positiveLog10P: stated.map(p),
    })}\n`,
  );
}
const text = `Written by \`validation/preferences.study.ts\`.\n\n${out.join("\n\n")}\n`;
if (halves.length === 1) process.stdout.write(text);
else writeFileSync("validation/preferences.tables.md", text);
