/**
 * Power of marks/present and marks/inherited on text that serving engines' own functions marked, beside this project's own
 * marks (a small trained model of the zoo; materials/makers/marks/make_engine_marked.py). What is asked is the product's
 * own finding, all multiplicity paid, at 10^-6; bounds are Clopper–Pearson's over the texts of a cell, each of 95 %.
 *   node validation/marks-engines.study.ts --zoo ../shared/zoo --marked MARKED
 * writes marks-engines.json, its table and a drawing. `--redraw` makes the last two from the first; with --schemes and --what
 * some rows alone are measured, in the place of those that stand.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import * as Plot from "@observablehq/plot";
import { type Prng, prng } from "../dist/base/prng.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { INHERITED } from "../dist/labs/marks/record/method.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { type Mark, readMark } from "../dist/labs/marks/schemes/mark-file.js";
import { testInheritance } from "../dist/labs/marks/text/inheritance.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import { readTexts } from "../dist/labs/marks/text/texts.js";
import { textEncoder } from "../dist/model/beside/text-encoder.js";
import { BLUE, draw, GREY, ORANGE } from "../dist/report/figures/drawing.js";
import { lower95, upper95 } from "../dist/stats/clopper-pearson.js";
import { CountsModel } from "../materials/texts/counts-model.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    marked: { type: "string" },
    keys: { type: "string", default: "10" },
    taught: { type: "string", default: "3" },
    schemes: { type: "string" },
    what: { type: "string" },
    redraw: { type: "boolean", default: false },
  },
});
const SCHEMES: Readonly<Record<string, string>> = {
  "gumbel-vllm": "vLLM gumbel, 4 ids",
  "dual-gumbel-vllm": "vLLM dual_key_gumbel, 4 ids, α .1",
  "sbw-selfhash": "SBW self-hash, γ ½, δ 2",
  "sbw-lefthash": "SBW left-hash, γ ½, δ 2",
  "gumbel-textseal": "TextSeal Gumbel-max, 2 ids",
  "kgw-textseal": "TextSeal green list, 2 ids, γ ½, δ 2",
  "assay-tournament": "own mark, tournament, 4 ids, 30 layers",
  "assay-biased": "own mark, biased, 1 id, γ ¼, δ 2",
};
const V = 1024;
const LONG = 200;
/** Texts of a key that a cell takes. */
const EACH = 3;
const STUDENT = { texts: 100, tokens: 60 } as const;

interface Row {
  scheme: string;
  what: string;
  x: number;
  texts: number;
  keys: number;
  found: number;
  low: number;
  high: number;
  median: number;
  weakest: number;
}
const here = new URL(".", import.meta.url).pathname;
const stored = join(here, "marks-engines.json");
const inPart = values.schemes !== undefined || values.what !== undefined;
const rows: Row[] = values.redraw || inPart ? (JSON.parse(readFileSync(stored, "utf8")) as Row[]) : [];
const wanted = (what: string) => values.what === undefined || values.what === what;

function measure(): void {
  const draws = new TokenDraws();
  const none = new Uint32Array(0);
  const plain = readTexts(readFileSync(join(values.zoo!, "samples/base.jsonl.gz")), "base", null).map(({ ids }) => ids);
  const tokens = plain.flatMap((ids) => Array.from(ids));
  const encoder = textEncoder(readFileSync(join(values.zoo!, "models/base/tokenizer.json")), "tokenizer.json");
  const chance = (source: Prng) => source.uint32() / 2 ** 32;
  const other = (source: Prng) => tokens[source.below(tokens.length)]!;
  const edits: Record<string, (ids: Uint32Array, share: number, source: Prng) => Uint32Array> = {
    replaced: (ids, share, source) => ids.map((id) => (chance(source) < share ? other(source) : id)),
    deleted: (ids, share, source) => ids.filter(() => chance(source) >= share),
    inserted: (ids, share, source) =>
      Uint32Array.from(Array.from(ids).flatMap((id) => (chance(source) < share ? [id, other(source)] : [id]))),
  };
  const schemes = Object.keys(SCHEMES).filter((name) => values.schemes?.split(",").includes(name) ?? true);
  for (const scheme of schemes) {
    const source = prng("assay/study/marks-engines", scheme);
    const files = Array.from({ length: Number(values.keys) }, (_, n) => {
      const path = join(values.marked!, `${scheme}-${n}`);
      const bytes = readFileSync(`${path}.jsonl.gz`);
      return {
        n,
        mark: readMark(readFileSync(`${path}.mark.json`), scheme),
        texts: readTexts(bytes, scheme, null).map(({ ids }) => ids),
        again: () => readTexts(withoutIds(bytes), scheme, encoder.encode).map(({ ids }) => ids),
      };
    });
    type File = (typeof files)[number];
    const unmarked = (at: number, length: number) => {
      const from = (at * 7919) % (tokens.length - length);
      return Uint32Array.from(tokens.slice(from, from + length));
    };
    const asked = (mark: Mark, texts: readonly Uint32Array[]) =>
      testPresence(
        schemeOf(mark, draws),
        texts.map((ids, i) => ({ id: String(i), ids, promptIds: none })),
        V,
      ).log10P;
    const cell = (
      what: string,
      x: number,
      of: (file: File, i: number) => readonly Uint32Array[],
      as: (mark: Mark) => Mark = (mark) => mark,
    ) =>
      wanted(what) &&
      note(
        scheme,
        what,
        x,
        files.length,
        files.flatMap((file) => Array.from({ length: EACH }, (_, i) => asked(as(file.mark), of(file, i)))),
      );
    const two = ({ texts }: File, i: number) => [texts[2 * i]!, texts[2 * i + 1]!];
    cell("length", 100, ({ texts }, i) => [texts[i]!.subarray(0, 100)]);
    cell("length", 200, ({ texts }, i) => [texts[i]!]);
    cell("length", 400, two);
    for (const [what, edit] of Object.entries(edits))
      for (const share of [0.1, 0.2, 0.3])
        cell(what, share, (file, i) => two(file, i).map((ids) => edit(ids, share, source)));
    const diluted = ({ texts, n }: File, i: number) => {
      const rest = unmarked(3 * n + i, 9 * LONG);
      return [Uint32Array.from([...rest.subarray(0, 4 * LONG), ...texts[i]!, ...rest.subarray(4 * LONG)])];
    };
    cell("diluted", 0.1, diluted);
    cell("diluted by texts", 0.1, (file, i) => [
      ...two(file, i),
      ...Array.from({ length: 18 }, (_, k) => unmarked(100 * (3 * file.n + i) + k, LONG)),
    ]);
    if (scheme === "sbw-lefthash") cell("diluted, repeated contexts scored", 0.1, diluted, scoringRepeats);
    const read = files.map((file) => file.again());
    cell("read again", 400, ({ n }, i) => [read[n]![2 * i]!, read[n]![2 * i + 1]!]);
    cell("unmarked", 2000, ({ n }, i) => [unmarked(3 * n + i, 2000)]);
    for (const width of wanted("inherited") ? [1, 4] : []) {
      const ps = files.slice(0, Number(values.taught)).map(({ mark, texts, n }) => {
        const student = new CountsModel(V, width, texts);
        const answers = student.sample(`${scheme} ${n} ${width}`, STUDENT.texts, STUDENT.tokens);
        const settings = { keys: INHERITED.keys, seed: `${scheme} ${n}`, onProgress: () => undefined };
        return testInheritance(mark, answers, draws, settings).log10P;
      });
      note(scheme, "inherited", width, ps.length, ps);
    }
    process.stderr.write(`${scheme} done\n`);
    writeFileSync(stored, `${JSON.stringify(rows)}\n`);
  }
}

function note(scheme: string, what: string, x: number, keys: number, unsorted: readonly number[]): void {
  const ps = unsorted.toSorted((a, b) => a - b);
  const found = ps.filter((p) => p <= -6).length;
  const known = rows.findIndex((row) => row.scheme === scheme && row.what === what && row.x === x);
  rows.splice(known === -1 ? rows.length : known, known === -1 ? 0 : 1, {
    ...{ scheme, what, x, texts: ps.length, keys, found },
    ...{ low: lower95(found, ps.length), high: upper95(found, ps.length) },
    ...{ median: ps[ps.length >> 1]!, weakest: ps.at(-1)! },
  });
}

/** The same mark, contexts counted where they come again too. */
function scoringRepeats(mark: Mark): Mark {
  return mark.form === "sbw/original"
    ? { ...mark, parameters: { ...mark.parameters, deduplicate_contexts: "none" } }
    : mark;
}

/** The same lines with their text alone: ids as a reader finds them. */
function withoutIds(gzipped: Uint8Array): Uint8Array {
  const lines = gunzipSync(gzipped).toString("utf8").split("\n").filter(Boolean);
  return new TextEncoder().encode(
    lines.map((line) => JSON.stringify({ text: (JSON.parse(line) as { text: string }).text })).join("\n"),
  );
}

const TITLES: Readonly<Record<string, string>> = {
  length: "Length, in tokens (400: two answers of 200)",
  replaced: "Tokens replaced, of 400",
  deleted: "Tokens deleted, of 400",
  inserted: "Tokens inserted, a token of 400",
  diluted: "One passage of 200 tokens in a text of 2,000",
  "diluted, repeated contexts scored":
    "The same passage, asked with deduplicate_contexts none: contexts that the text around has used count too",
  "diluted by texts": "Two answers of 200 tokens among 18 that are not marked",
  "read again": "400 tokens, their text read by the same tokenizer anew",
  unmarked: "Control: 2,000 tokens that are not marked",
  inherited:
    "Inherited: students of counts (of the last 1 or 4 ids) taught on 40 answers of 200 tokens, 100 answers of 60 read",
};

function write(): void {
  let table =
    "# Power on the marks of serving engines\n\nWritten by `validation/marks-engines.study.ts`. Found: the finding's p, all multiplicity paid, is at most 10⁻⁶; in brackets the lower and the upper 95 % bound (Clopper–Pearson, each one-sided) over the texts, which are three a key.\n";
  for (const [what, title] of Object.entries(TITLES)) {
    table += `\n## ${title}\n\n| mark | | found | median log10 p | weakest |\n|---|---|---|---|---|\n`;
    for (const r of rows.filter((one) => one.what === what)) {
      const x = r.x < 1 ? `${Math.round(100 * r.x)} %` : String(r.x);
      const percent = (share: number) => Math.round(100 * share);
      table += `| ${SCHEMES[r.scheme]} | ${x} | ${r.found} of ${r.texts} (${percent(r.low)} to ${percent(r.high)} %), ${r.keys} keys | ${r.median.toFixed(1)} | ${r.weakest.toFixed(1)} |\n`;
    }
  }
  table += "\n![Length](marks-engines.power.svg)\n";
  writeFileSync(join(here, "marks-engines.tables.md"), table);
  const length = rows.filter(({ what }) => what === "length");
  const colours = [BLUE, ORANGE, GREY, "#0b0c0c", "#85994b", "#912b88"];
  const names = Object.keys(SCHEMES);
  const svg = draw("marks-engines", "Power against length", "The numbers stand in marks-engines.tables.md.", {
    ...{ width: 760, height: 280, marginLeft: 50, marginRight: 240, marginBottom: 44, marginTop: 24 },
    x: { label: "tokens", domain: [80, 420], ticks: [100, 200, 400] },
    y: { label: "median −log10 p of 30 texts" },
    marks: [
      Plot.ruleY([6], { stroke: "#d5d8da" }),
      Plot.lineY(length, {
        x: "x",
        y: (r: Row) => -r.median,
        z: "scheme",
        stroke: (r: Row) => colours[names.indexOf(r.scheme)],
        strokeWidth: 2,
      }),
      Plot.text(
        length.filter(({ x }) => x === 400),
        {
          ...{ x: "x", dx: 8, textAnchor: "start", fontWeight: 600 },
          y: (r: Row) => -r.median,
          text: (r: Row) => SCHEMES[r.scheme]!,
          fill: (r: Row) => colours[names.indexOf(r.scheme)],
        },
      ),
    ],
    style: { fontSize: "12px" },
  });
  writeFileSync(join(here, "marks-engines.power.svg"), svg);
}

if (!values.redraw) measure();
write();
