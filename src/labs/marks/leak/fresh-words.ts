/**
 * Freshly drawn code words held against a suspect by counting: how many of m reach a score (Furon and Desoubeaux 2014
 * count for Tardos codes). A word's score is the sum of a few parts of 256 bits, and each part is drawn from its exact
 * law, made by convolution on a grid and drawn by Walker's alias method. Everything is rounded up, so that a fresh word
 * scores at least what it would: the count can be too large, never too small.
 */
import { prng } from "../../../base/prng.js";
import { SUM_CELLS, type TokenDraws } from "../../../kernels/token-draws.js";

/** Bits of one part: few draws a word, and tables that a core's own cache holds (8 of 64 kB for 2,048 bits). */
const PART_BITS = 256;
/** Steps of the finer grid on which a part's law is made: each bit is rounded up by less than one of them. */
const FINER = 16;
/** Words drawn between two reports of progress: about a second. */
const WORDS_A_TURN = 25_000_000;

export interface FreshWords {
  drawn: number;
  /** Words that reach the best recipient's score, and the weakest named recipient's. */
  reaching: number;
  reachingWeakest: number;
}

interface FreshWordsAsked {
  /** By bit: P(1), and what a 1 and a 0 add to a score. */
  rates: Float64Array;
  high: Float64Array;
  low: Float64Array;
  best: number;
  weakest: number;
  words: number;
  seed: string;
  onProgress: (done: number, total: number) => void;
}

/**
 * @returns how many fresh words reach the best score and the weakest one named; rounded up, so against the recipient's
 * accuser
 */
export function countFreshWords(draws: TokenDraws, asked: FreshWordsAsked): FreshWords {
  const { rates, high, low, words, seed, onProgress } = asked;
  const { base, unit, parts } = partsOf(rates, high, low);
  // A score in steps of the grid; sums of two orders may differ in their last bits, and the lower one counts.
  const steps = (score: number) => Math.floor((score - 1e-9 * Math.abs(score) - base) / unit);
  const source = prng("assay/leak/v2/fresh", seed);
  const word = () => (BigInt(source.uint32()) << 32n) | BigInt(source.uint32());
  const state = BigUint64Array.of(word(), word(), word(), word() | 1n);
  const tables = new Uint32Array(2 * SUM_CELLS * parts.length);
  for (const [i, law] of parts.entries()) fillAlias(law, tables.subarray(2 * SUM_CELLS * i, 2 * SUM_CELLS * (i + 1)));
  const most = Int32Array.from(parts, (law) => law.findLastIndex((p) => p > 0));
  const drawn = draws.sumsReaching({ tables, most, low: steps(asked.weakest), high: steps(asked.best), state });
  let done = 0;
  while (done < words) {
    const turn = Math.min(WORDS_A_TURN, words - done);
    drawn.more(turn);
    done += turn;
    onProgress(done, words);
  }
  return { drawn: words, reaching: drawn.high, reachingWeakest: drawn.low };
}

interface PartLaws {
  /** What every word scores at least; one step of the grid. */
  base: number;
  unit: number;
  /** By part: the probability of each number of steps above the base. */
  parts: Float64Array[];
}

/** The laws of the parts of a fresh word's score, rounded up to a common grid of SUM_CELLS steps a part at most. */
export function partsOf(rates: Float64Array, high: Float64Array, low: Float64Array): PartLaws {
  const count = Math.ceil(rates.length / PART_BITS);
  const base = rates.reduce((sum, _, b) => sum + Math.min(high[b]!, low[b]!), 0);
  const ranges = Array.from({ length: count }, (_, i) => {
    let range = 0;
    for (let b = i; b < rates.length; b += count) range += Math.abs(high[b]! - low[b]!);
    return range;
  });
  // One step to spare a bit on the finer grid, and one for the last rounding.
  const spare = PART_BITS / FINER + 2;
  const unit = Math.max(...ranges) / (SUM_CELLS - spare);
  const parts = ranges.map((_, i) => partLaw(rates, high, low, i, count, unit));
  return { base, unit, parts };
}

/** Bits i, i + count, i + 2 count, …: the law of the steps they add, convolved bit by bit on the finer grid. */
function partLaw(
  rates: Float64Array,
  high: Float64Array,
  low: Float64Array,
  first: number,
  count: number,
  unit: number,
): Float64Array {
  const law = new Float64Array(SUM_CELLS * FINER);
  law[0] = 1;
  let top = 0;
  for (let b = first; b < rates.length; b += count) {
    const gain = high[b]! - low[b]!;
    if (gain === 0) continue;
    // A gain is what the better of the two values adds to the worse.
    const rate = gain > 0 ? rates[b]! : 1 - rates[b]!;
    const step = Math.ceil((Math.abs(gain) / unit) * FINER);
    for (let at = top; at >= 0; at--) {
      const p = law[at]!;
      if (p === 0) continue;
      law[at] = p * (1 - rate);
      law[at + step]! += p * rate;
    }
    top += step;
  }
  const coarse = new Float64Array(SUM_CELLS);
  for (let at = 0; at <= top; at++) coarse[Math.ceil(at / FINER)]! += law[at]!;
  return coarse;
}

/**
 * Walker's alias table of a law over SUM_CELLS outcomes: below which of 2³² numbers a cell stands for itself, and for
 * which cell it stands else. Thresholds are rounded in favour of the larger of the two.
 */
function fillAlias(law: Float64Array, table: Uint32Array): void {
  const n = law.length;
  const total = law.reduce((sum, p) => sum + p, 0);
  const scaled = law.map((p) => (p * n) / total);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) {
    (scaled[i]! < 1 ? small : large).push(i);
    table[2 * i] = 2 ** 32 - 1;
    table[2 * i + 1] = i;
  }
  while (small.length > 0 && large.length > 0) {
    const s = small.pop()!;
    const l = large.at(-1)!;
    const share = scaled[s]! * 2 ** 32;
    table[2 * s] = Math.min(2 ** 32 - 1, s > l ? Math.ceil(share) : Math.floor(share));
    table[2 * s + 1] = l;
    scaled[l]! -= 1 - scaled[s]!;
    if (scaled[l]! < 1) {
      large.pop();
      small.push(l);
    }
  }
  // What rounding left over in the list of small ones stands for the largest cell that has any weight.
  const most = law.findLastIndex((p) => p > 0);
  for (const s of small) if (scaled[s]! < 0.5) table.set([0, most], 2 * s);
}
