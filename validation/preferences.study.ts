/**
 * The study of `preferences/centred-residuals`, version 3, from scores of small reward models that materials/makers trained
 * (train_preference_scorers.py; their scores stand in validation/preferences): bases, preference data and teachers crossed,
 * on halves of the bases that were split beforehand. Questions are asked with the laboratory's own parts, and one of sixty
 * through its door too, which must say the same. Writes preferences-shared-origin.json and preferences.tables.md.
 *
 *   npm run build && node validation/preferences.study.ts            (about a minute of one core)
 */
import { writeFileSync } from "node:fs";
import { sha256Digest } from "../dist/base/digest.js";
import { prng } from "../dist/base/prng.js";
import { LINEAGES_SPEAK_MIN, MARGIN, METHOD, SHARING_MIN } from "../dist/labs/preferences/method.js";
import {
  type Answer,
  ask,
  atDoor,
  type Change,
  type Model,
  type Panel,
  type Papers,
  readPanel,
} from "./preferences/panel.ts";

type Pair = readonly [Model, Model];
interface Row {
  what: string;
  answers: { a: Model; b: Model; said: Answer }[];
}

/** One question of so many is put to the laboratory's door too, which must say the same. */
const DOOR = 60;
let [questions, doors] = [0, 0];
/** Mean raw correlation of unrelated lineages in every panel that was asked, by probe. */
const agreed: Record<"pairs" | "words", number[]> = { pairs: [], words: [] };

function asked(panel: Panel, a: Model, b: Model, change: Change, label: string): Answer {
  const answer = ask(panel, a, b, change, label);
  for (const probe of ["pairs", "words"] as const) agreed[probe].push(answer[probe].agreement.mean);
  if (questions++ % DOOR === 0) {
    const { statistic, most } = atDoor(panel, a, b, change);
    doors++;
    if (Math.abs(statistic - answer.statistic) > 1e-5 || Math.abs(statistic / most - answer.ratio) > 1e-5)
      throw new Error(`${a.name}, ${b.name} ${label}: the door says ${statistic} by ${most}, not ${answer.ratio}`);
  }
  return answer;
}

/** @param label names a change of scores, which has no other name */
function within(
  panel: Panel,
  what: string,
  of: readonly Pair[],
  change: Change | ((a: Model, b: Model) => Change) = {},
  label = "",
): Row {
  process.stderr.write(`${panel.half}: ${what} ${label}, ${of.length}\n`);
  const changed = typeof change === "function" ? change : () => change;
  return { what, answers: of.map(([a, b]) => ({ a, b, said: asked(panel, a, b, changed(a, b), label) })) };
}

const kindOf = (panel: Panel, kind: string) => panel.models.filter((model) => model.kind === kind);
const find = (panel: Panel, name: string) => panel.models.find((model) => model.name === name)!;

/** Pairs of each kind of the panel, from its names alone. */
function pairsOf(panel: Panel) {
  const own = kindOf(panel, "own");
  const grid = kindOf(panel, "grid");
  const seed = (model: Model, s: number) => model.name.endsWith(`-${s}`);
  const first = grid.filter((model) => seed(model, 0));
  const second = grid.filter((model) => seed(model, 1));
  const outside = own.filter(({ base }) => !first.some((cell) => cell.base === base));
  const cross = (of: (a: Model, b: Model) => boolean, from = first): Pair[] =>
    second.flatMap((cell) => from.filter((other) => of(other, cell)).map((other): Pair => [other, cell]));
  return {
    unrelated: first.flatMap((cell, c) =>
      outside.filter((_, i) => (i + c) % 2 === 0).map((model): Pair => [model, cell]),
    ),
    base: cross((a, b) => a.base === b.base && a.data !== b.data, [...first, ...own]),
    data: cross((a, b) => a.data === b.data && a.base !== b.base),
    same: first.flatMap((cell) =>
      grid
        .filter((other) => other.base === cell.base && other.data === cell.data && !seed(other, 0))
        .map((other): Pair => [cell, other]),
    ),
    students: kindOf(panel, "student").map((model): Pair => [find(panel, model.teacher!), model]),
    alike: (kind: string) => {
      const of = kindOf(panel, kind);
      return of.flatMap((a, i) => of.slice(0, i).map((b): Pair => [a, b]));
    },
  };
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
/** The mean with so many strangers: lineages of their own that are no side, the next ones after the reference's. */
const mixed =
  (strangers: number) =>
  (values: readonly number[], panel: Panel, [reference, suspect]: Pair) => {
    const own = kindOf(panel, "own").filter(({ base }) => base !== reference.base && base !== suspect.base);
    const from = own.findIndex(({ name }) => name > reference.name) + own.length;
    const others = Array.from({ length: strangers }, (_, i) => own[(from + i) % own.length]!);
    return values.map((v, i) => others.reduce((sum, other) => sum + other.values[i]!, v) / (1 + strangers));
  };

const count = (row: Row) => row.answers.filter(({ said }) => said.stands).length;
const largest = (row: Row, of: (said: Answer) => number) => Math.max(...row.answers.map(({ said }) => of(said)));
const mean = (row: Row, of: (said: Answer) => number) =>
  row.answers.reduce((sum, { said }) => sum + of(said), 0) / row.answers.length;
const f3 = (value: number) => value.toFixed(3);
const line = (row: Row) =>
  `| ${row.what} | ${row.answers.length} | ${count(row)} | ${f3(mean(row, (s) => s.pairs.residual))} | ${f3(largest(row, (s) => s.pairs.residual))} | ${f3(mean(row, (s) => s.words.residual))} | ${f3(largest(row, (s) => s.words.residual))} | ${f3(Math.min(...row.answers.map(({ said }) => said.ratio)))} | ${f3(largest(row, (s) => s.ratio))} |`;
const HEAD =
  "| pairs | asked | above all | pairs: mean | largest | words: mean | largest | least ratio | largest ratio |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |";
const table = (rows: readonly Row[]) => `${HEAD}\n${rows.map(line).join("\n")}`;
const quality = ({ bases, models }: Panel) => {
  const of = models.map((model) => model.quality);
  return `${bases.length} bases, ${models.length} scorers; each prefers the better text in ${(100 * Math.min(...of)).toFixed(0)} to ${(100 * Math.max(...of)).toFixed(0)} % of the pairs.`;
};
/** Of every question of a half: the panel's mean raw correlation of unrelated lineages, by which a case is inside or not. */
const agreement = (rows: readonly Row[]) => {
  const of = rows.flatMap(({ answers }) => answers.map(({ said }) => said));
  const [said] = of;
  return `Agreement is not copying: raw correlation of unrelated lineages is ${f3(said!.pairs.agreement.mean)} on average and up to ${f3(said!.pairs.agreement.max)} on pairs, ${f3(said!.words.agreement.mean)} and ${f3(said!.words.agreement.max)} on words; shuffled items would call ${(100 * said!.pairs.shuffled).toFixed(0)} % and ${(100 * said!.words.shuffled).toFixed(0)} % of them related at 10^-8.`;
};

const out: string[] = [
  `A pair is above all where its ratio, the statistic by the most that any pair of no relation in its panel has, is above ${MARGIN}.`,
];
const KINDS = [
  "unrelated lineages",
  "two makers on one public base",
  "two makers on one public preference set",
] as const;
const SAME = "one base and one preference set, other seeds, documented as different";
/** Papers of the reference that name neither base nor set as they are. */
const undisclosed = (a: Model): Change => ({
  papers: { reference: { base: `undisclosed ${a.base}`, data: `undisclosed ${a.data}` } },
});
const nullsOf = (panel: Panel, pairs: ReturnType<typeof pairsOf>) => [
  within(panel, KINDS[0], pairs.unrelated),
  within(panel, KINDS[1], pairs.base),
  within(panel, KINDS[2], pairs.data),
];
const studentsOf = (panel: Panel, pairs: ReturnType<typeof pairsOf>) =>
  [...new Set(pairs.students.map(([, { share }]) => share!))]
    .sort((a, b) => a - b)
    .map((share) =>
      within(
        panel,
        `students, share ${share}`,
        pairs.students.filter(([, student]) => student.share === share),
      ),
    );

/** One of so many. */
const one = <T>(of: readonly T[], thinned = 1): T[] => of.filter((_, i) => i % thinned === 0);

/** Nulls, cells and students of one half. */
function crossed(panel: Panel, title: string, thin: Partial<Record<"unrelated" | "base" | "data" | "same", number>>) {
  const every = pairsOf(panel);
  const pairs = {
    ...every,
    unrelated: one(every.unrelated, thin.unrelated),
    base: one(every.base, thin.base),
    data: one(every.data, thin.data),
    same: one(every.same, thin.same),
  };
  const nulls = nullsOf(panel, pairs);
  const same = within(panel, SAME, pairs.same, undisclosed);
  const students = studentsOf(panel, pairs);
  out.push(`## ${title}`, quality(panel), table([...nulls, same, ...students]), agreement([...nulls, same]));
  return { nulls, same, students, pairs };
}

const panel = readPanel("judge-2");
const { nulls, same, students, pairs } = crossed(panel, "The half that judges", { unrelated: 3, same: 2 });

const innocentScorers = readPanel("innocents-2");
const cells = (kind: string, i: number): Model => {
  const { cell, set, name } = kindOf(innocentScorers, kind)[i]!;
  if (kind.startsWith("taught")) return find(panel, `student-${name.split("-").at(-1)}-1.0`);
  return kindOf(panel, "grid").find((m) => m.base === cell && m.data === set && m.name.endsWith("-1"))!;
};
const honest = (kind: string, what: string) => {
  const of = kindOf(innocentScorers, kind);
  return within(
    panel,
    what,
    of.map((reference, i): Pair => [reference, cells(kind, i)]),
    (_, suspect) => ({ without: suspect.teacher ? [suspect.teacher] : [] }),
  );
};
const JUDGES = "judges by one prompt, other bases";
const cohorts = kindOf(readPanel("cohorts-2"), "cohort");
const completed: Panel = { ...panel, half: "judge-2 and cohorts-2", models: [...panel.models, ...cohorts] };
/** Three scorers on the suspect's very labels, three on its base. */
const completing = (_: Model, suspect: Model): Change => ({
  more: cohorts.filter(({ name }) => name.includes(`-of-${suspect.data}-`)).map(({ name }) => name),
});
/** Of a base and data that nobody in the panel has: the door concludes nothing of them, whatever the figures. */
const alone = [
  within(panel, "lovers of length and format", pairs.alike("length")),
  within(panel, JUDGES, pairs.alike("judge")),
  within(panel, "makers under one jurisdiction", pairs.alike("jurisdiction")),
];
const alike = [
  within(
    completed,
    JUDGES,
    [...pairs.alike("judge"), ...pairs.alike("judge").map(([a, b]): Pair => [b, a])],
    completing,
  ),
  within(panel, "ensembles of three strangers", one(pairs.unrelated, 4), { suspect: mixed(2) }, "mixed 2"),
  honest("labels", "one set's annotators, other pairs, other bases"),
  honest("labels-base", "one set's annotators, other pairs, one base"),
  honest("part", "half of one public set, other bases"),
  honest("part-base", "half of one public set, one base"),
  honest("taught", "students of one third scorer, other bases"),
  honest("taught-base", "students of one third scorer, one base"),
];
out.push(
  "## Innocents that look alike",
  "Where the panel holds what it must, three scorers on the suspect's base and three with its data at least:",
  table(alike),
  "Where it holds neither, so that every outcome is `uncalibrated`:",
  table(alone),
);

const recipeScorers = readPanel("recipes-2");
/** Drawn when the margin stood; those before it had a part in the margin. */
const freshFile = readPanel("recipes-fresh-2");
const freshScorers: Panel = {
  ...freshFile,
  models: freshFile.models.map((model) => ({ ...model, name: `fresh ${model.name}` })),
};
const rule = (name: string) => kindOf(recipeScorers, "rule").filter((model) => model.name === name);
/** What two honest makers have in common, and what it is called by the maker of the scorers. */
const RECIPES = [
  ["a better trainer and ten labels a pair", "skilled"],
  ["one trainer's default seed", "seed"],
  ["a penalty for long answers", "overlong"],
  ["pairs of one subject", "filtered"],
  ["a fifth of the pairs by one rule's labels", "corrupted"],
  ["nothing", "plain"],
  ["short answers at the lowest score", "floor"],
  ["a list of words, half a spread", "lexicon-half"],
  ["a list of words, a spread", "lexicon"],
] as const;
const SHARED = [
  ["", ""],
  [", one base", "-base"],
  [", one set", "-set"],
] as const;
const byRecipe = (what: string, kind: string, change: Change = {}, scorers = recipeScorers) =>
  SHARED.map(([words, ending]) => {
    const of = kindOf(scorers, `${kind}${ending}`);
    return within(
      panel,
      `${what}${words}`,
      of.flatMap((suspect, i): Pair[] => (i % 2 === 0 ? [[of[i + 1]!, suspect]] : [])),
      change,
    );
  });
const recipes = RECIPES.flatMap(([what, kind]) => byRecipe(what, kind));
const ruledOut = RECIPES.slice(-3).flatMap(([what, kind]) =>
  byRecipe(`${what}, which is listed`, kind, { rules: rule(kind === "floor" ? "floor" : "list of words") }),
);
const freshly = RECIPES.slice(0, -3)
  .flatMap(([what, kind]) => byRecipe(`${what}, fresh`, kind, {}, freshScorers))
  // One seed and one set: the same scorers as before.
  .filter(({ what }) => what !== "one trainer's default seed, fresh, one set");
out.push(
  "## Honest makers who share a recipe",
  "Other bases and other preferences, but where one base or one set is named; both sides do the same beside.",
  table(recipes),
  "The same with the rule under `rules`:",
  table(ruledOut),
  "Other makers of the same kinds, drawn when the margin stood:",
  table(freshly),
);

const byShare = (share: number) => pairs.students.filter(([, student]) => student.share === share);
/** All of the panel but so many lineages: as few on the suspect's base and with its set as may be, the rest of their own. */
const few =
  (lineages: number) =>
  (a: Model, b: Model): Change => {
    const seats = panel.models.filter(
      (m) => (m.kind === "own" || (m.kind === "grid" && m.name.endsWith("-0"))) && m !== a && m !== b,
    );
    const drawn = new Map(seats.map((m) => [m, sha256Digest(Buffer.from(`${a.name} ${b.name} ${m.name}`))]));
    const first = (of: readonly Model[], n: number) =>
      [...of].sort((x, y) => (drawn.get(x)! < drawn.get(y)! ? -1 : 1)).slice(0, n);
    const kept = [
      ...first(
        seats.filter((m) => m.base === b.base && m.data !== b.data),
        SHARING_MIN,
      ),
      ...first(
        seats.filter((m) => m.base !== b.base && m.data === b.data),
        SHARING_MIN,
      ),
      ...first(
        seats.filter((m) => m.kind === "own" && m.base !== b.base && m.base !== a.base),
        lineages - 2 * SHARING_MIN,
      ),
    ];
    return { without: seats.filter((m) => !kept.includes(m)).map(({ name }) => name) };
  };
const small = [
  within(panel, `${KINDS[0]}, the smallest panel`, pairs.unrelated, few(LINEAGES_SPEAK_MIN)),
  within(panel, `${KINDS[1]}, the smallest panel`, pairs.base, few(LINEAGES_SPEAK_MIN)),
  within(panel, `${KINDS[2]}, the smallest panel`, pairs.data, few(LINEAGES_SPEAK_MIN)),
];
const smallFound = within(panel, "students, share 1, the smallest panel", byShare(1), few(LINEAGES_SPEAK_MIN));
out.push(
  "## The smallest panel that may speak",
  `${LINEAGES_SPEAK_MIN} lineages, among them ${SHARING_MIN} on the suspect's base and ${SHARING_MIN} with its set, drawn for each pair.`,
  table([...small, smallFound]),
);

const said = (reference: Papers | undefined, suspect: Papers | undefined): Change => ({
  papers: { ...(reference ? { reference } : {}), ...(suspect ? { suspect } : {}) },
});
/** Another base, or set, of the grid than the suspect's own. */
const wrong = (what: "base" | "data", model: Model) => {
  const of = [...new Set(kindOf(panel, "grid").map((m) => m[what]))];
  return of[(of.indexOf(model[what]) + 1) % of.length]!;
};
const misdocumented = [
  within(panel, `${KINDS[1]}, which the reference's papers do not name`, one(pairs.base, 2), (a) =>
    said({ base: `undisclosed ${a.base}` }, undefined),
  ),
  within(panel, `${KINDS[1]}, and the suspect's papers name another`, one(pairs.base, 2), (_, b) =>
    said(undefined, { base: wrong("base", b) }),
  ),
  within(panel, `${KINDS[2]}, which the reference's papers do not name`, one(pairs.data, 3), (a) =>
    said({ data: `undisclosed ${a.data}` }, undefined),
  ),
  within(panel, `${KINDS[2]}, and the suspect's papers name another`, one(pairs.data, 3), (_, b) =>
    said(undefined, { data: wrong("data", b) }),
  ),
];
out.push("## Papers that are not so", table(misdocumented));

const others = kindOf(panel, "own");
const grids = readPanel("grids-2");
const worlds = [...new Set(kindOf(grids, "grid").map(({ data }) => data.replace(/-\d$/, "")))];
const inGrids = worlds.map((world) => {
  const cells = kindOf(grids, "grid").filter(({ data }) => data.startsWith(`${world}-`));
  const crossing: Panel = { ...panel, half: `${world} of grids-2`, models: [...others, ...cells] };
  const { base, data, same: cell } = pairsOf(crossing);
  return [
    within(crossing, KINDS[1], one(base, 4)),
    within(crossing, KINDS[2], one(data, 5)),
    within(crossing, SAME, one(cell, 3), undisclosed),
  ];
});
const joined = (what: string, of: readonly Row[]): Row => ({ what, answers: of.flatMap(({ answers }) => answers) });
const moreGrids = [0, 1, 2].map((k) =>
  joined(
    `${[KINDS[1], KINDS[2], SAME][k]}, five more grids`,
    inGrids.map((rows) => rows[k]!),
  ),
);
out.push(
  "## Five more grids over the bases that judge",
  "Six other bases each, and four other public preference sets.",
  table(moreGrids),
);

const items = [0.45, 1];
const curve = students.slice(2).map((row) => {
  const share = row.answers[0]!.b.share!;
  const found = items.map((of) => {
    const at = of === 1 ? row : within(panel, `students, share ${share}`, byShare(share), { items: of });
    return `${count(at)} of ${at.answers.length}`;
  });
  return `| ${share} | ${found.join(" | ")} |`;
});
out.push(
  "## Students found, by share of the teacher's scores and by items",
  `| share | ${items.map((of) => `${Math.round(1200 * of)} + ${Math.round(900 * of)} items`).join(" | ")} |\n| ---${" | ---".repeat(items.length)} |\n${curve.join("\n")}`,
);

const some = one(pairs.unrelated, 4);
const taught = byShare(1);
const disguises: [string, Change][] = [
  ["as it is", {}],
  ["10 levels", { suspect: levels(10) }],
  ["5 levels", { suspect: levels(5) }],
  ["2 levels", { suspect: levels(2) }],
  ["noise of half a spread", { suspect: noisy(0.5) }],
  ["noise of a spread", { suspect: noisy(1) }],
  ["monotone disguise", { suspect: (values) => values.map((v) => Math.expm1(v / 60) + 3) }],
  ["averaged with one stranger", { suspect: mixed(1) }],
  ["averaged with two strangers", { suspect: mixed(2) }],
];
const disguised = disguises.map(([what, change]) => ({
  what,
  found: within(panel, what, taught, change, change.suspect ? what : ""),
  accused: within(panel, what, some, change, change.suspect ? what : ""),
}));
/** Another student of the reference sits in the panel, and nothing says so. */
const kin = (a: Model): Change => ({
  hidden: panel.models
    .filter((m) => m.kind === "student" && m.teacher === a.name && m.share === 0.5)
    .map((m) => m.name),
});
disguised.push({
  what: "another student of the reference, of half its pairs, hidden in the panel",
  found: within(panel, "hidden kin", taught, kin),
  accused: within(panel, "hidden kin", some, kin),
});
out.push(
  "## Disguises and poor scores",
  "Students all of whose pairs the teacher's scores labelled, and unrelated pairs, the suspect's scores changed:",
  `| suspect's scores | students found | unrelated accused | students' mean ratio | largest ratio of unrelated |\n| --- | --- | --- | --- | --- |\n${disguised
    .map(
      ({ what, found, accused }) =>
        `| ${what} | ${count(found)} of ${found.answers.length} | ${count(accused)} of ${accused.answers.length} | ${f3(mean(found, (s) => s.ratio))} | ${f3(largest(accused, (s) => s.ratio))} |`,
    )
    .join("\n")}`,
);

const poor = crossed(readPanel("judge"), "Poor judges: the scorers of version 1's study, under this rule", {
  unrelated: 6,
  base: 3,
  data: 1,
  same: 3,
});

/** Makers who share by half what the first proposition names whole, or a teacher. */
const HELD =
  /^(one set's annotators, other pairs, one base|half of one public set, one base|students of one third scorer)/;
/** Makers whose scores are changed by one published rule. */
const RULED = /^(a list of words|short answers at the lowest score)/;
type Counted = "null" | "positive" | "no";
const declared: { name: string; counted: Counted; why?: string; row: Row }[] = [
  ...nulls.map((row) => ({ name: row.what, counted: "null" as const, row })),
  ...moreGrids.slice(0, 2).map((row) => ({ name: row.what, counted: "null" as const, row })),
  ...[...alike, ...misdocumented, ...small].map((row) =>
    HELD.test(row.what)
      ? {
          name: row.what,
          counted: "no" as const,
          why: "the first proposition holds it, and says that it is no copying",
          row,
        }
      : { name: row.what, counted: "null" as const, row },
  ),
  ...recipes.map((row) =>
    RULED.test(row.what)
      ? { name: row.what, counted: "no" as const, why: "the first proposition holds one published rule", row }
      : { name: row.what, counted: "null" as const, row },
  ),
  ...ruledOut
    .filter(({ what }) => RULED.test(what) && !what.startsWith("a list"))
    .map((row) => ({
      name: row.what,
      counted: "no" as const,
      why: "the first proposition holds one published rule; one that replaces scores is taken out in part",
      row,
    })),
  ...[...ruledOut.filter(({ what }) => what.startsWith("a list")), ...freshly].map((row) => ({
    name: row.what,
    counted: "null" as const,
    row,
  })),
  ...alone.map((row) => ({
    name: `${row.what}, in a panel without others of base and data`,
    counted: "no" as const,
    why: "outside the reference class: every outcome is uncalibrated",
    row,
  })),
  ...poor.nulls.map((row) => ({ name: `${row.what}, poor judges`, counted: "null" as const, row })),
  { name: same.what, counted: "no", why: "the first proposition holds it; students are found less often", row: same },
  { name: moreGrids[2]!.what, counted: "no", why: "as the row before", row: moreGrids[2]! },
  { name: smallFound.what, counted: "no", why: "students that are counted already", row: smallFound },
  ...students.map((row) =>
    row === students.at(-1)
      ? { name: row.what, counted: "positive" as const, row }
      : { name: row.what, counted: "no" as const, why: "every finding says that such students are not found", row },
  ),
  ...disguised.map(({ what, accused }) => ({
    name: `unrelated lineages, ${what}`,
    counted: "no" as const,
    why: "pairs that are counted already, changed",
    row: accused,
  })),
];
for (const { name, counted, row } of declared) {
  const outside = row.answers.filter(({ said }) => !said.inside).length;
  if (counted !== "no" && outside > 0) throw new Error(`${name}: ${outside} of ${row.answers.length} are outside`);
}
const rowsOf = (counted: Counted) => declared.filter((kind) => kind.counted === counted).map(({ row }) => row);
const families = (of: readonly Row["answers"][number][]) => new Set(of.flatMap(({ a, b }) => [a.base, b.base])).size;
const all = (of: readonly Row[]) => of.flatMap(({ answers }) => answers);
const stood = (of: readonly Row[]) => all(of).filter((answer) => answer.said.stands);
const teachers = (of: readonly Row["answers"][number][]) => new Set(of.map(({ a }) => a.name)).size;
const summary = {
  type: "assay/validation/v1",
  method: METHOD.id,
  methodVersion: METHOD.version,
  page: "validation/preferences.md",
  nulls: {
    pairs: all(rowsOf("null")).length,
    families: families(all(rowsOf("null"))),
    accusedPairs: stood(rowsOf("null")).length,
    accusedFamilies: families(stood(rowsOf("null"))),
  },
  positives: {
    pairs: all(rowsOf("positive")).length,
    families: teachers(all(rowsOf("positive"))),
    foundPairs: stood(rowsOf("positive")).length,
    foundFamilies: teachers(stood(rowsOf("positive"))),
  },
  nullKinds: rowsOf("null").map((row) => ({
    kind: row.what,
    pairs: row.answers.length,
    families: families(row.answers),
    statisticMax: Math.round(1e6 * largest(row, (s) => s.ratio)) / 1e6,
  })),
  declared: declared.map(({ row, ...kind }) => ({ ...kind, cases: row.answers.length, hits: count(row) })),
  // A rank has no p.
  nullLog10P: [],
  positiveLog10P: [],
};
writeFileSync("validation/preferences-shared-origin.json", `${JSON.stringify(summary)}\n`);
const range = (of: readonly number[]) => `${f3(Math.min(...of))} to ${f3(Math.max(...of))}`;
out.push(
  "## Panels that were asked",
  `Unrelated lineages correlate, raw and on average over a panel, at ${range(agreed.pairs)} on pairs and ${range(agreed.words)} on words.`,
  `${doors} of the ${questions.toLocaleString("en")} questions were put to the laboratory's door too, which said the same.`,
);
writeFileSync(
  "validation/preferences.tables.md",
  `Written by \`validation/preferences.study.ts\`.\n\n${out.join("\n\n")}\n`,
);
