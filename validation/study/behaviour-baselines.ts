/**
 * What others would compute from the same transcripts: agreement of first words as it is (the statistic of Model
 * Provenance Testing, arXiv 2502.00706, whose next token is here the first word), rarity-weighted and double-centred
 * agreement of the first four words (the baseline), and a bag of words of the answers in place of LLMmap's
 * trained embedding (arXiv 2407.15847), whose network cannot be had here.
 */
import { normalise } from "../../dist/transcript/normaliser.js";
import { hashPair, scanWords } from "../../dist/transcript/words.js";
import type { Material } from "../../materials/answers/material.ts";

export const BASELINES = [
  "first word, plain",
  "first four words, rarity-weighted and centred",
  "bag of words (LLMmap-like)",
] as const;

/** Width of the hashed bag. */
const BAG = 2048;

export interface Prepared {
  first: Float64Array[];
  four: Float64Array[];
  bags: (Map<number, number> | null)[][];
}

export function prepare({ texts, prompts }: Material): Prepared {
  const first = texts.map(() => new Float64Array(prompts.length).fill(-1));
  const four = texts.map(() => new Float64Array(prompts.length).fill(-1));
  const bags = texts.map((of, m) =>
    of.map((text, p) => {
      if (text === null) return null;
      const { hashes, count } = scanWords(normalise(text));
      first[m]![p] = hashes[0] ?? 0;
      let h = 0;
      for (let k = 0; k < 4; k++) h = hashPair(h, k < count ? hashes[k]! : 0);
      four[m]![p] = h;
      const bag = new Map<number, number>();
      for (let i = 0; i < count; i++) bag.set(hashes[i]! % BAG, (bag.get(hashes[i]! % BAG) ?? 0) + 1);
      return bag;
    }),
  );
  return { first, four, bags };
}

/** Scores of every pair, in the order of `pairs`, one array a baseline. */
export function baselineScores(material: Material, prepared: Prepared, places: readonly number[]): Float64Array[] {
  const models = material.texts.length;
  const agree = (values: readonly Float64Array[], weighted: boolean) => {
    const sums = new Float64Array(material.pairs.length);
    const counts = new Float64Array(material.pairs.length);
    for (const p of places) {
      const holders = new Map<number, number>();
      for (let m = 0; m < models; m++) {
        const value = values[m]![p]!;
        if (value !== -1) holders.set(value, (holders.get(value) ?? 0) + 1);
      }
      material.pairs.forEach(({ a, b }, i) => {
        const [x, y] = [values[a]![p]!, values[b]![p]!];
        if (x === -1 || y === -1) return;
        counts[i]!++;
        if (x === y) sums[i]! += weighted ? -Math.log(holders.get(x)! / models) : 1;
      });
    }
    return sums.map((s, i) => s / Math.max(1, counts[i]!));
  };
  return [
    agree(prepared.first, false),
    centred(agree(prepared.four, true), models),
    bagCosines(material, prepared, places),
  ];
}

function bagCosines(material: Material, { bags }: Prepared, places: readonly number[]): Float64Array {
  // Mean over prompts of answer vectors, less the models' mean: what a template embedding separates.
  const vectors = bags.map((of) => {
    const sum = new Float64Array(BAG);
    for (const p of places) {
      const bag = of[p];
      if (!bag) continue;
      let norm = 0;
      for (const n of bag.values()) norm += n * n;
      for (const [word, n] of bag) sum[word]! += n / Math.sqrt(norm || 1);
    }
    return sum;
  });
  const mean = Float64Array.from({ length: BAG }, (_, w) => vectors.reduce((s, v) => s + v[w]!, 0) / vectors.length);
  for (const v of vectors) for (let w = 0; w < BAG; w++) v[w]! -= mean[w]!;
  const norms = vectors.map((v) => Math.hypot(...v) || 1);
  return Float64Array.from(material.pairs, ({ a, b }) => {
    const [x, y] = [vectors[a]!, vectors[b]!];
    let dot = 0;
    for (let w = 0; w < BAG; w++) dot += x[w]! * y[w]!;
    return dot / (norms[a]! * norms[b]!);
  });
}

function centred(scores: Float64Array, models: number): Float64Array {
  const at = (a: number, b: number) => scores[a > b ? (a * (a - 1)) / 2 + b : (b * (b - 1)) / 2 + a]!;
  const middle = (values: number[]) => {
    values.sort((a, b) => a - b);
    const n = values.length;
    return n % 2 ? values[n >> 1]! : (values[n / 2 - 1]! + values[n / 2]!) / 2;
  };
  const rows = Array.from({ length: models }, (_, a) =>
    middle(Array.from({ length: models }, (_, b) => b).flatMap((b) => (a === b ? [] : [at(a, b)]))),
  );
  const all = middle([...rows]);
  const out = new Float64Array(scores.length);
  for (let a = 1; a < models; a++)
    for (let b = 0; b < a; b++) out[(a * (a - 1)) / 2 + b] = at(a, b) - rows[a]! - rows[b]! + all;
  return out;
}
