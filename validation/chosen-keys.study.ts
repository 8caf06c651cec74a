/**
 * Claimants who choose a key with the text at hand, against texts and transcripts that nobody marked: who is accused where
 * the p over the draw of the key alone decides, and who by the rule as it stands? And what the rule costs: the length at
 * which marked text is still found when every mark that could have been written is paid for. Texts are drawn by a Zipf law
 * over 1,024 ids; what is asked is arithmetic, and no model was trained.
 *
 *   npm run build && node validation/chosen-keys.study.ts          (some minutes; writes chosen-keys.json)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type Prng, prng } from "../dist/base/prng.js";
import { OUTCOME_RULES } from "../dist/finding/outcome-rules.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { examineInheritance, examinePresence } from "../dist/labs/marks/examine.js";
import { INHERITED, PRESENT } from "../dist/labs/marks/record/method.js";
import { log10Choices } from "../dist/labs/marks/schemes/key-choice.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import { withRandomKey } from "../dist/labs/marks/schemes/random-key.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import type { IdText } from "../dist/labs/marks/text/texts.js";

const OUT = "validation/chosen-keys.json";
const ALPHA = OUTCOME_RULES.log10Alpha;
const V = 1024;
const [TEXTS, TOKENS, TRIED, LAYER_TRIED] = [30, 400, 1000, 50];
const draws = new TokenDraws();
const validations = ["present", "inherited"].map((name) => {
  const summary = JSON.parse(readFileSync(`validation/marks-${name}.json`, "utf8"));
  return { summary, digest: `sha256:${"0".repeat(64)}` } as never;
});
const digest = (of: string) => `sha256:${Buffer.from(of).toString("hex").padEnd(64, "0").slice(0, 64)}` as const;
const common = {
  artefacts: {
    text: { name: "text", kind: "text" as const, root: digest("text") },
    mark: { name: "mark", kind: "mark" as const, root: digest("mark") },
  },
  evidence: [],
  validations,
  software: { name: "assay", version: "study", commit: "study" },
};

const zipf = (() => {
  const ends: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= V; rank++) {
    sum += 1 / rank;
    ends.push(sum);
  }
  return (source: Prng) => {
    const at = (sum * source.uint32()) / 2 ** 32;
    let [low, high] = [0, V - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
})();
function textOf(name: string, length = TOKENS): IdText {
  const source = prng("assay/chosen-keys", name);
  return { id: name, ids: Uint32Array.from({ length }, () => zipf(source)), promptIds: new Uint32Array(0) };
}
const honest = Array.from({ length: TEXTS }, (_, i) => textOf(`honest ${i}`));
const mark = (value: object) => parseMark({ type: "assay/mark/v1", vocabulary: V, ...value }, "study");
const SYNTHID = mark({
  scheme: "synthid",
  variant: "transformers",
  key: Array.from({ length: 30 }, (_, i) => i + 1),
  parameters: { sampling_table_size: 1024 },
});
/** Those of which lists are drawn are too slow to try a thousand keys of. */
const FORMS: readonly { name: string; mark: Mark; tried: boolean }[] = [
  { name: "vLLM gumbel", mark: mark({ scheme: "gumbel", variant: "vllm", key: 1 }), tried: true },
  {
    name: "KGW lefthash of transformers",
    mark: mark({ scheme: "kgw", variant: "transformers", key: 1 }),
    tried: false,
  },
  {
    name: "SBW left-hash",
    mark: mark({ scheme: "sbw", variant: "vllm", key: 1, parameters: { scheme: "lefthash" } }),
    tried: true,
  },
  { name: "Unigram", mark: mark({ scheme: "unigram", variant: "original", key: 1 }), tried: true },
  { name: "own mark, biased", mark: mark({ scheme: "assay", variant: "biased", key: "0".repeat(64) }), tried: true },
];

const alone = (m: Mark, texts: readonly IdText[]) => testPresence(schemeOf(m, draws), texts, V).log10P;
/** Sum of the scores of all positions, repeats included: enough to pick by. */
function sumOf(m: Mark, texts: readonly IdText[]): number {
  const scheme = schemeOf(m, draws);
  let sum = 0;
  for (const { ids } of texts) {
    const at = Int32Array.from({ length: ids.length - scheme.contextWidth }, (_, i) => i + scheme.contextWidth);
    for (const value of scheme.scores(ids, at, scheme.names(ids, at))) sum += value;
  }
  return sum;
}
/** The key of those tried under which the texts score highest. */
function bestKey(m: Mark, texts: readonly IdText[], name: string, tried = TRIED): Mark {
  const source = prng("assay/chosen-keys", name);
  let best = { mark: m, sum: Number.NEGATIVE_INFINITY };
  for (let k = 0; k < tried; k++) {
    const other = withRandomKey(m, source);
    const sum = sumOf(other, texts);
    if (sum > best.sum) best = { mark: other, sum };
  }
  return best.mark;
}
/** SynthID: each layer's number by itself, the best of those tried. */
function bestLayers(texts: readonly IdText[], name: string): Mark {
  const one = { ...SYNTHID, key: [0n] } as Mark;
  const layers = Array.from({ length: 30 }, (_, l) => bestKey(one, texts, `${name} ${l}`, LAYER_TRIED));
  return { ...SYNTHID, key: layers.flatMap(({ key }) => key as bigint[]) } as Mark;
}

interface Row {
  what: string;
  texts: number;
  tried: number;
  byPAlone: number;
  accused: number;
  outcomes: Record<string, number>;
  smallestLog10P: number;
}
const rows: Row[] = [];
function row(what: string, tried: number, each: readonly { log10P: number; outcome: string }[]): void {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of each) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  rows.push({
    what,
    texts: each.length,
    tried,
    byPAlone: each.filter(({ log10P }) => log10P <= ALPHA).length,
    accused: outcomes["supports-hp"] ?? 0,
    outcomes,
    smallestLog10P: Number(Math.min(...each.map(({ log10P }) => log10P)).toFixed(2)),
  });
  console.log(JSON.stringify(rows.at(-1)));
}

for (const { name, mark: m } of FORMS.filter(({ tried }) => tried))
  row(
    `present, ${name}: keys are tried on the text, and the one that fits is shown`,
    TRIED,
    honest.map((text) => {
      const chosen = bestKey(m, [text], `${name} ${text.id}`);
      const outcome = examinePresence({ ...common, texts: [text], mark: chosen }).outcome;
      return { log10P: alone(chosen, [text]), outcome };
    }),
  );
row(
  "present, SynthID 30 layers of transformers' table of 1,024 entries: each layer's number is chosen by itself",
  30 * LAYER_TRIED,
  honest.map((text) => {
    const chosen = bestLayers([text], `layers ${text.id}`);
    return {
      log10P: alone(chosen, [text]),
      outcome: examinePresence({ ...common, texts: [text], mark: chosen }).outcome,
    };
  }),
);
row(
  "inherited, SynthID 30 layers of transformers' table of 1,024 entries: the same on a transcript of ten answers",
  30 * LAYER_TRIED,
  Array.from({ length: 5 }, (_, t) => {
    const texts = Array.from({ length: 10 }, (_a, i) => textOf(`transcript ${t} ${i}`, 100));
    const chosen = bestLayers(texts, `inherited ${t}`);
    const asked = { ...common, texts, mark: chosen, keys: INHERITED.keys, seed: "study", reading: false };
    const finding = examineInheritance({ ...asked, onProgress: () => undefined });
    const before = finding.tests.find(({ id }) => id === "marks/key")!;
    return { log10P: before.log10P, outcome: finding.outcome };
  }),
);

/** What the rule asks of honest users: tokens of fully marked text (the best of four likely ids) until it is found. */
function marked(m: Mark, length: number, name: string): IdText {
  const source = prng("assay/chosen-keys", name);
  const scheme = schemeOf(m, draws);
  const ids = Array.from({ length: Math.max(1, scheme.contextWidth) }, () => zipf(source));
  while (ids.length < length) {
    const tried = Array.from({ length: 4 }, () => zipf(source));
    const scores = tried.map((t) => {
      const all = Uint32Array.from([...ids, t]);
      const at = Int32Array.of(ids.length);
      return scheme.scores(all, at, scheme.names(all, at))[0]!;
    });
    ids.push(tried[scores.indexOf(Math.max(...scores))]!);
  }
  return { id: name, ids: Uint32Array.from(ids), promptIds: new Uint32Array(0) };
}
const LENGTHS = [100, 200, 400, 800];
const cost = [...FORMS, { name: "SynthID 30 layers, transformers' table of 1,024 entries", mark: SYNTHID }].map(
  ({ name, mark: m }) => {
    const source = prng("assay/chosen-keys", `cost ${name}`);
    const found = LENGTHS.map(() => ({ drawn: 0, undated: 0 }));
    for (let k = 0; k < 10; k++) {
      const key = withRandomKey(m, source);
      const text = marked(key, LENGTHS.at(-1)!, `marked ${name} ${k}`);
      for (const [l, length] of LENGTHS.entries()) {
        const log10P = alone(key, [{ ...text, ids: text.ids.subarray(0, length) }]);
        if (log10P <= ALPHA) found[l]!.drawn++;
        if (log10P + log10Choices(key) <= ALPHA) found[l]!.undated++;
      }
    }
    const each = { name, log10Choices: Number(log10Choices(m).toFixed(2)), texts: 10, found };
    console.log(JSON.stringify(each));
    return each;
  },
);

const methods = { present: PRESENT.version, inherited: INHERITED.version };
writeFileSync(
  OUT,
  `${JSON.stringify({ methods, tokens: TOKENS, rows, cost: { lengths: LENGTHS, each: cost } }, null, 1)}\n`,
);
if (rows.some(({ accused }) => accused > 0)) process.exitCode = 1;
