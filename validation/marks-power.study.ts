/**
 * Power of marks/present against length, edits and mixing, on text that the original libraries marked (a small trained
 * model of the zoo under transformers' own processors, one key a file; makers/marks/make_marked.py). What is asked is
 * the product's own finding: corpus, text and passage with all multiplicity paid, at 10^-6.
 *   node validation/marks-power.study.ts --zoo ../shared/zoo --marked MARKED
 * writes marks-present.power.md, its data as json, and three drawings. A row whose text is not marked is the control.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as Plot from "@observablehq/plot";
import { type Prng, prng } from "../dist/base/prng.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { readMark } from "../dist/labs/marks/schemes/mark-file.js";
import type { Scheme } from "../dist/labs/marks/schemes/scheme.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import { readTexts } from "../dist/labs/marks/text/texts.js";
import { BLUE, draw, GREY, ORANGE } from "../dist/report/figures/drawing.js";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    marked: { type: "string" },
    keys: { type: "string", default: "40" },
    /** Tables and drawings again from the stored rows. */
    redraw: { type: "boolean", default: false },
  },
});
const KEYS = Number(values.keys);
const LENGTHS = [25, 50, 100, 200, 400, 800, 1600];
const EDITED_TOKENS = 800;
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5];
const MIXED_TOKENS = 1600;
const draws = new TokenDraws();
const none = new Uint32Array(0);

const plain = values.redraw
  ? []
  : readTexts(readFileSync(join(values.zoo!, "samples/base.jsonl.gz")), "base", null).map(({ ids }) => ids);
/** Tokens as often as the model's own answers have them: what is inserted or put in place of another. */
const tokens = plain.flatMap((ids) => Array.from(ids));

const joined = (texts: readonly Uint32Array[]) => Uint32Array.from(texts.flatMap((ids) => Array.from(ids)));

type Edit = (ids: Uint32Array, share: number, source: Prng) => Uint32Array;
const chance = (source: Prng) => source.uint32() / 2 ** 32;
const anyToken = (source: Prng) => tokens[source.below(tokens.length)]!;

const remove: Edit = (ids, share, source) => ids.filter(() => chance(source) >= share);

function insert(ids: Uint32Array, share: number, source: Prng): Uint32Array {
  const out: number[] = [];
  for (const id of ids) {
    out.push(id);
    if (chance(source) < share) out.push(anyToken(source));
  }
  return Uint32Array.from(out);
}

/** What a synonym does to tuples: another token in its place. */
const replace: Edit = (ids, share, source) => ids.map((id) => (chance(source) < share ? anyToken(source) : id));

/** Phrases of 3 to 12 tokens in another order, and the share of tokens replaced: a paraphrase that keeps some wording. */
function rephrase(ids: Uint32Array, share: number, source: Prng): Uint32Array {
  const phrases: Uint32Array[] = [];
  for (let at = 0; at < ids.length; ) {
    const length = 3 + source.below(10);
    phrases.push(ids.subarray(at, at + length));
    at += length;
  }
  for (let i = phrases.length - 1; i > 0; i--) {
    const j = source.below(i + 1);
    [phrases[i], phrases[j]] = [phrases[j]!, phrases[i]!];
  }
  return replace(joined(phrases), share, source);
}

/** One marked passage of this share in the middle of text by the same model that is not marked. */
function mix(marked: Uint32Array, unmarked: Uint32Array, share: number): Uint32Array {
  const length = Math.round(share * MIXED_TOKENS);
  const before = Math.floor((MIXED_TOKENS - length) / 2);
  const after = MIXED_TOKENS - length - before;
  const rest = unmarked.subarray(before, before + after);
  return joined([unmarked.subarray(0, before), marked.subarray(0, length), rest]);
}

interface Row {
  scheme: string;
  what: string;
  x: number;
  keys: number;
  found: number;
  median: number;
  weakest: number;
}

const rows: Row[] = [];

function asked(scheme: Scheme, ids: Uint32Array): number {
  return testPresence(scheme, [{ id: "1", ids, promptIds: none }], 1024).log10P;
}

const stored = join(new URL(".", import.meta.url).pathname, "marks-present.power.json");
if (values.redraw) rows.push(...(JSON.parse(readFileSync(stored, "utf8")) as Row[]));
else for (const name of ["kgw", "synthid"]) study(name);

function study(name: string): void {
  const files = Array.from({ length: KEYS }, (_, n) => {
    const path = join(values.marked!, `${name}-${n}`);
    const mark = readMark(readFileSync(`${path}.mark.json`), name);
    const texts = readTexts(readFileSync(`${path}.jsonl.gz`), name, null);
    const start = (n * 24) % (plain.length - 24);
    return {
      scheme: schemeOf(mark, draws),
      marked: joined(texts.map(({ ids }) => ids)),
      unmarked: joined(plain.slice(start, start + 24)),
      source: prng("assay/study/marks-power", `${name} ${n}`),
    };
  });
  const row = (what: string, x: number, textOf: (file: (typeof files)[number]) => Uint32Array) => {
    const ps = files.map((file) => asked(file.scheme, textOf(file))).sort((a, b) => a - b);
    rows.push({
      ...{ scheme: name, what, x, keys: ps.length, found: ps.filter((p) => p <= -6).length },
      ...{ median: ps[ps.length >> 1]!, weakest: ps.at(-1)! },
    });
    process.stderr.write(`\r${name} ${what} ${x}        `);
  };
  for (const length of LENGTHS) row("length", length, ({ marked }) => marked.subarray(0, length));
  for (const [what, edit] of Object.entries({ delete: remove, insert, replace, rephrase }))
    for (const share of SHARES)
      row(what, share, ({ marked, source }) => edit(marked.subarray(0, EDITED_TOKENS), share, source));
  for (const share of [0.05, ...SHARES, 0.75])
    row("mixed", share, ({ marked, unmarked }) => mix(marked, unmarked, share));
  row("control: unmarked", MIXED_TOKENS, ({ unmarked }) => unmarked.subarray(0, MIXED_TOKENS));
}

const here = new URL(".", import.meta.url).pathname;
const NAMES: Record<string, string> = {
  kgw: "KGW lefthash, γ ¼, bias 2",
  synthid: "SynthID, 30 layers, transformers",
};
const TITLES: Record<string, string> = {
  length: "Length (tokens)",
  delete: `Tokens deleted, of ${EDITED_TOKENS}`,
  insert: `Tokens inserted, per token of ${EDITED_TOKENS}`,
  replace: `Tokens replaced (what a synonym does to tuples), of ${EDITED_TOKENS}`,
  rephrase: `Phrases of 3 to 12 tokens reordered, and tokens replaced, of ${EDITED_TOKENS}`,
  mixed: `Share of one marked passage in ${MIXED_TOKENS} tokens`,
  "control: unmarked": "Control: unmarked text (tokens)",
};
let text =
  "# Power of `marks/present`\n\nWritten by `validation/marks-power.study.ts`. Found: the finding's p, all multiplicity paid, is at most 10⁻⁶; one text a key.\n";
for (const what of Object.keys(TITLES)) {
  text += `\n## ${TITLES[what]}\n\n| mark | | found | median log10 p | weakest |\n|---|---|---|---|---|\n`;
  for (const r of rows.filter((one) => one.what === what))
    text += `| ${NAMES[r.scheme]} | ${r.x <= 1 ? `${Math.round(100 * r.x)} %` : r.x} | ${r.found} of ${r.keys} | ${r.median.toFixed(1)} | ${r.weakest.toFixed(1)} |\n`;
}
text +=
  "\n![Length](marks-present.power-length.svg)\n![Edits](marks-present.power-edits.svg)\n![Mixing](marks-present.power-mixed.svg)\n";
writeFileSync(join(here, "marks-present.power.md"), text);
writeFileSync(stored, `${JSON.stringify(rows)}\n`);

const COLOURS: Record<string, string> = { delete: BLUE, insert: ORANGE, replace: GREY, rephrase: "#0b0c0c" };
function curve(name: string, title: string, label: string, of: Row[], log: boolean): void {
  const kinds = [...new Set(of.map(({ what }) => what))];
  const svg = draw(`power-${name}`, title, `${title}. The numbers stand in marks-present.power.md.`, {
    width: 760,
    height: 280,
    marginLeft: 50,
    marginRight: 110,
    marginBottom: 44,
    marginTop: 24,
    fx: { label: null, tickFormat: (s: string) => NAMES[s] ?? s },
    x: { label, ...(log ? { type: "log", ticks: LENGTHS, tickFormat: "d" } : { domain: [0, 0.8], tickFormat: "%" }) },
    y: { label: "share of keys found", domain: [0, 1], tickFormat: "%" },
    marks: [
      Plot.ruleY([0, 1], { stroke: "#d5d8da" }),
      Plot.lineY(of, {
        fx: "scheme",
        x: "x",
        y: (r: Row) => r.found / r.keys,
        z: "what",
        stroke: (r: Row) => COLOURS[r.what] ?? BLUE,
        strokeWidth: 2,
      }),
      Plot.dot(of, {
        fx: "scheme",
        x: "x",
        y: (r: Row) => r.found / r.keys,
        fill: (r: Row) => COLOURS[r.what] ?? BLUE,
        r: 3,
      }),
      ...(kinds.length > 1
        ? [
            Plot.text(kinds, {
              fx: () => "synthid",
              x: 0.62,
              y: (what: string) => 0.92 - 0.11 * kinds.indexOf(what),
              text: (what: string) => what,
              fill: (what: string) => COLOURS[what] ?? BLUE,
              textAnchor: "start",
              fontWeight: 600,
            }),
          ]
        : []),
    ],
    style: { fontSize: "12px" },
  });
  writeFileSync(join(here, `marks-present.power-${name}.svg`), svg);
}
const of = (...what: string[]) => rows.filter((r) => what.includes(r.what));
curve("length", "Power against length", "tokens", of("length"), true);
curve(
  "edits",
  `Power against edits of ${EDITED_TOKENS} tokens`,
  "share of tokens",
  of("delete", "insert", "replace", "rephrase"),
  false,
);
curve("mixed", `Power against the marked share of ${MIXED_TOKENS} tokens`, "share", of("mixed"), false);
process.stderr.write("\n");
