/**
 * Decisions to refuse, as the exhibit has them, between all pairs of public models whose labels stand in a folder: how alike
 * models of one maker are, and strangers. Why refusals never decide. Models are not named; nothing here is a finding.
 *
 *   npm run build && node validation/preferences-refusals.study.ts FOLDER     (a folder with refusals/*.csv.gz)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { centred } from "../dist/labs/preferences/residual/centred.js";
import { ranked } from "../dist/labs/preferences/residual/ranked.js";
import { areaUnderCurve } from "../dist/stats/calibration.js";

const folder = process.argv[2] ?? "../shared/preferences";
const LABELS = ["COMPLETE", "EVASIVE", "DENIAL"];
const [file] = readdirSync(`${folder}/refusals`).filter((name) => name.endsWith(".csv.gz"));
const [head, ...lines] = gunzipSync(readFileSync(`${folder}/refusals/${file}`))
  .toString()
  .trimEnd()
  .split(/\r?\n/);
const columns = head!.split(",");
const by = new Map<string, Map<string, number>>();
const judges = new Map<string, number>();
const rows = lines.map((line) => {
  const cells = line.split(",");
  return Object.fromEntries(columns.map((name, i) => [name, cells[i]!]));
});
for (const { judge } of rows) judges.set(judge!, (judges.get(judge!) ?? 0) + 1);
// The judge with most labels: two judges' labels are two scorers.
const judge = [...judges].sort((a, b) => b[1] - a[1])[0]![0];
for (const row of rows) {
  const label = LABELS.indexOf(row.label!);
  if (row.judge !== judge || label === -1) continue;
  const own = by.get(row.model!) ?? new Map<string, number>();
  by.set(row.model!, own.set(row.item!, label));
}
const models = [...by.keys()].sort();
const keys = [...by.get(models[0]!)!.keys()].filter((item) => models.every((name) => by.get(name)!.has(item))).sort();
const makers = models.map((name) => name.split("_")[0]!);
const numbered = [...new Set(makers)];
const lineages = makers.map((maker) => numbered.indexOf(maker));
const layout = { keys, prompts: [[0, keys.length]] as [number, number][] };
const space = centred(
  models.map((name) =>
    ranked(
      keys.map((item) => by.get(name)!.get(item)!),
      layout,
    ),
  ),
  [],
  lineages,
  lineages.map((l) => [l]),
);
const [same, strangers]: [number[], number[]] = [[], []];
for (let i = 0; i < models.length; i++)
  for (let j = 0; j < i; j++) {
    const value = space.residual(i, j);
    if (Number.isFinite(value)) (lineages[i] === lineages[j] ? same : strangers).push(value);
  }
const f = (value: number) => value.toFixed(2);
const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length;
const sorted = [...strangers].sort((a, b) => a - b);
const cases = (of: readonly number[]) => of.map((log10LR) => ({ log10LR, weight: 1 }));
const text = `Written by \`validation/preferences-refusals.study.ts\` from labels of ${models.length} models of ${numbered.length} makers on ${keys.length} questions that all were asked, by one judge.

| residual correlation of decisions to refuse | pairs | mean | least | 95 % below | largest |
| --- | --- | --- | --- | --- | --- |
| one maker | ${same.length} | ${f(mean(same))} | ${f(Math.min(...same))} | | ${f(Math.max(...same))} |
| two makers | ${strangers.length} | ${f(mean(strangers))} | ${f(sorted[0]!)} | ${f(sorted[Math.floor(0.95 * sorted.length)]!)} | ${f(sorted.at(-1)!)} |

Area under the curve ${f(areaUnderCurve(cases(same), cases(strangers)))}. ${same.filter((value) => value <= sorted.at(-1)!).length} of ${same.length} pairs of one maker lie below the largest pair of strangers.
`;
writeFileSync("validation/preferences-refusals.tables.md", text);
process.stdout.write(text);
