/**
 * How often inner states of two models that nobody related stand above every unrelated pair of a panel, and what relatives
 * reach: small reward models trained whole and plain language models (`materials/makers/preference_states.py`, 50 independent
 * bases, 14 of them the panel), real encoders under code names (`materials/makers/real_models.py`), and random states as a control. States are
 * collected by the command's own code from ONNX files, once, beside the models. Nothing here is a finding.
 *
 *   npm run build && node validation/preferences-states.study.ts FOLDER [REAL]     (needs @huggingface/transformers)
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectStates } from "../dist/app/collect-states.js";
import { prng } from "../dist/base/prng.js";
import { type Compared, compared, formOf } from "../dist/labs/preferences/states/exhibit.js";
import { areaUnderCurve } from "../dist/stats/calibration.js";
import { upper95 } from "../dist/stats/clopper-pearson.js";
import { alignedForm, alignment } from "../dist/stats/kernel-alignment.js";
import { readPromptSet } from "../dist/transcript/prompt-set.js";
import { centredGram, readStates } from "../dist/transcript/states-file.js";

const [folder, real] = process.argv.slice(2);
if (!folder) throw new Error("expected the folder that materials/makers/preference_states.py filled");
const MEASURES = ["cka", "reef", "refusal"] as const;
type Measure = (typeof MEASURES)[number];
type Bar = Record<Measure, number>;
const prompts = readPromptSet(readFileSync("data/prompts/states-1.json"), "prompts");

/** Collected once, and read. */
async function statesOf(model: string, kept: string) {
  if (!existsSync(kept))
    await collectStates({
      endpoints: [{ url: `onnx:${model}`, out: kept }],
      prompts,
      chat: false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  return readStates(readFileSync(kept), kept);
}

interface Made {
  name: string;
  kind: string;
  base: string;
  /** Whether its base is one of the panel's. */
  half: "develop" | "judge";
  of?: string;
}
const listed = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Made[];
const made = [...listed("made.json"), ...listed("plain.json")];
mkdirSync(join(folder, "states"), { recursive: true });
const forms = new Map<string, ReturnType<typeof formOf>>();
for (const { name } of made)
  forms.set(name, formOf(await statesOf(join(folder, name), join(folder, "states", `${name}.states.json`))));
const pair = (a: string, b: string): Compared => compared(forms.get(a)!, forms.get(b)!);

const own = (half: Made["half"], kind = "own") =>
  made.filter((each) => each.kind === kind && each.half === half).map(({ name }) => name);
const among = (names: readonly string[]) => names.flatMap((a, i) => names.slice(0, i).map((b) => pair(a, b)));
const panel = among(own("develop"));
const strangers = among(own("judge"));
const of = (pairs: readonly Compared[], measure: Measure) => pairs.map((each) => each[measure]!);
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), -1);
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), 1);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const round = (value: number) => Math.round(1e4 * value) / 1e4;
const bar = Object.fromEntries(MEASURES.map((measure) => [measure, most(of(panel, measure))])) as Bar;

const KINDS = [
  ["int8", "its weights in eight bits"],
  ["base", "the base before any preference"],
  ["again", "trained on with other preferences"],
  ["same-base", "another reward model on its base, other preferences"],
  ["student", "another base that learned from its scores"],
  ["same-data", "another base that learned its own pairs"],
] as const;
const relatives = KINDS.map(([kind, words]) => ({
  kind,
  words,
  pairs: made.filter((each) => each.kind === kind).map(({ name, of: parent }) => pair(name, parent!)),
}));

const summary = {
  type: "assay/exhibit-rates/v1",
  page: "validation/preferences.md",
  made: "materials/makers/preference_states.py",
  prompts: prompts.length,
  bases: { panel: own("develop").length, judge: own("judge").length },
  strangers: Object.fromEntries(
    MEASURES.map((measure) => {
      const values = of(strangers, measure);
      const above = values.filter((value) => value > bar[measure]).length;
      const sorted = of(panel, measure).sort((a, b) => a - b);
      const high = values.filter((value) => value > sorted[Math.floor(0.95 * sorted.length)]!).length;
      const disjoint = Math.floor(own("judge").length / 2);
      return [
        measure,
        {
          pairs: values.length,
          above,
          aboveNinetyFive: high,
          mean: round(mean(values)),
          most: round(most(values)),
          panelMost: round(bar[measure]),
          // Whether any of the disjoint pairs would be: the unit of a false likeness is a pair of bases.
          upper95: above === 0 ? round(upper95(0, disjoint)) : null,
        },
      ];
    }),
  ),
  relatives: Object.fromEntries(
    relatives.map(({ kind, pairs }) => [
      kind,
      Object.fromEntries(
        MEASURES.map((measure) => {
          const values = of(pairs, measure);
          const above = values.filter((value) => value > bar[measure]).length;
          return [
            measure,
            {
              pairs: values.length,
              above,
              least: round(least(values)),
              mean: round(mean(values)),
              most: round(most(values)),
            },
          ];
        }),
      ),
    ]),
  ),
};

const cases = (values: readonly number[]) => values.map((log10LR) => ({ log10LR, weight: 1 }));
const number = (value: number) => value.toFixed(3);
const row = (words: string, pairs: readonly Compared[], above: Bar = bar) =>
  `| ${words} | ${pairs.length} | ${MEASURES.map((measure) => {
    const values = of(pairs, measure);
    return `${number(mean(values))} | ${number(least(values))} to ${number(most(values))} | ${values.filter((value) => value > above[measure]).length}`;
  }).join(" | ")} |`;

let text = `Written by \`validation/preferences-states.study.ts\` over the ${prompts.length} prompts of \`data/prompts/states-1.json\`. CKA: unbiased linear CKA, each point along the stream with the other model's most like it, mean over both. REEF: biased linear CKA of the two points most alike. Refusal: correlation of projections on each model's own refusal direction, over the same points.

## Small reward models of ${own("develop").length + own("judge").length} independent bases

The panel is ${panel.length} pairs of ${own("develop").length} reward models; "above" counts pairs above all of these. Of the other ${own("judge").length} bases all pairs were asked. Relatives are of eight of them.

| pair | pairs | CKA, mean | from, to | above | REEF, mean | from, to | above | refusal, mean | from, to | above |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${row("the panel itself", panel)}
${row("strangers", strangers)}
${relatives.map(({ words, pairs }) => row(words, pairs)).join("\n")}

Area under the curve against strangers, CKA, REEF, refusal: ${relatives.map(({ words, pairs }) => `${words} ${MEASURES.map((measure) => areaUnderCurve(cases(of(pairs, measure)), cases(of(strangers, measure))).toFixed(2)).join(", ")}`).join("; ")}.
`;

const plainPanel = among(own("develop", "plain"));
const plainBar = Object.fromEntries(MEASURES.map((measure) => [measure, most(of(plainPanel, measure))])) as Bar;
const fromZoo = (kind: string) =>
  made.filter((each) => each.kind === kind).map(({ name }) => ({ name, seen: pair(name, "zoo-base") }));
text += `
## Plain language models

The same bases before any preference, ${plainPanel.length} pairs as the panel, and models of one zoo beside the model \`base\` of it, by what their makers did.

| pair | pairs | CKA, mean | from, to | above | REEF, mean | from, to | above | refusal, mean | from, to | above |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${row("the panel itself", plainPanel, plainBar)}
${row("strangers", among(own("judge", "plain")), plainBar)}
${["derived", "apart"].flatMap((kind) => fromZoo(kind).map(({ name, seen }) => row(`${name.slice(4)}, ${kind === "derived" ? "made from `base`" : "not made from it"}`, [seen], plainBar))).join("\n")}
`;

/** Random states: two sets that have nothing to do with each other. */
function control(items: number, width: number) {
  const source = prng("validation/preferences-states", `${items} ${width}`);
  const draw = () => {
    const word = source.uint32();
    return ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + ((word >>> 24) & 255) - 510) / 147.8;
  };
  const drawn = Array.from({ length: 12 }, () =>
    alignedForm(centredGram(Array.from({ length: items }, () => Float64Array.from({ length: width }, draw))), items),
  );
  const pairs = drawn.flatMap((a, i) => drawn.slice(0, i).map((b) => [a, b] as const));
  return (["biased", "unbiased"] as const).map((kind) => pairs.map(([a, b]) => alignment(a, b, kind)));
}
text += `
## Random states

Normal draws, two sets that share nothing, 66 pairs a row. The biased form is high where prompts are few beside the width; the unbiased one is about nought.

| prompts | width | biased, mean | unbiased, mean | unbiased, most |
| --- | --- | --- | --- | --- |
${[16, 32, 128]
  .flatMap((items) => [64, 576, 2048].map((width) => ({ items, width, values: control(items, width) })))
  .map(
    ({ items, width, values: [biased, unbiased] }) =>
      `| ${items} | ${width} | ${number(mean(biased!))} | ${number(mean(unbiased!))} | ${number(most(unbiased!))} |`,
  )
  .join("\n")}
`;

/** Encoders as they ship: graph and vocabulary, laid out as a folder with no word beyond them. */
async function encoders(at: string) {
  const found = readdirSync(at, { withFileTypes: true })
    .filter((each) => each.isDirectory() && existsSync(join(at, each.name, "model.onnx")))
    .map(({ name }) => name)
    .sort();
  for (const name of found) {
    const own = join(at, name, "tokenizer.json");
    const tokenizer = existsSync(own) ? own : join(at, name.replace(/-.*$/, ""), "tokenizer.json");
    if (!existsSync(tokenizer)) continue;
    const laid = join(folder!, "real", name);
    mkdirSync(join(laid, "onnx"), { recursive: true });
    cpSync(join(at, name, "model.onnx"), join(laid, "onnx", "model.onnx"));
    cpSync(tokenizer, join(laid, "tokenizer.json"));
    writeFileSync(join(laid, "config.json"), JSON.stringify({ model_type: "bert" }));
    writeFileSync(join(laid, "tokenizer_config.json"), JSON.stringify({ tokenizer_class: "BertTokenizer" }));
    forms.set(name, formOf(await statesOf(laid, join(folder!, "states", `${name}.states.json`))));
  }
  return found.filter((name) => forms.has(name));
}
if (real) {
  const names = await encoders(real);
  const relation = (a: string, b: string): string =>
    a.replace(/-.*$/, "") === b.replace(/-.*$/, "")
      ? "one model, as it ships and in eight bits"
      : a.slice(0, 3) === b.slice(0, 3)
        ? "one maker, relation undocumented"
        : "no relation is documented";
  text += `
## Real encoders

${names.length} files under the code names of \`materials/makers/real_models.py\`, every pair of them. Where no relation is documented none is claimed, and none is denied: between several of these pairs the exact test of weights finds common weights ([weights-real-pairs.md](weights-real-pairs.md)).

| pair | what is documented | CKA | REEF | refusal |
| --- | --- | --- | --- | --- |
${names
  .flatMap((a, i) => names.slice(0, i).map((b) => ({ a, b, seen: pair(a, b) })))
  .sort((x, y) => y.seen.cka! - x.seen.cka!)
  .map(
    ({ a, b, seen }) =>
      `| ${b} / ${a} | ${relation(a, b)} | ${MEASURES.map((measure) => number(seen[measure]!)).join(" | ")} |`,
  )
  .join("\n")}
`;
}
writeFileSync("validation/preferences-states.json", `${JSON.stringify(summary, null, 2)}\n`);
writeFileSync("validation/preferences-states.tables.md", text);
process.stdout.write(text);
