/**
 * What the texts themselves say of an order, no model being asked: an order that follows length, the alphabet, numbers in
 * the text or likeness of neighbours is no random one, and an innocent model would prefer it. Two-sided p-values by the
 * exact law of concordance; likeness of neighbours by a rank among seeded shuffles. It cannot see meaning: an argument
 * that runs over lines, or dates in words, looks like nothing here.
 */
import { prng, sample } from "../../base/prng.js";
import { concordantPairs, log10Concordance } from "./law/concordance.js";

export interface Look {
  of: string;
  log10P: number;
}

/** @param texts in the order that is asked about @param seed of the shuffles */
export function looksAt(texts: readonly string[], seed: string): Look[] {
  const lengths = texts.map((text) => text.length);
  const sorted = new Map([...texts].sort().map((text, i) => [text, i]));
  const numbers = texts.map((text) => Number(/\d{1,15}/.exec(text)?.[0] ?? Number.NaN));
  const numbered = numbers.filter((each) => !Number.isNaN(each));
  const looks = [
    { of: "length", log10P: trend(lengths) },
    { of: "alphabet", log10P: trend(texts.map((text) => sorted.get(text)!)) },
    { of: "likeness of neighbours", log10P: neighbours(texts, seed) },
  ];
  if (numbered.length >= texts.length / 2) looks.push({ of: "numbers", log10P: trend(numbered) });
  return looks.map(({ of, log10P }) => ({ of, log10P: Math.round(1e6 * log10P) / 1e6 }));
}

/** Two-sided p of a trend, as log10; equal values are left to neither side. */
export function trend(values: readonly number[]): number {
  const n = values.length;
  const up = log10Concordance(n, concordantPairs(values));
  const down = log10Concordance(n, concordantPairs([...values].reverse()));
  return Math.min(0, Math.min(up, down) + Math.log10(2));
}

const SHUFFLES = 1999;
/** Neighbours that are looked at; more say nothing else. */
const LOOKED_MAX = 400;

function neighbours(all: readonly string[], seed: string): number {
  const texts = all.slice(0, LOOKED_MAX);
  const words = texts.map(
    (text) =>
      new Set(
        text
          .toLowerCase()
          .split(/\W+/)
          .filter((word) => word.length > 2),
      ),
  );
  const like = (order: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 1; i < order.length; i++) {
      const [a, b] = [words[order[i - 1]!]!, words[order[i]!]!];
      let shared = 0;
      for (const word of a) if (b.has(word)) shared++;
      sum += shared / Math.max(1, a.size + b.size - shared);
    }
    return sum;
  };
  const own = like(texts.map((_, i) => i));
  const source = prng("assay/membership-looks/v1", seed);
  let above = 0;
  for (let i = 0; i < SHUFFLES; i++) if (like(sample(texts.length, texts.length, source)) >= own - 1e-12) above++;
  return Math.log10((above + 1) / (SHUFFLES + 1));
}
