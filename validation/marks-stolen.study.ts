/**
 * Forgeries by a stolen rule: who has only texts that were served under a mark learns which words it favours and writes
 * what it never marked (Jovanović, Staab, Vechev, "Watermark Stealing", ICML 2024; written here from that description).
 *   npm run build && node validation/marks-stolen.study.ts --zoo ../shared/zoo
 * The thief compares how often a token follows its context in served texts and in texts of the model without the mark,
 * by single ids of the context where the mark reads several, and adds the clipped ratio to its own model's logits. Asked of
 * its texts and of the service's own: p, and p over tuples that stand in none of the texts the thief had
 * (`--learned-from`). The model is one of counts: it says nothing of what a large thief would learn besides.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prng } from "../dist/base/prng.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import type { Scheme } from "../dist/labs/marks/schemes/scheme.js";
import { testBeyondServed } from "../dist/labs/marks/text/beyond-served.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import { type IdText, readTexts } from "../dist/labs/marks/text/texts.js";
import { BigramModel, sampleTexts } from "../materials/texts/ngram-model.ts";

const { values } = parseArgs({
  options: { zoo: { type: "string" }, keys: { type: "string", default: "3" } },
});
const KEYS = Number(values.keys);
const V = 1024;
const SERVED = [100, 500, 2000] as const;
const TOKENS = 200;
/** Asked of each key: texts of the thief, and of the service. */
const ASKED = 10;
const ASKED_TOKENS = 400;
/** Bias of the mark, and of the thief, who wants to be found. */
const DELTA = 2;
const THIEF_DELTA = 4;
/** Ratios beyond which the thief believes no more, and times a pair must have been served. */
const CLIP = 2;
const TIMES_MIN = 2;

const draws = new TokenDraws();
const plain = readTexts(readFileSync(join(values.zoo!, "samples/base-training-text-plain.jsonl.gz")), "plain", null);
const model = new BigramModel(
  V,
  plain.map(({ ids }) => ids),
);
const base = sampleTexts(model, "stolen base", SERVED.at(-1)!, TOKENS);

const MARKS = [
  { name: "KGW lefthash", scheme: "kgw", variant: "transformers" },
  { name: "SBW left-hash", scheme: "sbw", variant: "vllm", parameters: { scheme: "lefthash" } },
  { name: "SBW self-hash", scheme: "sbw", variant: "vllm" },
] as const;

/** Adds the bias to what the mark favours, as its processor does; scores of a context are kept. */
function marking(scheme: Scheme) {
  const width = scheme.contextWidth;
  const known = new Map<string, Float64Array>();
  return (generated: number[], logits: Float64Array): void => {
    if (generated.length < width) return;
    const context = generated.slice(generated.length - width);
    const name = context.join();
    let scores = known.get(name);
    if (!scores) {
      const ids = new Uint32Array(V * (width + 1));
      const at = Int32Array.from({ length: V }, (_, t) => t * (width + 1) + width);
      for (let t = 0; t < V; t++) {
        ids.set(context, t * (width + 1));
        ids[t * (width + 1) + width] = t;
      }
      scores = scheme.scores(ids, at, scheme.names(ids, at));
      if (known.size < 50_000) known.set(name, scores);
    }
    for (let t = 0; t < V; t++) logits[t]! += DELTA * scores[t]!;
  };
}

/** How often a token stands so many places after an id; by id and token. */
function counts(texts: readonly IdText[], back: number): { pairs: Float64Array; ids: Float64Array } {
  const pairs = new Float64Array(V * V);
  const ids = new Float64Array(V);
  for (const text of texts)
    for (let i = back; i < text.ids.length; i++) {
      pairs[text.ids[i - back]! * V + text.ids[i]!]!++;
      ids[text.ids[i - back]!]!++;
    }
  return { pairs, ids };
}

/** What the thief believes of a token after an id, from 0 to 1: the clipped ratio of the two frequencies. */
function stolen(served: readonly IdText[], back: number): Float64Array {
  const marked = counts(served, back);
  const unmarked = counts(base, back);
  return marked.pairs.map((n, pair) => {
    if (n < TIMES_MIN) return 0;
    const id = Math.floor(pair / V);
    const ratio = n / marked.ids[id]! / ((unmarked.pairs[pair]! + 0.5) / (unmarked.ids[id]! + 1));
    return ratio <= 1 ? 0 : Math.min(CLIP, ratio) / CLIP;
  });
}

function thief(served: readonly IdText[], width: number) {
  const beliefs = Array.from({ length: width }, (_, i) => stolen(served, i + 1));
  return (generated: number[], logits: Float64Array): void => {
    for (const [i, belief] of beliefs.entries()) {
      const id = generated.at(-1 - i);
      if (id === undefined) continue;
      for (let t = 0; t < V; t++) logits[t]! += (THIEF_DELTA / width) * belief[id * V + t]!;
    }
  };
}

interface Asked {
  found: number;
  median: number;
  /** Over tuples that the thief cannot have seen. */
  beyond: { found: number; median: number; least: number; tuples: number };
}

function asked(
  scheme: Scheme,
  texts: readonly IdText[],
  served: readonly IdText[],
): [p: number, beyond: number, n: number][] {
  return texts.map((text) => {
    const { test } = testBeyondServed(scheme, [text], served, V);
    return [testPresence(scheme, [text], V).log10P, test.log10P, test.n];
  });
}
const middle = (of: number[]) => of.sort((a, b) => a - b)[of.length >> 1]!;
function told(of: readonly [number, number, number][]): Asked {
  const beyond = of.map(([, p]) => p);
  return {
    found: of.filter(([p]) => p <= -6).length,
    median: middle(of.map(([p]) => p)),
    beyond: {
      found: beyond.filter((p) => p <= -6).length,
      median: middle([...beyond]),
      least: Math.min(...beyond),
      tuples: middle(of.map(([, , n]) => n)),
    },
  };
}

const rows: { mark: string; served: number; texts: number; thief: Asked; service: Asked }[] = [];
for (const { name, ...form } of MARKS) {
  const source = prng("assay/study/marks-stolen", name);
  const all = SERVED.map(() => ({
    thief: [] as [number, number, number][],
    service: [] as [number, number, number][],
  }));
  for (let k = 0; k < KEYS; k++) {
    const key = String((source.uint32() >>> 1) | 1);
    const scheme = schemeOf(parseMark({ type: "assay/mark/v1", vocabulary: V, key, ...form }, "study"), draws);
    const step = marking(scheme);
    const texts = sampleTexts(model, `${name} ${k} served`, SERVED.at(-1)!, TOKENS, step);
    const own = sampleTexts(model, `${name} ${k} own`, ASKED, ASKED_TOKENS, step);
    for (const [s, many] of SERVED.entries()) {
      const served = texts.slice(0, many);
      const forged = sampleTexts(
        model,
        `${name} ${k} ${many}`,
        ASKED,
        ASKED_TOKENS,
        thief(served, scheme.contextWidth),
      );
      all[s]!.thief.push(...asked(scheme, forged, served));
      all[s]!.service.push(...asked(scheme, own, served));
    }
    process.stderr.write(`\r${name} ${k + 1}/${KEYS}   `);
  }
  for (const [s, served] of SERVED.entries())
    rows.push({ mark: name, served, texts: KEYS * ASKED, thief: told(all[s]!.thief), service: told(all[s]!.service) });
}

const here = import.meta.dirname;
writeFileSync(join(here, "marks-stolen.json"), `${JSON.stringify(rows, null, 1)}\n`);
const cell = ({ found, median, beyond }: Asked) =>
  `${found}, 10^${median.toFixed(1)} | ${beyond.tuples} | ${beyond.found}, 10^${beyond.median.toFixed(1)} |`;
writeFileSync(
  join(here, "marks-stolen.tables.md"),
  `# Forgeries by a stolen rule

Written by \`validation/marks-stolen.study.ts\`. A row: ${KEYS} keys, ${ASKED} texts of ${ASKED_TOKENS} tokens a key, of the thief and of the service. Found: p at most 10⁻⁶ under a key that nobody chose, and the median p; then how many distinct tuples stand in none of the texts the thief had (median), and the same over those alone.

| mark | texts of ${TOKENS} tokens the thief had | thief's texts found | tuples beyond | found beyond | service's own found | tuples beyond | found beyond | thief's least p beyond |
|---|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row.mark} | ${row.served.toLocaleString("en")} | ${cell(row.thief)} ${cell(row.service)} 10^${row.thief.beyond.least.toFixed(1)} |`).join("\n")}
`,
);
