/**
 * The studies behind `marks/present`, version 3, and `marks/inherited`, version 3. Writes marks-present.json,
 * marks-inherited.json with their tables beside itself. MARKED is filled by makers/marks/make_marked.py (transformers'
 * own processors), TRANSCRIPTS holds answers of models in words.
 *   npm run build && node validation/marks.study.ts --zoo ../shared/zoo --marked MARKED --transcripts TRANSCRIPTS --part presence
 *     [--stood validation/marks-present-2.json]
 *   node validation/marks.study.ts --zoo ../shared/zoo --marked MARKED --part inheritance --work DIR
 * Calibrations are kept under DIR as they are made: the second part goes on where it was stopped.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hex } from "../dist/base/bytes.js";
import { prng } from "../dist/base/prng.js";
import type { ValidationSummary } from "../dist/finding/validation.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { examinePresence } from "../dist/labs/marks/examine.js";
import { INHERITED, PRESENT } from "../dist/labs/marks/record/method.js";
import type { PresentObservations } from "../dist/labs/marks/record/observations.js";
import type { AssayMark } from "../dist/labs/marks/schemes/assay-scheme.js";
import { keyPaid } from "../dist/labs/marks/schemes/key-choice.js";
import { log10Tail, moments } from "../dist/labs/marks/schemes/law.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark, readMark } from "../dist/labs/marks/schemes/mark-file.js";
import { markerOf } from "../dist/labs/marks/schemes/marker.js";
import { type SynthIdMark, samplingTable } from "../dist/labs/marks/schemes/synthid-scheme.js";
import { calibrate, testInheritance } from "../dist/labs/marks/text/inheritance.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import { READINGS } from "../dist/labs/marks/text/readings.js";
import { type IdText, readTexts } from "../dist/labs/marks/text/texts.js";
import { textEncoder } from "../dist/model/beside/text-encoder.js";
import { readTranscript } from "../dist/transcript/read-transcript.js";
import { BigramModel, sampleTexts } from "../materials/texts/ngram-model.ts";
import { phrasesOf, withForm, withPhrases } from "../materials/texts/served-forms.ts";
import { strangersText } from "../materials/texts/table-stranger.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    marked: { type: "string" },
    transcripts: { type: "string" },
    part: { type: "string" },
    work: { type: "string", default: "marks-study-work" },
    students: { type: "string", default: "20" },
    /** Results of version 2, which no change since altered (marks-unchanged.study.ts): what is new is asked alone. */
    stood: { type: "string" },
  },
});
const draws = new TokenDraws();
/** Texts of a null finding, and of a calibrated transcript: what two cores bear in a minute. */
const NULL_TEXTS = 60;
const TRANSCRIPT_TEXTS = 300;
const V = 1024;
/** Keys of each form that answers in words are asked for. */
const WORDS_KEYS = 25;
const NONE = new Uint32Array(0);
const UNMARKED = ["base-training-text-plain", "base", "distilled", "independent-other-shape"];
const say = (text: string) => process.stderr.write(`${text}\n`);
const sample = (name: string): IdText[] =>
  readTexts(readFileSync(join(values.zoo!, "samples", `${name}.jsonl.gz`)), name, null);
const unmarked = UNMARKED.map((name) => ({ name, texts: sample(name) }));
const round = (x: number) => Math.round(x * 100) / 100;

/** Random keys of each scheme for the nulls. */
function nullMarks(perScheme: number, seed = "null keys"): Mark[] {
  const source = prng("assay/study/marks", seed);
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

/** One examination in which nobody should be accused: what kind, under which key, what it found. */
interface Null {
  kind: string;
  family: string;
  log10P: number;
}

/** @param found of the positives, where a finding asks more of them than that p is at most 10⁻⁶ */
const study = (
  method: { id: string; version: string },
  page: string,
  nulls: readonly Null[],
  positives: number[],
  found = positives.filter((p) => p <= -6).length,
) => {
  const accused = nulls.filter((n) => n.log10P <= -6);
  const families = (of: readonly Null[]) => new Set(of.map((n) => n.family)).size;
  const summary: ValidationSummary = {
    type: "assay/validation/v1",
    method: method.id,
    methodVersion: method.version,
    page,
    nulls: {
      pairs: nulls.length,
      families: families(nulls),
      accusedPairs: accused.length,
      accusedFamilies: families(accused),
    },
    positives: { pairs: positives.length, families: positives.length, foundPairs: found, foundFamilies: found },
  };
  const kinds = [...new Set(nulls.map((n) => n.kind))].map((kind) => {
    const of = nulls.filter((n) => n.kind === kind);
    const smallest = round(Math.min(...of.map((n) => n.log10P)));
    return {
      kind,
      pairs: of.length,
      families: families(of),
      accused: of.filter((n) => n.log10P <= -6).length,
      smallest,
    };
  });
  return {
    ...{ ...summary, kinds, nullLog10P: nulls.map((n) => round(n.log10P)) },
    positiveLog10P: positives.map(round),
  };
};
const foundIn = (ps: readonly number[]) => `${ps.filter((p) => p <= -6).length} | ${Math.max(...ps).toFixed(1)}`;
const kindsTable = (kinds: ReturnType<typeof study>["kinds"]) => [
  "",
  "## Every null of this study",
  "",
  "| kind | examinations | keys | accused | smallest log10 p |",
  "|---|---|---|---|---|",
  ...kinds.map((k) => `| ${k.kind} | ${k.pairs} | ${k.families} | ${k.accused} | ${k.smallest.toFixed(2)} |`),
];
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
function plainText(n: number): IdText {
  const all = unmarked.find(({ name }) => name === "base")!.texts;
  const start = (n * 24) % (all.length - 24);
  const ids = Uint32Array.from(all.slice(start, start + 24).flatMap((text) => Array.from(text.ids))).subarray(0, 1600);
  return { id: String(n), ids, promptIds: new Uint32Array(0) };
}

/** Strangers' text through one table, 25 other keys each: by table, what both laws say. */
function throughOneTable(nulls: Null[]): string[] {
  const lines = [
    "",
    "## Text that somebody else marked through the same SynthID table (3,000 tokens, 12 layers)",
    "",
    "| table's entries | strangers × other keys | accused by the law of independent draws alone | accused | smallest log10 p | strangers' own keys found |",
    "|---|---|---|---|---|---|",
  ];
  for (const size of [4096, 65_536]) {
    const source = prng("assay/study/marks", `strangers ${size}`);
    const made = () => {
      const key = Array.from({ length: 12 }, () => String((BigInt(source.uint32()) << 30n) | BigInt(source.uint32())));
      const parameters = { sampling_table_size: size };
      const common = { type: "assay/mark/v1", scheme: "synthid", variant: "transformers", vocabulary: V };
      return parseMark({ ...common, key, parameters }, "stranger") as SynthIdMark;
    };
    const table = samplingTable(made(), draws)!;
    const held: number[] = [];
    let free = 0;
    let found = 0;
    for (let n = 0; n < 40; n++) {
      const stranger = made();
      const ids = strangersText(stranger, table, draws, 3000, source);
      const texts = [{ id: "1", ids, promptIds: new Uint32Array(0) }];
      found += Number(testPresence(schemeOf(stranger, draws), texts, V).log10P <= -6);
      for (let k = 0; k < 25; k++) {
        const scheme = schemeOf(made(), draws);
        const { log10P, observations } = testPresence(scheme, texts, V);
        held.push(log10P);
        nulls.push({
          ...{ kind: "text that somebody else marked through the same SynthID table", log10P },
          family: `stranger ${size} ${n} ${k}`,
        });
        free += Number(log10Tail(scheme.law, observations.corpus.score, observations.corpus.tuples) <= -6);
      }
    }
    const accused = held.filter((p) => p <= -6).length;
    lines.push(`| ${size} | 40 × 25 | ${free} | ${accused} | ${Math.min(...held).toFixed(2)} | ${found} of 40 |`);
    say(`strangers ${size}: free ${free}, held ${accused}`);
  }
  return lines;
}

/** The key under a form whose lists have nothing to do with the first one's. */
function otherForm(mark: Mark): Mark {
  const common = { type: "assay/mark/v1", vocabulary: mark.vocabulary };
  if (mark.form === "synthid/transformers")
    return parseMark({ ...common, scheme: "synthid", variant: "reference", key: mark.key.map(String) }, "other");
  return parseMark(
    {
      ...{ ...common, scheme: "kgw", variant: "original", key: String(mark.key) },
      parameters: { gamma: 0.25, seeding_scheme: "algorithm-3" },
    },
    "other",
  );
}

/** Answers in words as a finding of them asks: in every reading that gives other ids, all of them paid for. */
function inWords(nulls: Null[]): string[] {
  const tokenizer = join(here, "../fixtures/demo/base/tokenizer.json");
  const encoder = textEncoder(readFileSync(tokenizer), tokenizer);
  const files = readdirSync(values.transcripts!)
    .filter((f) => f.endsWith(".jsonl.gz"))
    .sort();
  const byReadings = new Map<number, number[]>();
  for (const [n, mark] of nullMarks(WORDS_KEYS, "words").entries()) {
    const file = files[(n * 7) % files.length]!;
    const { records } = readTranscript(readFileSync(join(values.transcripts!, file)), file);
    const from = (n * 16) % (records.length - 8);
    const answers = records.slice(from, from + 8);
    const read = READINGS.map(({ name, of }) => ({
      name,
      texts: answers.map(({ text }, i) => ({
        id: String(i),
        ids: Uint32Array.from(encoder.encode(of(text))),
        promptIds: NONE,
      })),
    }));
    const ids = read.map(({ texts }) => texts.map((text) => Array.from(text.ids).join()).join("\n"));
    const readings = read.filter((_, i) => i > 0 && ids.indexOf(ids[i]!) === i);
    const artefact = (kind: "text" | "mark") => ({ name: kind, kind, root: `sha256:${"0".repeat(64)}` as const });
    const { observations } = examinePresence({
      ...{ texts: read[0]!.texts, readings, mark, validations: [], evidence: [] },
      artefacts: { text: artefact("text"), mark: artefact("mark") },
      software: { name: "assay", version: "", commit: "" },
    });
    const log10P = (observations as PresentObservations).key!.log10P.alone;
    nulls.push({ kind: "answers of models in words, in each of their readings", family: `words ${n}`, log10P });
    byReadings.set(readings.length + 1, [...(byReadings.get(readings.length + 1) ?? []), log10P]);
  }
  return [
    "",
    "## Answers of models in words, eight a finding, read by the demo's tokenizer",
    "",
    "| readings paid for | findings | p ≤ 0.05 | p ≤ 0.01 | smallest log10 p |",
    "|---|---|---|---|---|",
    ...[...byReadings]
      .sort(([a], [b]) => a - b)
      .map(
        ([many, ps]) =>
          `| ${many} | ${ps.length} | ${ps.filter((p) => p <= Math.log10(0.05)).length} | ${ps.filter((p) => p <= -2).length} | ${Math.min(...ps).toFixed(2)} |`,
      ),
  ];
}

/** What a finding has where nothing shows who chose the key. */
const undated = (mark: Mark, log10P: number) => keyPaid(mark, log10P, 1, null).log10P;

/** The study of version 2 with what version 3 pays for: its own nulls and positives, and answers in words besides. */
function presenceSince(): void {
  type Stood = ReturnType<typeof study>;
  const stood = JSON.parse(readFileSync(values.stood!, "utf8")) as Stood;
  const own = ["tournament", "biased"].flatMap((variant) =>
    Array.from({ length: 20 }, () =>
      parseMark({ type: "assay/mark/v1", scheme: "assay", variant, key: "0".repeat(64), vocabulary: V }, "own"),
    ),
  );
  // In the order in which they were asked: one file a key, then the own mark's two modes.
  const groups = ["kgw", "synthid"].map((group) => marked.filter((file) => file.startsWith(`${group}-`)));
  const marks = [
    ...groups.flatMap((files) => files.map((file) => readMark(readFileSync(join(values.marked!, file)), file))),
    ...own,
  ];
  if (marks.length !== stood.positiveLog10P.length) throw new Error(`expected 120 marks, got ${marks.length}`);
  const paid = stood.positiveLog10P.map((p, i) => undated(marks[i]!, p));
  const words: Null[] = [];
  const lines = inWords(words);
  const { pairs, families, accusedPairs, accusedFamilies } = stood.nulls;
  const more = study(PRESENT, stood.page, words, []);
  const found = paid.filter((p) => p <= -6).length;
  const result = {
    ...stood,
    methodVersion: PRESENT.version,
    nulls: {
      pairs: pairs + more.nulls.pairs,
      families: families + more.nulls.families,
      accusedPairs: accusedPairs + more.nulls.accusedPairs,
      accusedFamilies: accusedFamilies + more.nulls.accusedFamilies,
    },
    // Counted as found: those that stand whoever chose the key. Nulls are counted before that is paid for.
    positives: { ...stood.positives, foundPairs: found, foundFamilies: found },
    kinds: [...stood.kinds, ...more.kinds],
    nullLog10P: [...stood.nullLog10P, ...more.nullLog10P],
    positivePaidLog10P: paid.map(round),
  };
  const at = (name: string) => join(here, name);
  const [head, ...rest] = readFileSync(at("marks-present.tables.md"), "utf8").split("\n## Every null of this study\n");
  if (rest.length !== 1) throw new Error("marks-present.tables.md: expected the table of nulls once");
  const byGroup = [0, 40, 80, 100, 120].slice(0, 4).map((from, i) => paid.slice(from, [40, 80, 100, 120][i]));
  const names = ["transformers, kgw", "transformers, synthid", "own mark, tournament", "own mark, biased"];
  const table = [
    ...["", "## The same where nothing shows who chose the key", ""],
    ...["| made by | keys | found | weakest log10 p |", "|---|---|---|---|"],
    ...byGroup.map((ps, i) => `| ${names[i]} | ${ps.length} | ${foundIn(ps)} |`),
  ];
  const text = [head!.trimEnd(), ...table, ...lines, ...kindsTable(result.kinds)].join("\n");
  writeFileSync(at("marks-present.tables.md"), `${text}\n`);
  writeFileSync(at("marks-present.json"), `${JSON.stringify(result)}\n`);
  say("presence done");
}

function presence(): void {
  // Presence: 24 keys of each of 8 forms against four bodies of unmarked text.
  const nulls: Null[] = [];
  const byForm = new Map<string, number[]>();
  for (const [n, mark] of nullMarks(24).entries())
    for (const { texts } of unmarked) {
      const { log10P } = testPresence(schemeOf(mark, draws), texts.slice(0, NULL_TEXTS), V);
      nulls.push({ kind: "unmarked text of small models", family: `random ${n}`, log10P });
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
  const paid: number[] = [];
  tables.push(
    "",
    "## Marked text, one file a key",
    "",
    "| made by | keys | texts × tokens | found where a beacon drew the key | weakest log10 p | found where nothing shows who chose it | weakest log10 p |",
    "|---|---|---|---|---|---|---|",
  );
  const groups = new Map<string, string[]>();
  for (const file of marked) {
    const name = file.replace(".mark.json", "");
    const [, group, n] = /^(.*)-(\d+)$/.exec(name)!;
    if (Number(n) >= 100) continue;
    groups.set(group!, [...(groups.get(group!) ?? []), name]);
  }
  for (const [group, names] of groups) {
    const ps = names.map((name, n) => {
      const { mark, texts } = load(name);
      // Somebody else's marked text, and the same key read as another library's form: other draws altogether.
      const strangers = load(names[(n + 1) % names.length]!).texts;
      const asked = (kind: string, of: Mark, text: IdText[]) =>
        nulls.push({ kind, family: name, log10P: testPresence(schemeOf(of, draws), text, V).log10P });
      asked("text marked under another key of the same scheme", mark, strangers);
      asked("marked text, its key read as another form", otherForm(mark), texts);
      // The control of the power study, again: 1,600 tokens by the model whose text is marked.
      asked("unmarked text by the model whose text is marked", mark, [plainText(n)]);
      return testPresence(schemeOf(mark, draws), texts, V).log10P;
    });
    const { texts } = load(names[0]!);
    const after = ps.map((p, n) => undated(load(names[n]!).mark, p));
    positives.push(...ps);
    paid.push(...after);
    tables.push(
      `| transformers, ${group} | ${ps.length} | ${texts.length} × ${texts[0]!.ids.length} | ${foundIn(ps)} | ${foundIn(after)} |`,
    );
  }
  const base = new BigramModel(
    V,
    unmarked[0]!.texts.map(({ ids }) => ids),
  );
  for (const variant of ["tournament", "biased"] as const) {
    const source = prng("assay/study/marks", `own ${variant}`);
    let before: IdText[] | null = null;
    const after: number[] = [];
    const ps = Array.from({ length: 20 }, (_, k) => {
      const key = hex(Uint8Array.from({ length: 32 }, () => source.below(256)));
      const mark = parseMark(
        { type: "assay/mark/v1", scheme: "assay", variant, key, vocabulary: V },
        "own",
      ) as AssayMark;
      const texts = sampleTexts(base, `${variant} ${k}`, 8, 200, markerOf(mark, draws));
      const asked = (of: IdText[]) => testPresence(schemeOf(mark, draws), of, V).log10P;
      if (before !== null)
        nulls.push({
          ...{ kind: "text marked under another key of the same scheme", family: `own ${variant} ${k}` },
          log10P: asked(before),
        });
      before = texts;
      const log10P = asked(texts);
      after.push(undated(mark, log10P));
      return log10P;
    });
    positives.push(...ps);
    paid.push(...after);
    tables.push(`| own mark, ${variant}, bigram model | ${ps.length} | 8 × 200 | ${foundIn(ps)} | ${foundIn(after)} |`);
  }
  tables.push(...throughOneTable(nulls));
  tables.push(...inWords(nulls));
  // Counted as found: those that stand whoever chose the key. Nulls are counted before that is paid for.
  const result = {
    ...study(PRESENT, "validation/marks-present.md", nulls, positives, paid.filter((p) => p <= -6).length),
    positivePaidLog10P: paid.map(round),
  };
  tables.push(...kindsTable(result.kinds));
  writeFileSync(join(here, "marks-present.tables.md"), `${tables.join("\n")}\n`);
  writeFileSync(join(here, "marks-present.json"), `${JSON.stringify(result)}\n`);
  say("presence done");
}

/** What a calibration leaves, kept on disk: a key takes some 20 ms and there are 25,000. */
type Kept = Omit<ReturnType<typeof testInheritance>, "others" | "othersBySet" | "scored"> & {
  others: number[];
  othersBySet: number[][];
};

function calibrated(name: string, mark: Mark, texts: () => IdText[], seed: string): Kept {
  const path = join(values.work!, `${name}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const { others, othersBySet, scored, ...rest } = testInheritance(mark, texts(), draws, {
    ...{ keys: INHERITED.keys, seed, onProgress: () => undefined },
  });
  mkdirSync(values.work!, { recursive: true });
  const kept = { ...rest, others: Array.from(others), othersBySet: othersBySet.map((set) => Array.from(set)) };
  writeFileSync(path, JSON.stringify(kept));
  say(name);
  return kept;
}

/** Each of the first `count` other keys in turn as the claimant's; the remaining ones calibrate. */
function inTurn(mark: Mark, { sets, othersBySet }: Kept, count: number): number[] {
  const { law } = schemeOf(mark, draws);
  const names = new Uint32Array(0);
  return Array.from({ length: count }, (_, k) => {
    const own = sets.map(({ least, tuples }, s) => {
      const unit = Math.sqrt(tuples * moments(law).variance);
      const score = Math.round(tuples * moments(law).mean + othersBySet[s]![k]! * unit);
      return { least, tuples, score, names };
    });
    const rest = othersBySet.map((set) => Float64Array.from(set.filter((_, i) => i !== k)));
    return calibrate({ law }, own, rest).log10P;
  });
}

/** Lengths of forms, ids between blanks and in one, shares of answers; phrases, their length, how many an answer. */
const FORMS = { fixed: [100, 200, 400], every: [0, 12, 5, 3], blank: [1, 20], share: [1, 0.3] };
const PHRASES = [
  [30, 8, 4],
  [100, 8, 8],
  [30, 20, 4],
  [60, 5, 8],
  [60, 12, 8],
  [120, 5, 8],
  [10, 60, 1],
] as const;
const kindOfForm = (name: string) =>
  name.startsWith("phrases")
    ? "an unmarked model's answers with marked phrases"
    : "an unmarked model's answers with a marked form";

/** Answers of the zoo's unmarked base, to which its operator adds what the zoo's marked text holds. */
function servedForms(): { name: string; texts: IdText[] }[] {
  const answers = sample("base").slice(0, TRANSCRIPT_TEXTS);
  const joined = (name: string) => Uint32Array.from(sample(name).flatMap(({ ids }) => [...ids]));
  const [marked, filler] = [joined("base-training-text-marked"), joined("independent-other-shape")];
  const source = (name: string) => prng("assay/study/marks", name);
  const out: { name: string; texts: IdText[] }[] = [];
  for (const length of FORMS.fixed)
    for (const every of FORMS.every)
      for (const blank of every === 0 ? [0] : FORMS.blank)
        for (const share of FORMS.share) {
          const name = `form of ${length}, a blank of ${blank} every ${every}, in ${share}`;
          const form = { fixed: marked.subarray(0, length), every, blank, share };
          out.push({ name, texts: withForm(answers, form, filler, source(name)) });
        }
  for (const [count, length, each] of PHRASES) {
    const name = `phrases, ${count} of ${length}, ${each} an answer`;
    out.push({ name, texts: withPhrases(answers, phrasesOf(marked, count, length), each, source(name)) });
  }
  return out;
}

/** Other keys of a student that stand as nulls: of 20 students a hundred each. */
const STUDENT_NULLS = 100;

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
  const inheritedNulls: Null[] = [];
  tables.push(
    "",
    "## Inheritance on the zoo: the mark of `distilled-marked`, 1,000 other keys, first 300 answers",
    "",
    "| transcript | tuples | sets | the best set: in texts at least, tuples, z after calibration | log10 p, exact, paid for | rank of the true key | combined |",
    "|---|---|---|---|---|---|---|",
  );
  const inheritedPositives: number[] = [];
  for (const { name, texts } of [{ name: "distilled-marked", texts: sample("distilled-marked") }, ...unmarked]) {
    const result = calibrated(name, zoo, () => texts.slice(0, TRANSCRIPT_TEXTS), "assay-marks-1");
    const { best, sets, others } = result;
    tables.push(
      `| ${name} | ${sets[0]!.tuples} | ${sets.length} | ${best.least}, ${best.tuples}, ${best.calibrated.toFixed(2)} | ${result.log10PExact.toFixed(2)} | ${result.reaching + 1} of ${others.length + 1} | ${result.log10P.toFixed(2)} |`,
    );
    const isStudent = name === "distilled-marked";
    if (isStudent) inheritedPositives.push(result.log10P);
    else inheritedNulls.push({ kind: "unmarked transcripts, the student's key", family: "zoo", log10P: result.log10P });
    const kind = isStudent ? "a student of somebody else's mark" : "unmarked transcripts, random keys";
    for (const [k, log10P] of inTurn(zoo, result, INHERITED.keys).entries())
      inheritedNulls.push({ kind, family: `random ${k}`, log10P });
  }
  tables.push(
    "",
    "As the text grows: log10 p of the student, exact and paid for, of all tuples alone (as version 1 counted), and of a control's",
    "",
    "| answers | student | its best set: in texts at least | all tuples alone | `distilled` |",
    "|---:|---:|---:|---:|---:|",
  );
  for (const answers of [75, 150, 300, 600, 1200, 2048]) {
    const of = (name: string) =>
      calibrated(`first ${answers} of ${name}`, zoo, () => sample(name).slice(0, answers), "assay-marks-1");
    const [student, control] = [of("distilled-marked"), of("distilled")];
    tables.push(
      `| ${answers} | ${student.log10PExact.toFixed(1)} | ${student.best.least} | ${student.sets[0]!.log10P.toFixed(1)} | ${control.log10P.toFixed(2)} |`,
    );
  }
  for (const { name, texts } of servedForms()) {
    const { log10P, best } = calibrated(name, zoo, () => texts, "assay-marks-1");
    inheritedNulls.push({ kind: kindOfForm(name), family: "zoo", log10P });
    say(`${name}: ${log10P.toFixed(2)}, best at ${best.least}`);
  }
  // Students of counts, each trained on text marked under its own key by transformers' processor.
  const students = marked
    .filter((f) => /^kgw-1\d\d\./.test(f))
    .map((f) => f.replace(".mark.json", ""))
    .slice(0, Number(values.students));
  const studentPs: number[] = [];
  for (const name of students) {
    const { mark, texts } = load(name);
    const answers = () => {
      const student = new BigramModel(
        V,
        texts.map(({ ids }) => ids),
      );
      return sampleTexts(student, name, 100, 60);
    };
    const result = calibrated(name, mark, answers, name);
    studentPs.push(result.log10P);
    for (const [k, log10P] of inTurn(mark, result, STUDENT_NULLS).entries())
      inheritedNulls.push({ kind: "a student of somebody else's mark (counts)", family: `${name} ${k}`, log10P });
  }
  inheritedPositives.push(...studentPs);
  tables.push(
    "",
    `Students of counts (bigrams) trained on text marked under ${students.length} keys: ${studentPs.filter((p) => p <= -6).length} found, weakest log10 p ${Math.max(...studentPs).toFixed(1)}.`,
    "",
  );
  const result = study(INHERITED, "validation/marks-inherited.md", inheritedNulls, inheritedPositives);
  tables.push(...kindsTable(result.kinds));
  writeFileSync(join(here, "marks-inherited.json"), `${JSON.stringify(result)}\n`);
  writeFileSync(join(here, "marks-inherited.tables.md"), `${tables.join("\n")}\n`);
}

if (values.part !== "inheritance") (values.stood === undefined ? presence : presenceSince)();
else inheritance();
