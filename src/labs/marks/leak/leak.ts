/**
 * Whose copy is it? Soft Tardos scores S = Σ_b y_b g_b, g = √((1−p)/p) where the recipient's bit is 1 and −√(p/(1−p))
 * where it is 0. For whoever has no part in the suspect, bits are independent of y: an exact bound of the tail follows
 * (Chernoff, each bit with its own rate), and freshly drawn code words show the same by counting (fresh-words.ts).
 */

import type { Recipients } from "../../../evidence/recipients.js";
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { countFreshWords, type FreshWords } from "./fresh-words.js";
import { bitRates, codeWord } from "./leak-code.js";
import type { Traces } from "./weight-mark.js";

interface RecipientScore {
  name: string;
  /** In standard deviations of an innocent's score. */
  deviations: number;
  /** Bound of P(an innocent code word scores as much), nothing paid. */
  log10P: number;
}

interface LeakResult {
  /** Strongest first. */
  recipients: RecipientScore[];
  /** Whom the bound names, all recipients paid for; strongest first. */
  named: string[];
  fresh: FreshWords;
  bitsRead: number;
}

/** As many words for each recipient as it takes for counting alone to reach 10⁻⁶ for all of them together. */
const WORDS_PER_RECIPIENT = 1_000_000;
const WORDS_MIN = 10_000_000;
/** Half a minute on one core. */
const WORDS_ENOUGH_MAX = 1_000_000_000;
/** Where nobody is named there is nothing to confirm. */
const WORDS_UNNAMED = 1_000_000;

interface Counting {
  /** Fresh code words to draw; null for as many as counting needs to reach 10⁻⁶ by itself. */
  words: number | null;
  seed: string;
  onProgress?: (done: number, total: number) => void;
}

/**
 * @param traces sums along the signs, by bit @returns recipients by falling score, each with an exact bound on log10 p
 * for someone who has no part
 */
export function traceLeak(code: Recipients, traces: Traces, draws: TokenDraws, counting: Counting): LeakResult {
  const rates = bitRates(code);
  const soft = centred(traces, rates);
  const high = Float64Array.from(rates, (p, b) => soft[b]! * Math.sqrt((1 - p) / p));
  const low = Float64Array.from(rates, (p, b) => -soft[b]! * Math.sqrt(p / (1 - p)));
  const spread = Math.sqrt(soft.reduce((sum, y) => sum + y * y, 0));
  const scores = code.recipients.map((name) => {
    const word = codeWord(code, name, rates);
    let score = 0;
    for (let b = 0; b < rates.length; b++) score += word[b] === 1 ? high[b]! : low[b]!;
    return { name, score };
  });
  scores.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  const recipients = scores.map(({ name, score }) => ({
    name,
    deviations: spread > 0 ? score / spread : 0,
    log10P: log10TailBound(score, rates, high, low),
  }));
  const paid = Math.log10(recipients.length);
  const named = recipients.filter((r) => r.log10P + paid <= OUTCOME_RULES.log10Alpha).map((r) => r.name);
  const enough = Math.min(WORDS_ENOUGH_MAX, Math.max(WORDS_MIN, WORDS_PER_RECIPIENT * recipients.length));
  const words = counting.words ?? (named.length > 0 ? enough : WORDS_UNNAMED);
  const best = scores[0]?.score ?? 0;
  const weakest = scores.findLast(({ name }) => name === named.at(-1))?.score ?? best;
  const { seed, onProgress } = counting;
  const fresh =
    spread > 0
      ? countFreshWords(draws, { rates, high, low, best, weakest, words, seed, onProgress: onProgress ?? (() => {}) })
      : { drawn: words, reaching: words, reachingWeakest: words };
  return { recipients, named, fresh, bitsRead: traces.weights.filter((w) => w > 0).length };
}

/**
 * The evidence for each bit in units of its noise, less what every copy shows (the mean bit 2p − 1 at the amplitude that
 * fits best): the same for all recipients, so whatever is taken off leaves an innocent's law as it is.
 */
export function centred({ sum, weights }: Traces, rates: Float64Array): Float64Array {
  const z = sum.map((s, b) => (weights[b]! > 0 ? s / Math.sqrt(weights[b]!) : 0));
  let cross = 0;
  let square = 0;
  for (const [b, p] of rates.entries()) {
    const mean = (2 * p - 1) * Math.sqrt(weights[b]!);
    cross += z[b]! * mean;
    square += mean * mean;
  }
  const amplitude = square > 0 ? cross / square : 0;
  return z.map((value, b) => value - amplitude * (2 * rates[b]! - 1) * Math.sqrt(weights[b]!));
}

/** Standard deviations below which the tail is not worth a search. */
const PLAIN_BELOW = 4;

/** min over θ of Σ ln(p e^{θ·high} + (1−p) e^{θ·low}) − θ·score, as log10; at most 0. Any θ is valid. */
export function log10TailBound(score: number, rates: Float64Array, high: Float64Array, low: Float64Array): number {
  if (score <= 0) return 0;
  // Any θ bounds; where nothing stands out the normal law's own is good enough and costs one sum.
  const variance = rates.reduce((sum, p, b) => sum + p * (1 - p) * (high[b]! - low[b]!) ** 2, 0);
  const at = (theta: number) => {
    let value = -theta * score;
    for (let b = 0; b < rates.length; b++) {
      const [h, l, p] = [theta * high[b]!, theta * low[b]!, rates[b]!];
      const top = Math.max(h, l);
      value += top + Math.log(p * Math.exp(h - top) + (1 - p) * Math.exp(l - top));
    }
    return value;
  };
  if (score < PLAIN_BELOW * Math.sqrt(variance)) return Math.min(0, at(score / variance) / Math.LN10);
  // Convex in θ: golden section on a bracket that grows until it rises.
  let right = 1e-6;
  while (at(2 * right) < at(right) && right < 1e12) right *= 2;
  let a = 0;
  let b = 2 * right;
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 80; i++) {
    const m = b - ratio * (b - a);
    const n = a + ratio * (b - a);
    if (at(m) < at(n)) b = n;
    else a = m;
  }
  return Math.min(0, at((a + b) / 2) / Math.LN10);
}
