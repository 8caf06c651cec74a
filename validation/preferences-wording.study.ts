/**
 * Wording of refusals, as the exhibit has it, between pairs of public models whose answers stand in a folder: how much two
 * of one documented line share, and strangers, and how often strangers stand above every stranger of the panel. Why wording
 * never decides. Models are not named; nothing here is a finding. A refusal is an answer that begins as REFUSES says.
 *
 *   npm run build && node validation/preferences-wording.study.ts FOLDER     (a folder with MODEL.jsonl.gz and lineage.json)
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { castOf } from "../dist/labs/preferences/residual/cast.js";
import { refusalWording } from "../dist/labs/preferences/residual/refusal-wording.js";
import { areaUnderCurve } from "../dist/stats/calibration.js";

const folder = process.argv[2] ?? "../shared/corpora/transcripts";
const REFUSES =
  /^\W*(i'm sorry|i am sorry|sorry,|i cannot|i can't|i can not|i apologi[sz]e|my apologies|as an ai|as a language model|i'm unable|i am unable|i'm just an ai|i do not have|i don't have|unfortunately)/i;
/** Answers of a model that may serve as an exhibit. */
const REFUSALS_LEAST = 10;
/** Every so many pairs of strangers are asked, so that the study takes a minute or two. */
const EVERY = 16;

interface Documented {
  base: Record<string, string[]>;
  tuned_from: string[][];
  same_model: string[][];
  taught_by: string[][];
}
const documented = JSON.parse(readFileSync(`${folder}/lineage.json`, "utf8")) as Documented;
const models = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl.gz"))
  .sort()
  .map((file) => {
    const rows = new Map<string, object>();
    for (const line of gunzipSync(readFileSync(`${folder}/${file}`))
      .toString()
      .split("\n")) {
      if (line === "") continue;
      const { prompt, text } = JSON.parse(line) as { prompt: number; text: string };
      const plain = text.replaceAll("’", "'");
      if (!REFUSES.test(plain)) continue;
      const row = { probe: "refusals", prompt: String(prompt), item: "answer", score: 2, length: null, format: null };
      rows.set(String(prompt), { ...row, refusal: plain });
    }
    return { name: file.replace(/\.jsonl\.gz$/, ""), table: { rows, template: null } };
  })
  .filter(({ table }) => table.rows.size >= REFUSALS_LEAST);
const names = models.map(({ name }) => name);
// One lineage is whatever any documented relation joins: a base, a tuning, the same weights, answers learned from.
const group = new Map(names.map((name) => [name, name]));
const join = (of: readonly string[]) => {
  const known = of.filter((name) => group.has(name));
  for (const name of known.slice(1)) {
    const [kept, gone] = [group.get(known[0]!)!, group.get(name)!];
    for (const [each, own] of group) if (own === gone) group.set(each, kept);
  }
};
const all = [...Object.values(documented.base), ...documented.tuned_from, ...documented.same_model];
for (const list of [...all, ...documented.taught_by]) join(list);
const groups = [...new Set(group.values())].map((one) => names.filter((name) => group.get(name) === one));
const near = [...documented.tuned_from, ...documented.same_model].map((pair) => pair.slice().sort().join("\n"));

const asked = { near: [] as Seen[], kin: [] as Seen[], strangers: [] as Seen[] };
type Seen = NonNullable<ReturnType<typeof refusalWording>>;
let at = 0;
for (let i = 0; i < names.length; i++)
  for (let j = 0; j < i; j++) {
    const kin = group.get(names[i]!) === group.get(names[j]!);
    const close = near.includes([names[i]!, names[j]!].sort().join("\n"));
    if (!close && at++ % EVERY !== 0) continue;
    const panel = models.filter((_, k) => k !== i && k !== j);
    const order = [models[i]!, models[j]!, ...panel];
    // All is documented but for what the question is: that the suspect belongs to the reference's line.
    const together = groups.map((one) => one.filter((name) => !kin || name !== names[j]));
    const lineage = { base: new Map(), data: new Map(), together, parameters: new Map(), rules: new Set<string>() };
    const seen = refusalWording(
      { tables: order.map(({ table }) => table) } as never,
      castOf(
        order.map(({ name }) => name),
        lineage,
      ),
    );
    if (seen) asked[close ? "near" : kin ? "kin" : "strangers"].push(seen);
  }
const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / Math.max(1, of.length);
const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
const line = (what: string, of: readonly Seen[]) => {
  const shares = of.map(({ share }) => share).sort((a, b) => a - b);
  const above = of.filter(({ share, panelMax }) => share > panelMax).length;
  const high = of.filter(({ share, reached }) => share > 0 && reached <= 0.05).length;
  return `| ${what} | ${of.length} | ${percent(mean(shares))} | ${percent(shares[Math.floor(0.95 * shares.length)] ?? 0)} | ${percent(shares.at(-1) ?? 0)} | ${high} | ${above} |`;
};
const cases = (of: readonly Seen[]) => of.map(({ share }) => ({ log10LR: share, weight: 1 }));
const text = `Written by \`validation/preferences-wording.study.ts\` from the refusals of ${names.length} models of ${groups.length} lines, by the words an answer begins with; ${[...models].map(({ table }) => table.rows.size).sort((a, b) => a - b)[names.length >> 1]} refusals a model in the middle. Of pairs that are not next of kin, every ${EVERY}th was asked.

| share of runs of five words in both and in no other line | pairs | mean | 95 % below | largest | above 95 % of the panel's unrelated pairs | above all of them |
| --- | --- | --- | --- | --- | --- | --- |
${line("same model or tuned from one another", asked.near)}
${line("one line otherwise", asked.kin)}
${line("strangers, as far as is documented", asked.strangers)}

Area under the curve, next of kin against strangers: ${areaUnderCurve(cases(asked.near), cases(asked.strangers)).toFixed(2)}.
`;
writeFileSync("validation/preferences-wording.tables.md", text);
process.stdout.write(text);
