/**
 * The figures of the research notes on scores of public reward models, again: raw and residual correlation of related and of
 * other pairs, and what the laboratory says of each pair. Models go by number; nothing here is a finding about any of them.
 *
 *   npm run build && node validation/preferences-public.study.ts FOLDER     (a folder with reward-scores/*.csv.gz)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { examinePreferences } from "../dist/labs/preferences/examine.js";
import { centred } from "../dist/labs/preferences/residual/centred.js";
import { ranked } from "../dist/labs/preferences/residual/ranked.js";
import { keyOf } from "../dist/labs/preferences/scores/score-table.js";
import { areaUnderCurve } from "../dist/stats/calibration.js";

const folder = process.argv[2] ?? "../shared/preferences";
/** By maker's documentation, or believed (lineage.json says which): models that share base and data, or derive. */
const LINES = [
  ["Skywork-Reward-Gemma-2-27B", "Skywork-Reward-Gemma-2-27B-v0.2", "QRM-Gemma-2-27B"],
  ["Skywork-Reward-Llama-3.1-8B-v0.2", "URM-LLaMa-3.1-8B", "QRM-Llama3.1-8B"],
  ["GRM-Llama3-8B-rewardmodel-ft", "ArmoRM-Llama3-8B-v0.1"],
];
const files = readdirSync(`${folder}/reward-scores`)
  .filter((name) => name.endsWith(".csv.gz"))
  .sort();
const columns = new Map<string, number[]>();
const prompts: [number, number][] = [];
const keys: string[] = [];
for (const file of files) {
  const text = gunzipSync(readFileSync(`${folder}/reward-scores/${file}`)).toString();
  const [head, ...lines] = text.split(/\r?\n/).filter((line) => line !== "");
  const names = head!.split(",");
  const start = keys.length;
  for (const line of lines) {
    // Names may hold commas; scores do not.
    const cells = line.split(",");
    const values = cells.slice(cells.length - names.length + 1);
    keys.push(`${file} ${keys.length}`);
    for (const [c, value] of values.entries()) {
      const name = names[c + 1]!;
      if (name === "elo_score") continue;
      columns.set(name, [...(columns.get(name) ?? []), Number(value)]);
    }
  }
  prompts.push([start, keys.length]);
}
const names = [...columns.keys()].sort();
const lineOf = names.map((name) => LINES.findIndex((of) => of.includes(name.split("/").at(-1)!)));
const lineages = names.map((_, i) => (lineOf[i] === -1 ? LINES.length + i : lineOf[i]!));
const numbered = [...new Set(lineages)];
const by = lineages.map((l) => numbered.indexOf(l));
const vectors = names.map((name) => ranked(columns.get(name)!, { keys, prompts }));
const space = centred(
  vectors,
  [],
  by,
  by.map((l) => [l]),
);
/** As the notes have it: residuals on the mean of all models outside the lineages of both, each model counting once. */
function onModels(i: number, j: number): number {
  const rest = names.flatMap((_, k) => (by[k] === by[i] || by[k] === by[j] ? [] : [k]));
  const m = vectors[i]!.map((_, at) => rest.reduce((sum, k) => sum + vectors[k]![at]!, 0) / rest.length);
  return centred([vectors[i]!, vectors[j]!, m], [], [-1, -1, 0], [[], [], []]).residual(0, 1);
}
/** The mean of all models but the pair: their own kin absorb what the two share, and strangers' residuals fall. */
function onAllBut(i: number, j: number): number {
  const rest = names.flatMap((_, k) => (k === i || k === j ? [] : [k]));
  const m = vectors[i]!.map((_, at) => rest.reduce((sum, k) => sum + vectors[k]![at]!, 0) / rest.length);
  return centred([vectors[i]!, vectors[j]!, m], [], [-1, -1, 0], [[], [], []]).residual(0, 1);
}
const related: { raw: number; residual: number; onModels: number; onAllBut: number }[] = [];
const others: typeof related = [];
for (let i = 0; i < names.length; i++)
  for (let j = 0; j < i; j++)
    (by[i] === by[j] ? related : others).push({
      raw: space.raw(i, j),
      residual: space.residual(i, j),
      onModels: onModels(i, j),
      onAllBut: onAllBut(i, j),
    });
const f = (value: number) => value.toFixed(3);
const range = (of: typeof related, what: keyof (typeof related)[number]) => {
  const values = of.map((each) => each[what]);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return `${f(Math.min(...values))} to ${f(Math.max(...values))}, mean ${f(mean)}`;
};
const auc = (what: keyof (typeof related)[number]) => {
  const cases = (of: typeof related) => of.map((each) => ({ log10LR: each[what], weight: 1 }));
  return areaUnderCurve(cases(related), cases(others));
};
const shuffled = others.filter(({ residual }) => residual * Math.sqrt(keys.length) > 5.612).length / others.length;

// Every pair through the door, the eight others as a panel.
const table = (name: string) => {
  const rows = new Map<string, object>();
  for (const [p, [start, end]] of prompts.entries())
    for (let i = start; i < end; i++) {
      const key = { probe: "words", prompt: String(p), item: String(i - start) };
      rows.set(keyOf(key), { ...key, score: columns.get(name)![i], length: null, format: null });
    }
  return { rows, template: null };
};
const tables = new Map(names.map((name) => [name, table(name)]));
const outcomes = new Map<string, number>();
for (let i = 0; i < names.length; i++)
  for (let j = 0; j < i; j++) {
    const scorer = (name: string) => ({
      artefact: {
        name: `model ${names.indexOf(name)}`,
        kind: "scores",
        root: `sha256:${String(names.indexOf(name)).padStart(64, "0")}`,
      },
      table: tables.get(name)!,
    });
    const { outcome } = examinePreferences({
      reference: scorer(names[i]!),
      suspect: scorer(names[j]!),
      panel: names.filter((_, k) => k !== i && k !== j).map(scorer),
      lineage: { base: new Map(), data: new Map(), together: [], parameters: new Map() },
      documented: null,
      validations: [],
      software: { name: "assay", version: "study", commit: "study" },
    } as never);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
const text = `Written by \`validation/preferences-public.study.ts\` from ${files.length} tables, ${names.length} models, ${keys.length.toLocaleString("en")} cells.

| | ${related.length} pairs of one line | ${others.length} others | area under the curve |
| --- | --- | --- | --- |
| raw | ${range(related, "raw")} | ${range(others, "raw")} | ${f(auc("raw"))} |
| residual on the mean of all models but the pair | ${range(related, "onAllBut")} | ${range(others, "onAllBut")} | ${f(auc("onAllBut"))} |
| residual on the mean of models of other lines | ${range(related, "onModels")} | ${range(others, "onModels")} | ${f(auc("onModels"))} |
| residual on the mean of other lines, as the laboratory has it | ${range(related, "residual")} | ${range(others, "residual")} | ${f(auc("residual"))} |

By shuffled items, ${(100 * shuffled).toFixed(0)} % of the others' residuals would be called related at 10^-8.

Through the laboratory's own door: ${[...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(", ")}.
`;
writeFileSync("validation/preferences-public.tables.md", text);
process.stdout.write(text);
