/**
 * Judges in words: how alike the labels of one model under several settings are, of two models of one maker, and of two
 * makers, raw and after the mean of other makers' settings is taken out. Why judges' labels need a panel of many makers.
 * Models are not named; nothing here is a finding.
 *
 *   npm run build && node validation/preferences-judges.study.ts FOLDER     (a folder with judges/*.csv.gz)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { centred } from "../dist/labs/preferences/residual/centred.js";
import { ranked } from "../dist/labs/preferences/residual/ranked.js";
import { areaUnderCurve } from "../dist/stats/calibration.js";

const folder = process.argv[2] ?? "../shared/preferences";
const [file] = readdirSync(`${folder}/judges`).filter((name) => name.endsWith(".csv.gz"));
const [head, ...lines] = gunzipSync(readFileSync(`${folder}/judges/${file}`))
  .toString()
  .trimEnd()
  .split(/\r?\n/);
const names = head!.split(",").slice(1);
const rows = lines
  .map((line) => line.split(",").slice(-names.length))
  .filter((row) => row.every((cell) => cell !== ""));
const makers = names.map((name) => name.split("_")[0]!);
/** A name is maker, model and settings; settings of one model begin alike. */
const model = (name: string) => name.split(/_(?:no_reasoning|reasoning|together)/)[0]!;
const numbered = [...new Set(makers)];
const lineages = makers.map((maker) => numbered.indexOf(maker));
const layout = { keys: rows.map((_, i) => String(i)), prompts: [[0, rows.length]] as [number, number][] };
const vectors = names.map((_, c) =>
  ranked(
    rows.map((row) => Number(row[c])),
    layout,
  ),
);
const space = centred(
  vectors,
  [],
  lineages,
  lineages.map((l) => [l]),
);
const kinds = new Map<string, { raw: number; residual: number }[]>();
for (let i = 0; i < names.length; i++)
  for (let j = 0; j < i; j++) {
    const same = model(names[i]!) === model(names[j]!);
    const kind = same
      ? "one model, other settings"
      : lineages[i] === lineages[j]
        ? "one maker, other models"
        : "two makers";
    kinds.set(kind, [...(kinds.get(kind) ?? []), { raw: space.raw(i, j), residual: space.residual(i, j) }]);
  }
const f = (value: number) => value.toFixed(2);
const range = (of: readonly number[]) =>
  `${f(of.reduce((a, b) => a + b, 0) / of.length)} (${f(Math.min(...of))} to ${f(Math.max(...of))})`;
const order = ["one model, other settings", "one maker, other models", "two makers"].filter((kind) => kinds.has(kind));
const line = (kind: string) => {
  const of = kinds.get(kind)!;
  return `| ${kind} | ${of.length} | ${range(of.map(({ raw }) => raw))} | ${range(of.map(({ residual }) => residual))} |`;
};
const auc = (what: "raw" | "residual") => {
  const cases = (kind: string) => kinds.get(kind)!.map((each) => ({ log10LR: each[what], weight: 1 }));
  return f(areaUnderCurve(cases(order[0]!), cases("two makers")));
};
const text = `Written by \`validation/preferences-judges.study.ts\` from labels (complete, evasive, denial) of ${rows.length} answers by ${names.length} settings of ${new Set(names.map(model)).size} models of ${numbered.length} makers.

| labels of two settings | pairs | raw correlation: mean (least to largest) | residual on the mean of other makers |
| --- | --- | --- | --- |
${order.map(line).join("\n")}

Area under the curve, one model against two makers: ${auc("raw")} raw, ${auc("residual")} residual.
`;
writeFileSync("validation/preferences-judges.tables.md", text);
process.stdout.write(text);
