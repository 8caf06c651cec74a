/**
 * False alarms of unmarked text under keys drawn at random: how many text × key tests fall at or below each α, beside
 * the number that the exact law (discrete, so at most α) leads one to expect. A key is one family.
 */

import { prng } from "../../dist/base/prng.js";
import { TokenDraws } from "../../dist/kernels/token-draws.js";
import { type Law, log10Tail } from "../../dist/labs/marks/schemes/law.js";
import { schemeOf } from "../../dist/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../dist/labs/marks/schemes/mark-file.js";
import { type KnownPlaces, scoreTexts } from "../../dist/labs/marks/text/score-texts.js";
import type { Corpus } from "../../materials/texts/corpus.ts";

export const ALPHAS = [1e-2, 1e-3, 1e-4, 1e-5] as const;

/** One key's tests. */
export interface KeyCounts {
  tests: number;
  /** By α: tests at or below it. */
  below: number[];
  /** Smallest log10 p. */
  smallest: number;
}

export interface Counts {
  tests: number;
  /** By α: tests at or below it, and how many the exact law expects. */
  below: number[];
  expected: number[];
  /** Keys are the families: texts that share tuples go up and down together under one key. */
  byKey: KeyCounts[];
}

/** For each n, the least score whose p is at most α, and that p. */
export class Critical {
  readonly #law: Law;
  readonly #known = new Map<string, { score: number; p: number }>();
  constructor(law: Law) {
    this.#law = law;
  }
  at(n: number, alpha: number): { score: number; p: number } {
    const name = `${n} ${alpha}`;
    let found = this.#known.get(name);
    if (!found) {
      if (this.#law.kind === "exponential" || this.#law.kind === "two-exponentials") {
        found = this.#continuous(n, alpha);
        this.#known.set(name, found);
        return found;
      }
      const top = this.#law.kind === "bits" ? n * this.#law.weights.reduce((a, b) => a + b, 0) : n;
      let low = 0;
      let high = top + 1;
      while (high - low > 1) {
        const mid = (low + high) >> 1;
        if (10 ** log10Tail(this.#law, mid, n) <= alpha) high = mid;
        else low = mid;
      }
      found = { score: high, p: high > top ? 0 : 10 ** log10Tail(this.#law, high, n) };
      this.#known.set(name, found);
    }
    return found;
  }

  /** Scores without steps: the one whose p is α, to a billionth. */
  #continuous(n: number, alpha: number): { score: number; p: number } {
    let low = n;
    let high = 20 * n + 100;
    while (high - low > 1e-9 * high) {
      const mid = (low + high) / 2;
      if (10 ** log10Tail(this.#law, mid, n) <= alpha) high = mid;
      else low = mid;
    }
    return { score: high, p: alpha };
  }
}

function tally(counts: Counts, critical: Critical, law: Law, n: Int32Array, score: Float64Array): void {
  const key: KeyCounts = { tests: 0, below: [0, 0, 0, 0], smallest: 0 };
  for (let t = 0; t < n.length; t++) {
    if (n[t] === 0) continue;
    key.tests++;
    for (const [a, alpha] of ALPHAS.entries()) {
      const at = critical.at(n[t]!, alpha);
      counts.expected[a]! += at.p;
      if (score[t]! < at.score) continue;
      key.below[a]!++;
      if (a >= 2) key.smallest = Math.min(key.smallest, log10Tail(law, score[t]!, n[t]!));
    }
  }
  counts.byKey.push(key);
  counts.tests += key.tests;
  for (const a of ALPHAS.keys()) counts.below[a]! += key.below[a]!;
}

/** 97.5 % point of Student's t by degrees of freedom (tables); beyond 120 the normal law's is close enough. */
const T975: readonly (readonly [number, number])[] = [
  ...([
    [1, 12.71],
    [2, 4.3],
    [3, 3.18],
    [4, 2.78],
    [5, 2.57],
    [6, 2.45],
    [8, 2.31],
    [10, 2.23],
  ] as const),
  ...([
    [12, 2.18],
    [15, 2.13],
    [20, 2.09],
    [30, 2.04],
    [60, 2.0],
    [120, 1.98],
  ] as const),
];

/** Tests at or below α over what the law expects, and its 95 % interval with keys as the families. */
export function ratioByKey(
  { byKey, expected, tests }: Counts,
  a: number,
): { ratio: number; low: number; high: number } {
  const ratios = byKey.map((key) => key.below[a]! / ((expected[a]! * key.tests) / tests));
  const n = ratios.length;
  const ratio = ratios.reduce((sum, r) => sum + r, 0) / n;
  const variance = ratios.reduce((sum, r) => sum + (r - ratio) ** 2, 0) / (n - 1);
  const t = T975.filter(([df]) => df <= n - 1).at(-1)?.[1] ?? Number.POSITIVE_INFINITY;
  const half = t * Math.sqrt(variance / n);
  return { ratio, low: Math.max(0, ratio - half), high: ratio + half };
}

const empty = (): Counts => ({ tests: 0, below: [0, 0, 0, 0], expected: [0, 0, 0, 0], byKey: [] });

/** Distinct tuples of a corpus by context: what one key decides once for every text that holds them. */
interface Tuples {
  contexts: Uint32Array;
  /** Tuples of contexts[i] are starts[i] … starts[i + 1]. */
  starts: Uint32Array;
  tokens: Uint32Array;
  /** Text by text, the distinct tuples it holds. */
  held: Uint32Array;
  /** How many each text holds. */
  n: Int32Array;
}

function tuplesOf(texts: readonly Uint32Array[]): Tuples {
  const total = texts.reduce((sum, ids) => sum + Math.max(0, ids.length - 1), 0);
  const names = new Float64Array(total);
  const n = new Int32Array(texts.length);
  let m = 0;
  for (const [t, ids] of texts.entries()) {
    const from = m;
    for (let i = 1; i < ids.length; i++) names[m++] = ids[i - 1]! * 2 ** 20 + ids[i]!;
    const own = names.subarray(from, m).sort();
    m = from;
    for (let i = 0; i < own.length; i++) if (i === 0 || own[i] !== own[i - 1]) names[m++] = own[i]!;
    n[t] = m - from;
  }
  const sorted = names.slice(0, m).sort();
  let distinct = 0;
  for (let i = 0; i < m; i++) if (i === 0 || sorted[i] !== sorted[distinct - 1]) sorted[distinct++] = sorted[i]!;
  const all = sorted.subarray(0, distinct);
  const contexts: number[] = [];
  const starts: number[] = [];
  for (let i = 0; i < distinct; i++) {
    const context = Math.floor(all[i]! / 2 ** 20);
    if (context === contexts.at(-1)) continue;
    contexts.push(context);
    starts.push(i);
  }
  const held = new Uint32Array(m);
  for (let i = 0; i < m; i++) {
    let low = 0;
    for (let high = distinct - 1; low < high; ) {
      const mid = (low + high) >> 1;
      if (all[mid]! < names[i]!) low = mid + 1;
      else high = mid;
    }
    held[i] = low;
  }
  const tokens = Uint32Array.from(all, (name) => name % 2 ** 20);
  return { contexts: Uint32Array.from(contexts), starts: Uint32Array.from([...starts, distinct]), tokens, held, n };
}

/** Up to this many tokens are followed through the permutation instead of drawing the list (as green-lists.ts does). */
const WATCHED_MAX = 12;

/**
 * KGW lefthash as transformers draws it; keys are odd 31-bit numbers. Each distinct (context, token) tuple of the corpus
 * is decided once a key, from lists drawn by the product's own kernel.
 */
export function kgwFalseAlarms(
  corpus: Corpus,
  gamma: number,
  keys: number,
  seed: string,
  progress: (k: number) => void,
): Counts {
  const { vocabulary, texts } = corpus;
  const draws = new TokenDraws();
  const size = Math.trunc(vocabulary * gamma);
  const law: Law = { kind: "green", rate: size / vocabulary };
  const { contexts, starts, tokens, held, n } = tuplesOf(texts);
  const source = prng("assay/study/marks-false-alarms", `${seed} kgw ${gamma}`);
  const counts = empty();
  const critical = new Critical(law);
  const green = new Uint8Array(tokens.length);
  for (let k = 0; k < keys; k++) {
    const key = (source.uint32() >>> 1) | 1;
    for (let c = 0; c < contexts.length; c++) {
      const from = starts[c]!;
      const to = starts[c + 1]!;
      const list = Math.imul(key, contexts[c]!) >>> 0;
      if (to - from <= WATCHED_MAX) {
        green.set(draws.inFirstOfPermutation(list, vocabulary, size, tokens.subarray(from, to)), from);
        continue;
      }
      const bits = draws.firstOfPermutation(list, vocabulary, size);
      for (let i = from; i < to; i++) green[i] = (bits[tokens[i]! >>> 5]! >>> (tokens[i]! & 31)) & 1;
    }
    const score = new Float64Array(texts.length);
    let at = 0;
    for (let t = 0; t < n.length; t++) {
      let sum = 0;
      for (const end = at + n[t]!; at < end; at++) sum += green[held[at]!]!;
      score[t] = sum;
    }
    tally(counts, critical, law, n, score);
    progress(k + 1);
  }
  return counts;
}

/** SynthID-Text with 30 random 63-bit keys, through the product's own scoring. */
export function synthIdFalseAlarms(
  corpus: Corpus,
  variant: "transformers" | "reference",
  keys: number,
  seed: string,
  progress: (k: number) => void,
): Counts {
  const source = prng("assay/study/marks-false-alarms", `${seed} synthid ${variant}`);
  const word = () => BigInt(source.uint32());
  const mark = () => ({
    scheme: "synthid",
    variant,
    key: Array.from({ length: 30 }, () => String(((word() >> 1n) << 32n) | word())),
  });
  return schemeFalseAlarms(corpus, mark, keys, progress);
}

/** What serving engines write, by the name of a part: their forms with the parameters they default to. */
export const ENGINE_PARTS = {
  "gumbel-vllm": { name: "vLLM gumbel", scheme: "gumbel", variant: "vllm", parameters: {} },
  "dual-gumbel-vllm": { name: "vLLM dual_key_gumbel, α .1", scheme: "dual-gumbel", variant: "vllm", parameters: {} },
  "sbw-selfhash": { name: "SBW selfhash, γ ½", scheme: "sbw", variant: "vllm", parameters: { scheme: "selfhash" } },
  "sbw-lefthash": { name: "SBW lefthash, γ ½", scheme: "sbw", variant: "vllm", parameters: { scheme: "lefthash" } },
  // Findings under these state no p (textseal-scheme.ts): what the law of independent draws would have said.
  "gumbel-textseal": { name: "TextSeal Gumbel-max", scheme: "gumbel", variant: "textseal", parameters: {} },
  "kgw-textseal": { name: "TextSeal green list, γ ½", scheme: "kgw", variant: "textseal", parameters: {} },
} as const;

/** Marks of serving engines under random keys (64 bits; SBW and TextSeal 63), through the product's own scoring. */
export function engineFalseAlarms(
  corpus: Corpus,
  part: keyof typeof ENGINE_PARTS,
  keys: number,
  seed: string,
  progress: (k: number) => void,
): Counts {
  const source = prng("assay/study/marks-false-alarms", `${seed} ${part}`);
  const { name: _, ...form } = ENGINE_PARTS[part];
  const bits = part.endsWith("vllm") ? 64n : 63n;
  const mark = () => {
    const word = (BigInt(source.uint32()) << 32n) | BigInt(source.uint32());
    return { ...form, key: String(word >> (64n - bits)) };
  };
  return schemeFalseAlarms(corpus, mark, keys, progress);
}

/** Texts scored in one call. */
const BATCH = 2000;

function schemeFalseAlarms(
  corpus: Corpus,
  nextMark: () => object,
  keys: number,
  progress: (k: number) => void,
): Counts {
  const counts = empty();
  let critical: Critical | null = null;
  const draws = new TokenDraws();
  const batches = Array.from({ length: Math.ceil(corpus.texts.length / BATCH) }, (_, b) => ({
    from: b * BATCH,
    known: new Map() as KnownPlaces,
    texts: corpus.texts
      .slice(b * BATCH, (b + 1) * BATCH)
      .map((ids) => ({ id: "", ids, promptIds: new Uint32Array(0) })),
  }));
  for (let k = 0; k < keys; k++) {
    const mark = parseMark({ type: "assay/mark/v1", ...nextMark(), vocabulary: corpus.vocabulary }, "study");
    const scheme = schemeOf(mark, draws);
    critical ??= new Critical(scheme.law);
    const n = new Int32Array(corpus.texts.length);
    const score = new Float64Array(corpus.texts.length);
    for (const { from, texts, known } of batches) {
      // Which positions count is asked once for all keys where the ids alone decide it.
      const scored = scoreTexts(scheme, texts, { vocabulary: corpus.vocabulary, known });
      for (let i = 0; i < scored.value.length; i++) {
        n[from + scored.text[i]!]!++;
        score[from + scored.text[i]!]! += scored.value[i]!;
      }
    }
    tally(counts, critical, scheme.law, n, score);
    progress(k + 1);
  }
  return counts;
}
