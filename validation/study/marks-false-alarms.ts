/**
 * False alarms of unmarked text under keys drawn at random: how many text × key tests fall at or below each α, beside
 * the number that the exact law (discrete, so at most α) leads one to expect. A key is one family.
 */

import { prng } from "../../dist/base/prng.js";
import { TokenDraws } from "../../dist/kernels/token-draws.js";
import { type Law, log10Tail } from "../../dist/labs/marks/law.js";
import { schemeOf } from "../../dist/labs/marks/make-scheme.js";
import { parseMark } from "../../dist/labs/marks/mark-file.js";
import { scoreTexts } from "../../dist/labs/marks/score-texts.js";
import type { Corpus } from "./marks-material.ts";

export const ALPHAS = [1e-2, 1e-3, 1e-4, 1e-5] as const;

export interface Counts {
  tests: number;
  /** By α: tests at or below it, and how many the exact law expects. */
  below: number[];
  expected: number[];
  /** The smallest log10 p of each key's tests. */
  smallest: number[];
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
}

function tally(counts: Counts, critical: Critical, law: Law, n: Int32Array, score: Float64Array): void {
  let smallest = 0;
  for (let t = 0; t < n.length; t++) {
    if (n[t] === 0) continue;
    counts.tests++;
    for (const [a, alpha] of ALPHAS.entries()) {
      const at = critical.at(n[t]!, alpha);
      counts.expected[a]! += at.p;
      if (score[t]! >= at.score) {
        counts.below[a]!++;
        if (a >= 2) smallest = Math.min(smallest, log10Tail(law, score[t]!, n[t]!));
      }
    }
  }
  counts.smallest.push(smallest);
}

const empty = (): Counts => ({ tests: 0, below: [0, 0, 0, 0], expected: [0, 0, 0, 0], smallest: [] });

/**
 * KGW lefthash as transformers draws it; keys are odd 31-bit numbers. Distinct (context, token) tuples of each text are
 * found once; for each key all lists in use are drawn once, into one table of bits while that stays below 64 MB.
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
  const n = new Int32Array(texts.length);
  const total = texts.reduce((sum, ids) => sum + Math.max(0, ids.length - 1), 0);
  const context = new Uint32Array(total);
  const token = new Uint32Array(total);
  const owner = new Uint32Array(total);
  let m = 0;
  for (const [t, ids] of texts.entries()) {
    const seen = new Set<number>();
    for (let i = 1; i < ids.length; i++) {
      const tuple = ids[i - 1]! * 2 ** 20 + ids[i]!;
      if (seen.has(tuple)) continue;
      seen.add(tuple);
      context[m] = ids[i - 1]!;
      token[m] = ids[i]!;
      owner[m++] = t;
      n[t]!++;
    }
  }
  const words = Math.ceil(vocabulary / 32);
  const used = new Uint8Array(vocabulary);
  for (let i = 0; i < m; i++) used[context[i]!] = 1;
  const whole = vocabulary * words * 4 <= 64 * 1024 * 1024;
  const order = whole ? null : Float64Array.from({ length: m }, (_, i) => context[i]! * 2 ** 32 + i).sort();
  const source = prng("assay/study/marks-false-alarms", `${seed} kgw ${gamma}`);
  const counts = empty();
  const critical = new Critical(law);
  for (let k = 0; k < keys; k++) {
    const key = (source.uint32() >>> 1) | 1;
    const score = new Float64Array(texts.length);
    const list = (c: number) => draws.firstOfPermutation(Math.imul(key, c) >>> 0, vocabulary, size);
    if (order === null) {
      const bits = new Uint32Array(vocabulary * words);
      for (let c = 0; c < vocabulary; c++) if (used[c]) bits.set(list(c), c * words);
      for (let i = 0; i < m; i++) {
        const t = token[i]!;
        score[owner[i]!]! += (bits[context[i]! * words + (t >>> 5)]! >>> (t & 31)) & 1;
      }
    } else
      for (let from = 0; from < m; ) {
        const c = Math.floor(order[from]! / 2 ** 32);
        const bits = list(c);
        for (; from < m && Math.floor(order[from]! / 2 ** 32) === c; from++) {
          const i = order[from]! % 2 ** 32;
          const t = token[i]!;
          score[owner[i]!]! += (bits[t >>> 5]! >>> (t & 31)) & 1;
        }
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
  const counts = empty();
  let critical: Critical | null = null;
  const draws = new TokenDraws();
  for (let k = 0; k < keys; k++) {
    const key = Array.from({ length: 30 }, () =>
      String((BigInt(source.uint32() >>> 1) << 32n) | BigInt(source.uint32())),
    );
    const mark = parseMark(
      { type: "assay/mark/v1", scheme: "synthid", variant, key, vocabulary: corpus.vocabulary },
      "study",
    );
    const scheme = schemeOf(mark, draws);
    critical ??= new Critical(scheme.law);
    const n = new Int32Array(corpus.texts.length);
    const score = new Float64Array(corpus.texts.length);
    for (let from = 0; from < corpus.texts.length; from += 2000) {
      const texts = corpus.texts
        .slice(from, from + 2000)
        .map((ids) => ({ id: "", ids, promptIds: new Uint32Array(0) }));
      const scored = scoreTexts(scheme, texts, { vocabulary: corpus.vocabulary });
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
