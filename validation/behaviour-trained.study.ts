/**
 * Small answering models that were trained here, so that who learned from whom is known: students of one teacher at five
 * shares, of two, of none; co-students of one public set; students of one third teacher who are strangers to each other.
 * Judged by the rule of labs/behaviour/common-origin/rule.ts as it was frozen before any of them was trained, and by the
 * score of `behaviour/taught-by`.
 *
 *   python materials/makers/train_answerers.py --out FOLDER
 *   npm run build && node validation/behaviour-trained.study.ts --answers FOLDER
 *
 * Writes behaviour-trained.json and behaviour-trained.tables.md. A minute.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pairIndex } from "../dist/labs/behaviour/agreement/agreement.js";
import { countBlock } from "../dist/labs/behaviour/agreement/block-count.js";
import { ORIGIN_FAMILIES_MIN, ORIGIN_PROMPTS_MIN } from "../dist/labs/behaviour/common-origin/method.js";
import { marginAsked } from "../dist/labs/behaviour/common-origin/rule.js";
import { developmentSchema, fitFor } from "../dist/labs/behaviour/score/development.js";
import { allStandardScores, combinedScores } from "../dist/labs/behaviour/score/score.js";
import { readTranscript } from "../dist/transcript/read-transcript.js";
import { firstAnswers } from "../dist/transcript/transcript.js";
import { originScores } from "../materials/answers/origin-scores.ts";

const { values } = parseArgs({ options: { answers: { type: "string" } } });
if (!values.answers) throw new Error("expected --answers FOLDER, as train_answerers.py writes it");
const folder = values.answers;
const here = new URL(".", import.meta.url).pathname;
const made = JSON.parse(readFileSync(join(folder, "made.json"), "utf8")) as {
  models: Record<string, { base: string; of: Record<string, number> }>;
  seed: number;
  settings: object;
  parameters: number;
  processor_seconds: number;
};
const prompts = new Map(Object.entries(JSON.parse(readFileSync(join(folder, "prompts.json"), "utf8")) as object));
const promptIds = [...prompts.keys()];
const texts = new Map(
  Object.keys(made.models).map((name) => {
    const read = firstAnswers(readTranscript(readFileSync(join(folder, `${name}.jsonl`)), name));
    return [name, new Map([...read].map(([id, { text }]) => [id, text]))];
  }),
);
const development = developmentSchema.parse(
  JSON.parse(readFileSync(join(here, "../data/behaviour/development.json"), "utf8")),
);
const fit = fitFor(development, "behaviour/taught-by", promptIds.length, [])!;
const sizes = development.kinds.indexOf("same maker, other size");
const highest = Math.max(...fit.nullMax.map((max, k) => (k === sizes ? fit.beyond[k]! : max)));

interface Row {
  what: string;
  counts: "strangers" | "common line";
  share: number | null;
  panel: string;
  families: number;
  pairs: number;
  /** Above the margin inside the class; first in both rows by both scores. */
  above: number;
  first: number;
  largestLead: number;
  margin: number;
  /** By the score of taught-by: above the two sides' scores with the panel; above the development set's nulls too. */
  taughtFirst: number;
  taughtAbove: number;
}

const models = Object.entries(made.models).map(([name, of]) => ({ name, ...of }));
const named = (pattern: RegExp) => models.filter(({ name }) => pattern.test(name));
const basesOf = (of: readonly { base: string }[]) => [...new Set(of.map(({ base }) => base))];
/** Of the first proposition: one line, or one trained on the other's answers. */
const related = (a: (typeof models)[number], b: (typeof models)[number]) =>
  a.base === b.base || b.name in a.of || a.name in b.of;

/** One matrix of models, its pairs wanted judged among those that are related to neither side. */
function judged(
  all: readonly (typeof models)[number][],
  wanted: (a: (typeof models)[number], b: (typeof models)[number]) => boolean,
): Pick<Row, "families" | "pairs" | "above" | "first" | "largestLead" | "margin" | "taughtFirst" | "taughtAbove"> {
  const own = all.map(({ name }) => texts.get(name)!);
  const bases = basesOf(all);
  const groups = Int32Array.from(all, ({ base }) => bases.indexOf(base));
  const { ruled } = originScores({
    name: "trained",
    names: all.map(({ name }) => name),
    bases: all.map(({ base }) => base),
    makers: [],
    listed: [],
    promptIds,
    prompts: prompts as Map<string, string>,
    texts: own,
    kind: () => ({ side: "neither", kind: "" }),
  });
  const older = countBlock(
    {
      prompts: promptIds.map((id) => (prompts.get(id) as string) ?? null),
      answers: own.map((of) => promptIds.map((id) => of.get(id) ?? null)),
    },
    groups,
  );
  const taught = combinedScores(allStandardScores(older.sums, groups), fit.fit.weights);
  const row = {
    families: 999,
    pairs: 0,
    above: 0,
    first: 0,
    largestLead: -9,
    margin: 0,
    taughtFirst: 0,
    taughtAbove: 0,
  };
  for (let a = 1; a < all.length; a++)
    for (let b = 0; b < a; b++) {
      if (!wanted(all[a]!, all[b]!) && !wanted(all[b]!, all[a]!)) continue;
      const panel = [...all.keys()].filter(
        (k) => k !== a && k !== b && !related(all[a]!, all[k]!) && !related(all[b]!, all[k]!),
      );
      const families = new Set(panel.map((k) => groups[k])).size;
      const { lead, prompts: compared, above } = ruled([a, b], panel);
      const margin = marginAsked(compared);
      const inside = families >= ORIGIN_FAMILIES_MIN && compared >= ORIGIN_PROMPTS_MIN;
      row.pairs++;
      row.families = Math.min(row.families, families);
      if (above && inside) row.above++;
      if (lead > 0) row.first++;
      if (lead > row.largestLead) [row.largestLead, row.margin] = [lead, margin];
      const score = taught[pairIndex(a, b)]!;
      const best = Math.max(...panel.flatMap((k) => [taught[pairIndex(a, k)]!, taught[pairIndex(b, k)]!]));
      if (score > best) row.taughtFirst++;
      if (score > best && score > highest) row.taughtAbove++;
    }
  return row;
}

/** Several matrices as one row. */
function together(of: readonly ReturnType<typeof judged>[]): ReturnType<typeof judged> {
  const sum = (key: "pairs" | "above" | "first" | "taughtFirst" | "taughtAbove") =>
    of.reduce((total, each) => total + each[key], 0);
  const widest = of.reduce((most, each) => (each.largestLead > most.largestLead ? each : most));
  return {
    families: Math.min(...of.map(({ families }) => families)),
    pairs: sum("pairs"),
    above: sum("above"),
    first: sum("first"),
    largestLead: widest.largestLead,
    margin: widest.margin,
    taughtFirst: sum("taughtFirst"),
    taughtAbove: sum("taughtAbove"),
  };
}

const teachers = named(/^teacher/);
const alone = named(/^own/);
const rows: Row[] = [];
const add = (row: Omit<Row, keyof ReturnType<typeof judged>>, of: ReturnType<typeof judged>) => {
  rows.push({ ...row, ...of });
  process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
};

add(
  { what: "own answers alone", counts: "strangers", share: null, panel: "the others" },
  judged([...alone, ...teachers], () => true),
);
for (const [kind, what] of [
  ["public", "co-students of one public set"],
  ["third", "students of one third teacher"],
] as const)
  for (const share of [0.5, 1]) {
    const group = named(new RegExp(`^${kind}-${share}-\\d+$`));
    const others = [...alone, ...teachers.filter(({ name }) => kind === "public" || name !== "teacher-1")];
    const within = (a: { name: string }, b: { name: string }) =>
      group.some((m) => m.name === a.name) && group.some((m) => m.name === b.name);
    add(
      { what, counts: "strangers", share, panel: "with thirteen more like them" },
      judged([...group, ...others], within),
    );
    // Panels that hold none like the two, or three like them.
    for (const like of [3, 0]) {
      // Seven pairs that share no model; where none is like them, fifteen more, in which each stands twice.
      const pairs = Array.from({ length: 7 }, (_, i) => [group[2 * i]!, group[2 * i + 1]!]);
      if (like === 0) pairs.push(...group.map((m, i) => [m, group[(i + 4) % group.length]!]));
      add(
        { what, counts: "strangers", share, panel: like === 0 ? "with none like them" : `with ${like} more like them` },
        together(
          pairs.map(([a, b], i) => {
            const further = Array.from({ length: like }, (_, j) => group[(2 * i + 2 + j) % group.length]!);
            const isPair = (x: { name: string }, y: { name: string }) => x === a && y === b;
            return judged([a!, b!, ...further, ...others], isPair);
          }),
        ),
      );
    }
  }
for (const share of [0.1, 0.25, 0.5, 0.75, 1]) {
  const students = named(new RegExp(`^student-${share}-of-\\d$`));
  add(
    { what: "student and its teacher", counts: "common line", share, panel: "the others" },
    judged([...students, ...teachers, ...alone], (a, b) => b.name in a.of),
  );
}
for (const share of [0.5, 1])
  add(
    { what: "one of fifteen students of one teacher, and it", counts: "common line", share, panel: "the others" },
    judged([...named(new RegExp(`^third-${share}-`)), ...teachers, ...alone], (a, b) => b.name in a.of),
  );
add(
  { what: "student of two teachers, and each", counts: "common line", share: 0.5, panel: "the others" },
  judged([...named(/^student-of/), ...teachers, ...alone], (a, b) => b.name in a.of),
);

writeFileSync(
  join(here, "behaviour-trained.json"),
  `${JSON.stringify({ seed: made.seed, settings: made.settings, parameters: made.parameters, models: models.length, bases: basesOf(models).length, prompts: promptIds.length, rows }, null, 1)}\n`,
);
const lines = [
  "# Answering models trained here: who is accused, and who is found",
  "",
  `Written by \`validation/behaviour-trained.study.ts\`. ${models.length} models of ${basesOf(models).length} bases, ${made.parameters.toLocaleString("en-GB")} parameters each, ${promptIds.length} prompts that none was trained on, seed ${made.seed}.`,
  "",
  "| pairs of | counts as | share of common answers | panel | families, at least | pairs | above the margin | first in both rows | largest lead; margin | `taught-by`: first in both rows | above the development set's nulls too |",
  `|${" --- |".repeat(11)}`,
  ...rows.map(
    (r) =>
      `| ${r.what} | ${r.counts} | ${r.share ?? "0"} | ${r.panel} | ${r.families} | ${r.pairs} | ${r.above} | ${r.first} | ${r.largestLead.toFixed(2)}; ${r.margin.toFixed(2)} | ${r.taughtFirst} | ${r.taughtAbove} |`,
  ),
  "",
];
writeFileSync(join(here, "behaviour-trained.tables.md"), lines.join("\n"));
