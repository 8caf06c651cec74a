/**
 * Marked text that was changed between writing and reading as editors and platforms change it: what the text as given
 * shows, and what the best of the product's readings shows, all of them paid.
 *   npm run build && node validation/marks-readings.study.ts --zoo ../shared/zoo
 * A student of counts of the zoo's texts, into which accents, quotes, dashes and dots were put, writes 400 tokens; each
 * next id is the best of four of its draws under the mark. Ten keys a mark, three texts a key. Found: p at most 10^-6, over
 * the draw of the key, nothing paid for its choice. Writes marks-readings.json and its table.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Tokenizer } from "@huggingface/tokenizers";
import { prng } from "../dist/base/prng.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { examineMarks } from "../dist/labs/marks/desk/examine-marks.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import { readTexts } from "../dist/labs/marks/text/texts.js";
import { textEncoder } from "../dist/model/beside/text-encoder.js";
import { lower95 } from "../dist/stats/clopper-pearson.js";
import { CountsModel } from "../materials/texts/counts-model.ts";

const { values } = parseArgs({ options: { zoo: { type: "string", default: "../shared/zoo" } } });
const KEYS = 10;
const EACH = 3;
const TOKENS = 400;
const TAUGHT = 600;
const AMONG = 4;
const V = 1024;
const MARKS = [
  { name: "vLLM gumbel, 4 ids", scheme: "gumbel", variant: "vllm" },
  { name: "SBW self-hash, γ ½", scheme: "sbw", variant: "vllm", parameters: { scheme: "selfhash" } },
  { name: "KGW lefthash, γ ¼", scheme: "kgw", variant: "transformers" },
] as const;
/** So many letters, quotes and words are made what models of other languages and of newspapers write. */
function dressed(text: string, seed: string): string {
  const source = prng("assay/study/marks-readings", seed);
  const one = (n: number) => source.below(n) === 0;
  return text
    .replace(/[eaou]/g, (letter) => (one(6) ? { e: "é", a: "à", o: "ö", u: "ü" }[letter]! : letter))
    .replace(/ /g, () => (one(25) ? (one(2) ? ' "' : '" ') : one(60) ? " -- " : one(90) ? "... " : " "))
    .replace(/[0-9]/g, (digit) => (one(2) ? "½" : digit))
    .replace(/m/g, () => (one(12) ? "m²" : "m"));
}
let quote = 0;
const DASHES = "the same, dashes and dots too";
const every = (n: number) => (match: string, at: number) => (at % n === 0 ? `\u200B${match}` : match);
const CHANGES: Readonly<Record<string, (text: string) => string>> = {
  "nothing (read again from its text)": (t) => t,
  "composed (NFC)": (t) => t.normalize("NFC"),
  "decomposed (NFD)": (t) => t.normalize("NFD"),
  "compatibility form (NFKC)": (t) => t.normalize("NFKC"),
  "quotes and apostrophes curled": (t) => t.replace(/"/g, () => (quote++ % 2 ? "”" : "“")).replace(/'/g, "’"),
  [DASHES]: (t) =>
    t
      .replace(/"/g, () => (quote++ % 2 ? "”" : "“"))
      .replace(/'/g, "’")
      .replace(/--/g, "—")
      .replace(/\.\.\./g, "…"),
  "one space in four no-break": (t) => t.replace(/ /g, (s, at) => (at % 4 === 0 ? "\u00A0" : s)),
  "line feeds to CR LF": (t) => t.replace(/\n/g, "\r\n"),
  "zero-width spaces put in": (t) => t.replace(/[a-z]/g, every(20)),
  "white space folded to one space": (t) => t.replace(/\s+/g, " ").trim(),
  "small letters throughout": (t) => t.toLowerCase(),
};

const path = join(values.zoo, "models/base/tokenizer.json");
const bytes = readFileSync(path);
const encoder = textEncoder(bytes, path);
const decoder = new Tokenizer(JSON.parse(bytes.toString("utf8")), {});
const plain = readTexts(readFileSync(join(values.zoo, "samples/base.jsonl.gz")), "base", null).slice(0, TAUGHT);
const taught = plain.map(({ ids }, i) => encoder.encode(dressed(decoder.decode(Array.from(ids)), String(i))));
const model = new CountsModel(V, 2, taught);
const draws = new TokenDraws();
const none = new Uint32Array(0);
const work = mkdtempSync(join(tmpdir(), "assay-readings-"));
process.once("exit", () => rmSync(work, { recursive: true, force: true }));

interface Row {
  mark: string;
  change: string;
  texts: number;
  found: { given: number; read: number; low: number };
  median: { given: number; read: number };
  /** By name, how often each reading spoke. */
  spoke: Record<string, number>;
}
const rows: Row[] = [];
const median = (of: number[]) => of.toSorted((a, b) => a - b)[of.length >> 1]!;

async function asked(text: string, mark: object) {
  const at = (name: string) => join(work, name);
  writeFileSync(at("texts.jsonl"), `${JSON.stringify({ text })}\n`);
  writeFileSync(at("mark.json"), JSON.stringify(mark));
  const given = { texts: at("texts.jsonl"), mark: at("mark.json"), tokenizer: path };
  const { findings } = await examineMarks(given, false, []);
  const { key, reading } = findings[0]!.observations as {
    key: { log10P: { alone: number } };
    reading?: { name: string };
  };
  return { log10P: key.log10P.alone, name: reading?.name ?? "as given" };
}

/** One key's texts: log10 p as given and by the best reading, and which reading that was. */
async function cell(mark: object, texts: readonly string[], change: (text: string) => string) {
  const parsed = parseMark(mark, "study");
  const ps: { given: number; read: number; name: string }[] = [];
  for (const text of texts) {
    const changed = change(text);
    const ids = Uint32Array.from(encoder.encode(changed));
    const given = testPresence(schemeOf(parsed, draws), [{ id: "1", ids, promptIds: none }], V).log10P;
    const { log10P: read, name } = await asked(changed, mark);
    ps.push({ given, read, name });
  }
  return ps;
}

function row(mark: string, change: string, ps: Awaited<ReturnType<typeof cell>>): Row {
  const of = (which: "given" | "read") => ps.map((p) => p[which]);
  const found = (which: "given" | "read") => of(which).filter((p) => p <= -6).length;
  const spoke: Record<string, number> = {};
  for (const { name } of ps) spoke[name] = (spoke[name] ?? 0) + 1;
  return {
    ...{ mark, change, texts: ps.length, spoke },
    found: { given: found("given"), read: found("read"), low: lower95(found("read"), ps.length) },
    median: { given: median(of("given")), read: median(of("read")) },
  };
}

for (const { name, ...form } of MARKS) {
  const perKey = Array.from({ length: KEYS }, (_, k) => {
    const key = prng("assay/study/marks-readings", `${name} ${k}`).uint32() >>> 1;
    const mark = { type: "assay/mark/v1", ...form, key: String(key | 1), vocabulary: V };
    const scheme = schemeOf(parseMark(mark, "study"), draws);
    const best = (ids: readonly number[], draw: () => number) => {
      if (ids.length < 4) return draw();
      const tried = Array.from({ length: AMONG }, draw);
      const at = Int32Array.of(ids.length);
      const scores = tried.map((token) => {
        const all = Uint32Array.from([...ids, token]);
        return scheme.scores(all, at, scheme.names(all, at))[0]!;
      });
      return tried[scores.indexOf(Math.max(...scores))]!;
    };
    const texts = model.sample(`${name} ${k}`, EACH, TOKENS, best).map(({ ids }) => decoder.decode(Array.from(ids)));
    return {
      mark,
      texts,
      unmarked: model.sample(`${name} ${k} unmarked`, EACH, TOKENS).map(({ ids }) => decoder.decode(Array.from(ids))),
    };
  });
  const all = async (what: string, change: (text: string) => string, of: "texts" | "unmarked") => {
    const ps: Awaited<ReturnType<typeof cell>> = [];
    for (const { mark, [of]: texts } of perKey) ps.push(...(await cell(mark, texts, change)));
    rows.push(row(name, what, ps));
  };
  for (const [what, change] of Object.entries(CHANGES)) await all(what, change, "texts");
  await all("control: not marked, quotes, dashes and dots changed", CHANGES[DASHES]!, "unmarked");
  process.stderr.write(`${name}\n`);
}

const here = new URL(".", import.meta.url).pathname;
writeFileSync(join(here, "marks-readings.json"), `${JSON.stringify(rows, null, 1)}\n`);
let table = `# Marked text, changed before it was read

Written by \`validation/marks-readings.study.ts\`. ${KEYS * EACH} texts of ${TOKENS} tokens a row under ${KEYS} keys, by a student of counts into whose texts accents, quotes, dashes and dots were put. As given: the changed text alone. Best reading: what \`assay examine marks\` says of the words, each reading that gives other ids asked and paid for. Found: p at most 10⁻⁶ over the draw of the key, nothing paid for its choice; the bound is the lower 95 % one (Clopper–Pearson).
`;
for (const { name } of MARKS) {
  table += `\n## ${name}\n\n| changed | found as given | median log10 p | found by the best reading | median log10 p |\n|---|---|---|---|---|\n`;
  for (const { change, texts, found, median: m } of rows.filter((row) => row.mark === name))
    table += `| ${change} | ${found.given} of ${texts} | ${m.given.toFixed(1)} | ${found.read} of ${texts} (${Math.round(100 * found.low)} % and more) | ${m.read.toFixed(1)} |\n`;
}
writeFileSync(join(here, "marks-readings.tables.md"), table);
