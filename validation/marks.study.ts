/**
 * The studies behind `marks/present` and `marks/inherited`, version 1. Writes marks-present.json, marks-inherited.json
 * with their tables beside itself. MARKED is filled by makers/marks/make_marked.py (transformers' own processors).
 *   npm run build && node validation/marks.study.ts --zoo ../shared/zoo --marked MARKED --part presence
 *   node validation/marks.study.ts --zoo ../shared/zoo --marked MARKED --part inheritance
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hex } from "../dist/base/bytes.js";
import { prng } from "../dist/base/prng.js";
import type { ValidationSummary } from "../dist/finding/validation.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import type { AssayMark } from "../dist/labs/marks/assay-scheme.js";
import { calibrate, testInheritance } from "../dist/labs/marks/inheritance.js";
import { moments } from "../dist/labs/marks/law.js";
import { schemeOf } from "../dist/labs/marks/make-scheme.js";
import { type Mark, parseMark, readMark } from "../dist/labs/marks/mark-file.js";
import { markerOf } from "../dist/labs/marks/marker.js";
import { INHERITED, PRESENT } from "../dist/labs/marks/method.js";
import { testPresence } from "../dist/labs/marks/present.js";
import { type IdText, readTexts } from "../dist/labs/marks/texts.js";
import { BigramModel, sampleTexts } from "./study/ngram-model.ts";

const { values } = parseArgs({
  options: { zoo: { type: "string" }, marked: { type: "string" }, part: { type: "string" } },
});
const draws = new TokenDraws();
/** Texts of a null finding, and of a calibrated transcript: what two cores bear in a minute. */
const NULL_TEXTS = 60;
const TRANSCRIPT_TEXTS = 300;
const V = 1024;
const UNMARKED = ["base-training-text-plain", "base", "distilled", "independent-other-shape"];
const say = (text: string) => process.stderr.write(`${text}\n`);
const sample = (name: string): IdText[] =>
  readTexts(readFileSync(join(values.zoo!, "samples", `${name}.jsonl.gz`)), name, null);
const unmarked = UNMARKED.map((name) => ({ name, texts: sample(name) }));
const round = (x: number) => Math.round(x * 100) / 100;

/** Random keys of each scheme for the nulls. */
function nullMarks(perScheme: number): Mark[] {
  const source = prng("assay/study/marks", "null keys");
  const int = () => String((source.uint32() >>> 1) | 1);
  const secret = () => hex(Uint8Array.from({ length: 32 }, () => source.below(256)));
  const forms: (() => object)[] = [
    () => ({ scheme: "kgw", variant: "transformers", key: int() }),
    () => ({ scheme: "kgw", variant: "original", key: int(), parameters: { seeding_scheme: "selfhash" } }),
    () => ({ scheme: "synthid", variant: "transformers", key: Array.from({ length: 30 }, int) }),
    () => ({ scheme: "synthid", variant: "reference", key: Array.from({ length: 30 }, int) }),
    () => ({ scheme: "unigram", variant: "original", key: int() }),
    () => ({ scheme: "gumbel", variant: "markllm", key: int(), parameters: { prefix_length: 1 } }),
    () => ({ scheme: "assay", variant: "tournament", key: secret() }),
    () => ({ scheme: "assay", variant: "biased", key: secret() }),
  ];
  return forms.flatMap((make) =>
    Array.from({ length: perScheme }, () => parseMark({ type: "assay/mark/v1", vocabulary: V, ...make() }, "null")),
  );
}

const study = (
  method: { id: string; version: string },
  page: string,
  nulls: number[],
  families: number,
  positives: number[],
) => {
  const found = positives.filter((p) => p <= -6).length;
  const accused = nulls.filter((p) => p <= -6).length;
  const summary: ValidationSummary = {
    type: "assay/validation/v1",
    method: method.id,
    methodVersion: method.version,
    page,
    nulls: { pairs: nulls.length, families, accusedPairs: accused, accusedFamilies: accused },
    positives: { pairs: positives.length, families: positives.length, foundPairs: found, foundFamilies: found },
  };
  return { ...summary, nullLog10P: nulls.map(round), positiveLog10P: positives.map(round) };
};
const here = new URL(".", import.meta.url).pathname;
const tables: string[] = ["# Tables of the marks study", "", "Written by `validation/marks.study.ts`.", ""];

const marked =
  values.marked && existsSync(values.marked)
    ? readdirSync(values.marked)
        .filter((f) => f.endsWith(".mark.json"))
        .sort()
    : [];
const load = (name: string) => ({
  mark: readMark(readFileSync(join(values.marked!, `${name}.mark.json`)), name),
  texts: readTexts(readFileSync(join(values.marked!, `${name}.jsonl.gz`)), name, null),
});
function presence(): void {
  // Presence: 24 keys of each of 8 forms against four bodies of unmarked text.
  const nulls: number[] = [];
  const byForm = new Map<string, number[]>();
  for (const mark of nullMarks(24))
    for (const { texts } of unmarked) {
      const { log10P } = testPresence(schemeOf(mark, draws), texts.slice(0, NULL_TEXTS), V);
      nulls.push(log10P);
      byForm.set(mark.form, [...(byForm.get(mark.form) ?? []), log10P]);
    }
  say("nulls of presence done");
  tables.push(
    `## Unmarked text under random keys (one finding a key and body of ${NULL_TEXTS} texts)`,
    "",
    "| form | findings | p ≤ 0.05 | p ≤ 0.01 | smallest log10 p |",
    "|---|---|---|---|---|",
  );
  for (const [form, ps] of byForm)
    tables.push(
      `| ${form} | ${ps.length} | ${ps.filter((p) => p <= Math.log10(0.05)).length} | ${ps.filter((p) => p <= -2).length} | ${Math.min(...ps).toFixed(2)} |`,
    );

  // Positives: one file a key; made by the originals, and by the own mark on an n-gram model.
  const positives: number[] = [];
  tables.push(
    "",
    "## Marked text, one file a key",
    "",
    "| made by | keys | texts × tokens | found | weakest log10 p |",
    "|---|---|---|---|---|",
  );
  const groups = new Map<string, string[]>();
  for (const file of marked) {
    const name = file.replace(".mark.json", "");
    const [, group, n] = /^(.*)-(\d+)$/.exec(name)!;
    if (Number(n) >= 100) continue;
    groups.set(group!, [...(groups.get(group!) ?? []), name]);
  }
  for (const [group, names] of groups) {
    const ps = names.map((name) => {
      const { mark, texts } = load(name);
      return testPresence(schemeOf(mark, draws), texts, V).log10P;
    });
    const { texts } = load(names[0]!);
    positives.push(...ps);
    tables.push(
      `| transformers, ${group} | ${ps.length} | ${texts.length} × ${texts[0]!.ids.length} | ${ps.filter((p) => p <= -6).length} | ${Math.max(...ps).toFixed(1)} |`,
    );
  }
  const base = new BigramModel(
    V,
    unmarked[0]!.texts.map(({ ids }) => ids),
  );
  for (const variant of ["tournament", "biased"] as const) {
    const source = prng("assay/study/marks", `own ${variant}`);
    const ps = Array.from({ length: 20 }, (_, k) => {
      const key = hex(Uint8Array.from({ length: 32 }, () => source.below(256)));
      const mark = parseMark(
        { type: "assay/mark/v1", scheme: "assay", variant, key, vocabulary: V },
        "own",
      ) as AssayMark;
      const texts = sampleTexts(base, `${variant} ${k}`, 8, 200, markerOf(mark, draws));
      return testPresence(schemeOf(mark, draws), texts, V).log10P;
    });
    positives.push(...ps);
    tables.push(
      `| own mark, ${variant}, bigram model | ${ps.length} | 8 × 200 | ${ps.filter((p) => p <= -6).length} | ${Math.max(...ps).toFixed(1)} |`,
    );
  }
  writeFileSync(join(here, "marks-present.tables.md"), `${tables.join("\n")}\n`);
  writeFileSync(
    join(here, "marks-present.json"),
    `${JSON.stringify(study(PRESENT, "validation/marks-present.md", nulls, 24 * 8, positives))}\n`,
  );
  say("presence done");
}

function inheritance(): void {
  // Inheritance: on each unmarked body, each of 1,000 keys in turn is the claimant's and the others calibrate.
  const zoo = parseMark(
    {
      type: "assay/mark/v1",
      scheme: "kgw",
      variant: "original",
      key: 15485863,
      vocabulary: V,
      parameters: { gamma: 0.25, seeding_scheme: "simple_1" },
    },
    "zoo",
  );
  const inheritedNulls: number[] = [];
  tables.push(
    "",
    "## Inheritance on the zoo: the mark of `distilled-marked`, 1,000 other keys, first 300 answers",
    "",
    "| transcript | tuples | z | mean, sd of other keys | log10 p, exact | rank of the true key | combined |",
    "|---|---|---|---|---|---|---|",
  );
  const inheritedPositives: number[] = [];
  for (const { name, texts } of [{ name: "distilled-marked", texts: sample("distilled-marked") }, ...unmarked]) {
    const result = testInheritance(zoo, texts.slice(0, TRANSCRIPT_TEXTS), draws, {
      keys: INHERITED.keys,
      seed: "assay-marks-1",
      onProgress: () => undefined,
    });
    const { others, tuples } = result;
    const mean = others.reduce((a, b) => a + b, 0) / others.length;
    const sd = Math.sqrt(others.reduce((a, z) => a + (z - mean) ** 2, 0) / (others.length - 1));
    tables.push(
      `| ${name} | ${tuples} | ${result.deviations.toFixed(2)} | ${mean.toFixed(3)}, ${sd.toFixed(3)} | ${result.log10PExact.toFixed(2)} | ${result.reaching + 1} of ${others.length + 1} | ${result.log10P.toFixed(2)} |`,
    );
    if (name === "distilled-marked") inheritedPositives.push(result.log10P);
    else {
      const { law } = schemeOf(zoo, draws);
      const unit = Math.sqrt(tuples * moments(law).variance);
      for (let k = 0; k < others.length; k++) {
        const rest = others.filter((_, i) => i !== k);
        const score = Math.round(tuples * moments(law).mean + others[k]! * unit);
        inheritedNulls.push(calibrate({ law }, { tuples, score }, rest).log10P);
      }
    }
    say(name);
  }
  // Students of counts, each trained on text marked under its own key by transformers' processor.
  const students = marked.filter((f) => /^kgw-1\d\d\./.test(f)).map((f) => f.replace(".mark.json", ""));
  const studentPs: number[] = [];
  for (const name of students) {
    const { mark, texts } = load(name);
    const student = new BigramModel(
      V,
      texts.map(({ ids }) => ids),
    );
    const answers = sampleTexts(student, name, 100, 60);
    const { log10P } = testInheritance(mark, answers, draws, {
      keys: INHERITED.keys,
      seed: name,
      onProgress: () => undefined,
    });
    studentPs.push(log10P);
    say(`${name} ${log10P}`);
  }
  inheritedPositives.push(...studentPs);
  tables.push(
    "",
    `Students of counts (bigrams) trained on text marked under ${students.length} keys: ${studentPs.filter((p) => p <= -6).length} found, weakest log10 p ${Math.max(...studentPs).toFixed(1)}.`,
    "",
  );
  writeFileSync(
    join(here, "marks-inherited.json"),
    `${JSON.stringify(study(INHERITED, "validation/marks-inherited.md", inheritedNulls, INHERITED.keys, inheritedPositives))}\n`,
  );
  writeFileSync(join(here, "marks-inherited.tables.md"), `${tables.join("\n")}\n`);
}

if (values.part !== "inheritance") presence();
else inheritance();
