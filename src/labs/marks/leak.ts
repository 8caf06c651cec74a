/**
 * Whose copy is it? Soft Tardos scores S = Σ_b y_b g_b, g = √((1−p)/p) where the recipient's bit is 1 and −√(p/(1−p))
 * where it is 0. For whoever has no part in the suspect, bits are independent of y: an exact bound of the tail follows
 * (Chernoff, each bit with its own rate), and freshly drawn code words show the same by counting.
 */
import { prng } from "../../base/prng.js";
import { bitRates, codeWord, type Recipients } from "./leak-code.js";
import type { Traces } from "./weight-mark.js";

export interface RecipientScore {
  name: string;
  /** In standard deviations of an innocent's score. */
  deviations: number;
  /** Bound of P(an innocent code word scores as much), nothing paid. */
  log10P: number;
}

export interface LeakResult {
  /** Strongest first. */
  recipients: RecipientScore[];
  /** Freshly drawn code words that reach the best score, and how many were drawn. */
  fresh: { reaching: number; drawn: number };
  bitsRead: number;
}

export function traceLeak(code: Recipients, traces: Traces, freshWords: number, seed: string): LeakResult {
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
  const best = scores[0]?.score ?? 0;
  const reaching = spread > 0 ? countFresh(best, rates, high, low, freshWords, seed) : freshWords;
  return { recipients, fresh: { reaching, drawn: freshWords }, bitsRead: traces.weights.filter((w) => w > 0).length };
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

/** Bits in one table: a draw of eight bits at once costs one look-up. */
const GROUP = 8;

/**
 * Fresh code words whose score reaches `best`: eight bits at a time from their joint law, by the alias method, groups
 * that can add most first. A word is given up as soon as the rest of it could not reach: the count is the same.
 */
function countFresh(
  best: number,
  rates: Float64Array,
  high: Float64Array,
  low: Float64Array,
  words: number,
  seed: string,
): number {
  const { value, accept, alias, rest } = groupTables(rates, high, low);
  const groups = rest.length;
  // Sums of two orders may differ in their last bits: a word within that of the best counts as reaching.
  const enough = best - 1e-9 * Math.abs(best);
  // A 32-bit generator seeded by the house's own: 256 code words' worth of bits would exhaust SHA-256's speed.
  const source = prng("assay/leak/v1/fresh", seed);
  let [x, y, z, w] = [source.uint32() | 0, source.uint32() | 0, source.uint32() | 0, source.uint32() | 1];
  let reaching = 0;
  for (let n = 0; n < words; n++) {
    let score = 0;
    let g = 0;
    for (; g < groups; g++) {
      const t = x ^ (x << 11);
      x = y;
      y = z;
      z = w;
      w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
      const slot = (g << GROUP) | (w & 255);
      score += w >>> 8 < accept[slot]! ? value[slot]! : value[(g << GROUP) | alias[slot]!]!;
      if (score + rest[g]! < enough) break;
    }
    if (g === groups) reaching++;
  }
  return reaching;
}

interface GroupTables {
  /** By group and draw of eight bits: what it adds; below which of 2²⁴ numbers it stands, and what stands for it else. */
  value: Float64Array;
  accept: Int32Array;
  alias: Uint8Array;
  /** The most that the groups behind each can add. */
  rest: Float64Array;
}

function groupTables(rates: Float64Array, high: Float64Array, low: Float64Array): GroupTables {
  const most = Float64Array.from(rates, (_, b) => Math.max(high[b]!, low[b]!));
  const order = Array.from(rates.keys()).sort((a, b) => most[b]! - most[a]! || a - b);
  const groups = Math.ceil(order.length / GROUP);
  const size = 1 << GROUP;
  const value = new Float64Array(groups * size);
  const accept = new Int32Array(groups * size);
  const alias = new Uint8Array(groups * size);
  const rest = new Float64Array(groups);
  for (let g = groups - 1; g >= 0; g--) {
    const bits = order.slice(g * GROUP, (g + 1) * GROUP);
    if (g > 0) rest[g - 1] = rest[g]! + bits.reduce((sum, b) => sum + most[b]!, 0);
    const p = new Float64Array(size).fill(1);
    for (let s = 0; s < size; s++)
      for (let k = 0; k < GROUP; k++) {
        const on = (s >> k) & 1;
        const b = bits[k];
        if (b === undefined) p[s]! *= on ? 0 : 1;
        else {
          p[s]! *= on ? rates[b]! : 1 - rates[b]!;
          value[g * size + s]! += on ? high[b]! : low[b]!;
        }
      }
    fillAlias(p, accept.subarray(g * size, (g + 1) * size), alias.subarray(g * size, (g + 1) * size));
  }
  return { value, accept, alias, rest };
}

/** Walker's alias tables of a law over 256 outcomes. */
function fillAlias(p: Float64Array, accept: Int32Array, alias: Uint8Array): void {
  const n = p.length;
  const scaled = p.map((value) => value * n);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) (scaled[i]! < 1 ? small : large).push(i);
  accept.fill(2 ** 24);
  for (let i = 0; i < n; i++) alias[i] = i;
  while (small.length > 0 && large.length > 0) {
    const s = small.pop()!;
    const l = large.at(-1)!;
    accept[s] = Math.round(scaled[s]! * 2 ** 24);
    alias[s] = l;
    scaled[l]! -= 1 - scaled[s]!;
    if (scaled[l]! < 1) {
      large.pop();
      small.push(l);
    }
  }
}
