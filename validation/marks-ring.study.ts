/**
 * A ring of 10,000 keys: how often any of them speaks of text that nobody marked, and whether one key's text is found.
 *   npm run build
 *   node validation/marks-ring.study.ts --part answers|templates|pooled --transcripts DIR --tokenizer FOLDER --cache FILE \
 *     --rings N [--keys 10000] [--every N]       (--every: the corpus is one text in N, which a cache then holds)
 *   node validation/marks-ring.study.ts --part found --marked MARKED        (made by materials/makers/marks/make_engine_marked.py)
 *   node validation/marks-ring.study.ts --part write
 * Each examination has a ring of fresh keys, a quarter of each form that vLLM serves; what is counted is the ring's p,
 * all its marks paid for, before anything is paid for the choice of keys. Rows are appended to --rows as they come and
 * none is made again; the last part makes marks-ring.json and its table of them, and leaves lines standing of which it has
 * no row.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prng } from "../dist/base/prng.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { type Mark, parseMark, readMark } from "../dist/labs/marks/schemes/mark-file.js";
import { testRing } from "../dist/labs/marks/text/ring.js";
import { readTexts } from "../dist/labs/marks/text/texts.js";
import { lower95, upper95 } from "../dist/stats/clopper-pearson.js";
import { loadCorpus } from "../materials/texts/corpus.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string" },
    transcripts: { type: "string" },
    tokenizer: { type: "string" },
    cache: { type: "string" },
    marked: { type: "string" },
    rings: { type: "string", default: "400" },
    keys: { type: "string", default: "10000" },
    every: { type: "string", default: "1" },
    rows: { type: "string", default: "marks-ring.rows.jsonl" },
  },
});
const KEYS = Number(values.keys);
/** Fillings of templates, next to each other in the corpus, that are asked together. */
const POOLED = 20;
/** A prime: whatever stops a run, what it did lies all over the corpus. */
const STRIDE = 617;
const LENGTHS = [100, 200, 400] as const;
const FORMS = [
  { scheme: "gumbel", variant: "vllm" },
  { scheme: "dual-gumbel", variant: "vllm" },
  { scheme: "sbw", variant: "vllm", parameters: { scheme: "selfhash" } },
  { scheme: "sbw", variant: "vllm", parameters: { scheme: "lefthash" } },
] as const;
const ENGINES = ["gumbel-vllm", "dual-gumbel-vllm", "sbw-selfhash", "sbw-lefthash"] as const;

interface Row {
  part: string;
  /** Of the examination: which text, or which marked file and length. */
  ask: string;
  /** Of its ring. */
  keys: number;
  tokens: number;
  /** All marks of the ring paid for. */
  log10P: number;
  /** Of the key that speaks. */
  form?: string;
  /** Of marked text: whether its own key is the one that speaks. */
  own?: boolean;
}
const here = new URL(".", import.meta.url).pathname;
const rows: Row[] = existsSync(values.rows)
  ? readFileSync(values.rows, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row)
  : [];
const nameOf = (part: string, ask: string, keys: number) => `${part} ${ask} ${keys}`;
const known = new Set(rows.map(({ part, ask, keys }) => nameOf(part, ask, keys)));
const draws = new TokenDraws();
const none = new Uint32Array(0);

function ringOf(seed: string, vocabulary: number, keys: number): Mark[] {
  const source = prng("assay/study/marks-ring", seed);
  // One mark file a form is read; its others differ in their keys alone.
  const read = FORMS.map((form) => parseMark({ type: "assay/mark/v1", ...form, key: 0, vocabulary }, "study"));
  return Array.from({ length: keys }, (_, i) => {
    const word = (BigInt(source.uint32()) << 32n) | BigInt(source.uint32());
    const form = read[i % FORMS.length]!;
    // SBW's keys are signed.
    const key = form.form === "sbw/vllm" ? word >> 1n : word;
    return { ...form, name: `key ${i}`, key } as Mark;
  });
}

function ask(part: string, name: string, marks: readonly Mark[], ids: readonly Uint32Array[], own?: string): void {
  const texts = ids.map((each, i) => ({ id: String(i), ids: each, promptIds: none }));
  const { log10P, ring, mark } = testRing(marks, texts, draws, { tokenizer: null, tries: 1 });
  const tokens = ids.reduce((n, each) => n + each.length, 0);
  const form = mark.form === "sbw/vllm" ? `${mark.form} ${mark.parameters.scheme}` : mark.form;
  const row: Row = {
    part,
    ask: name,
    keys: marks.length,
    tokens,
    log10P,
    form,
    ...(own === undefined ? {} : { own: ring.best === own }),
  };
  rows.push(row);
  appendFileSync(values.rows, `${JSON.stringify(row)}\n`);
}

/** Texts spread over the corpus, so that all models and templates have some. */
async function unmarked(part: string): Promise<void> {
  const { texts, vocabulary } = await loadCorpus(
    ...([values.transcripts!, values.tokenizer!, values.cache!, Number(values.every)] as const),
  );
  const rings = Number(values.rings);
  const size = part === "pooled" ? POOLED : 1;
  const groups = Math.floor(texts.length / size);
  for (let r = 0; r < rings; r++) {
    const at = Math.floor((((r * STRIDE) % rings) + 0.5) * (groups / rings)) * size;
    if (known.has(nameOf(part, String(at), KEYS))) continue;
    ask(
      part,
      String(at),
      ringOf(`${part} ${at}${KEYS === 10_000 ? "" : ` ${KEYS}`}`, vocabulary, KEYS),
      texts.slice(at, at + size),
    );
    process.stderr.write(`\r${part} ${r + 1}/${rings}`);
  }
}

function found(): void {
  for (const engine of ENGINES)
    for (const file of readdirSync(values.marked!).filter((f) =>
      new RegExp(`^${engine}-\\d+\\.mark\\.json$`).test(f),
    )) {
      const base = join(values.marked!, file.replace(".mark.json", ""));
      const mark = readMark(readFileSync(`${base}.mark.json`), file);
      const [first, second] = readTexts(readFileSync(`${base}.jsonl.gz`), file, null).map(({ ids }) => ids);
      const marks = [mark, ...ringOf(file, mark.vocabulary, KEYS - 1)];
      for (const length of LENGTHS) {
        const name = `${file.replace(".mark.json", "")} ${length}`;
        const ids = length === 400 ? [first!, second!] : [first!.subarray(0, length)];
        if (!known.has(nameOf("found", name, KEYS))) ask("found", name, marks, ids, mark.name!);
        process.stderr.write(`\r${name}   `);
      }
    }
}

const TITLES: Readonly<Record<string, string>> = {
  answers: "answers of 133 models, one an examination",
  templates: "filled templates, one an examination",
  pooled: `filled templates, ${POOLED} like ones an examination`,
};
const NAMES: Readonly<Record<string, string>> = {
  "gumbel-vllm": "vLLM gumbel",
  "dual-gumbel-vllm": "vLLM dual_key_gumbel",
  "sbw-selfhash": "SBW self-hash",
  "sbw-lefthash": "SBW left-hash",
};
const percent = (x: number) => `${(100 * x).toFixed(1)} %`;

interface Power {
  engine: string;
  length: number;
  texts: number;
  found: number;
  wrong: number;
  low: number;
  median: number;
  weakest: number;
}
interface Level {
  part: string;
  keys: number;
  rings: number;
  tokens: number;
  smallest: number;
  below: { alpha: number; count: number; low: number; high: number }[];
}

function levelOf(part: string, keys: number): Level {
  const of = rows.filter((row) => row.part === part && row.keys === keys);
  const below = (alpha: number) => {
    const count = of.filter(({ log10P }) => log10P <= Math.log10(alpha)).length;
    return { alpha, count, low: lower95(count, of.length), high: upper95(count, of.length) };
  };
  const tokens = of.reduce((n, row) => n + row.tokens, 0);
  const smallest = of.reduce((least, { log10P }) => Math.min(least, log10P), 0);
  return { part, rings: of.length, keys, tokens, smallest, below: [0.05, 0.01, 1e-6].map(below) };
}

function write(): void {
  const stood = JSON.parse(readFileSync(join(here, "marks-ring.json"), "utf8")) as { level: Level[]; power: Power[] };
  const sizes = [...new Set([...rows, ...stood.level].map(({ keys }) => keys))].sort((a, b) => b - a);
  const level = sizes.flatMap((keys) =>
    Object.keys(TITLES).flatMap((part) => {
      if (rows.some((row) => row.part === part && row.keys === keys)) return [levelOf(part, keys)];
      return stood.level.filter((line) => line.part === part && line.keys === keys);
    }),
  );
  const power = ENGINES.flatMap((engine) =>
    LENGTHS.flatMap((length) => {
      const of = rows.filter(
        (row) => row.part === "found" && row.ask.startsWith(`${engine}-`) && row.ask.endsWith(` ${length}`),
      );
      if (of.length === 0) return stood.power.filter((line) => line.engine === engine && line.length === length);
      const speaks = of.filter(({ log10P, own }) => own && log10P <= -6).length;
      const ps = of.map(({ log10P }) => log10P).sort((a, b) => a - b);
      const wrong = of.filter(({ log10P, own }) => !own && log10P <= -6).length;
      return [
        {
          engine,
          length,
          texts: of.length,
          found: speaks,
          wrong,
          low: lower95(speaks, of.length),
          median: ps[ps.length >> 1]!,
          weakest: ps.at(-1)!,
        },
      ];
    }),
  );
  writeFileSync(join(here, "marks-ring.json"), `${JSON.stringify({ level, power }, null, 1)}\n`);
  let table = `# A ring of many keys\n\nWritten by \`validation/marks-ring.study.ts --part write\`. Each examination asks a ring of fresh keys, a quarter of each of vLLM's gumbel, dual_key_gumbel, SBW self-hash and left-hash. A row counts examinations whose p, all marks of the ring paid for, is at or below the level; in brackets the lower and the upper 95 % bound (Clopper–Pearson, each one-sided). Nothing is paid here for the choice of keys: keys were drawn.\n\n## Text that nobody marked\n\n| text | keys of a ring | examinations | tokens in all | ≤ 0.05 | ≤ 0.01 | ≤ 10⁻⁶ | smallest p |\n|---|---|---|---|---|---|---|---|\n`;
  for (const { part, keys, rings, tokens, below, smallest } of level) {
    const cells = below.map(({ count, low, high }) => `${count} (${percent(low)} to ${percent(high)})`);
    table += `| ${TITLES[part]} | ${keys.toLocaleString("en")} | ${rings} | ${tokens.toLocaleString("en")} | ${cells.join(" | ")} | 10^${smallest.toFixed(1)} |\n`;
  }
  table += `\n## Text of one key, in a ring with 9,999 others\n\nFound: the ring's p is at most 10⁻⁶ and the key that speaks is the text's own. Ten keys a row, one text a key (400 tokens: two answers of 200).\n\n| mark | tokens | found | another key spoke | median log10 p | weakest |\n|---|---|---|---|---|---|\n`;
  for (const r of power)
    table += `| ${NAMES[r.engine]} | ${r.length} | ${r.found} of ${r.texts} (${percent(r.low)} and more) | ${r.wrong} | ${r.median.toFixed(1)} | ${r.weakest.toFixed(1)} |\n`;
  writeFileSync(join(here, "marks-ring.tables.md"), table);
}

if (values.part === "write") write();
else if (values.part === "found") found();
else await unmarked(values.part!);
