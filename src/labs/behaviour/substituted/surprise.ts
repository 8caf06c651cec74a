/**
 * How surprising an answer is among honest ones to the same prompt: the share of honest answers that agree with the
 * other hosts' answers as little as it does. Agreement is the share of the pool with the same opening, as far as
 * both go, summed over depths; ties are broken by a number drawn for the request, so that the surprise of one more honest answer is uniform.
 * Where honest answers scatter, another scattered one surprises nobody; where they are one text, any other does.
 */
import { DEPTHS, LEVELS } from "./method.js";

const DEEPEST = DEPTHS[DEPTHS.length - 1]!;

/** Openings of one host to one prompt. */
export type Answers = readonly string[];

export interface Pool {
  counts: Counts;
  size: number;
  /** Agreement of each honest answer with the other hosts' answers, ascending. */
  agreements: Float64Array;
}

/** Openings by what they begin with, and by what they are as a whole. */
interface Counts {
  begin: Map<string, number>;
  whole: Map<string, number>;
}

/** @param hosts honest answers to one prompt, host by host; at least two hosts */
export function poolOf(hosts: readonly Answers[]): Pool {
  const counts = countsOf(hosts.flat());
  const size = hosts.reduce((total, { length }) => total + length, 0);
  const agreements: number[] = [];
  for (const answers of hosts) {
    const others = size - answers.length;
    if (others === 0) continue;
    const own = countsOf(answers);
    const known = new Map<string, number>();
    for (const text of answers) {
      const agreement = known.get(text) ?? (agreeing(text, counts) - agreeing(text, own)) / others;
      known.set(text, agreement);
      agreements.push(agreement);
    }
  }
  return { counts, size, agreements: Float64Array.from(agreements).sort() };
}

function countsOf(openings: Answers): Counts {
  const [begin, whole] = [new Map<string, number>(), new Map<string, number>()];
  const times = new Map<string, number>();
  for (const text of openings) add(times, text, 1);
  for (const [text, count] of times) {
    const cut = text.slice(0, DEEPEST);
    add(whole, cut, count);
    for (let length = 1; length <= cut.length; length++) add(begin, cut.slice(0, length), count);
  }
  return { begin, whole };
}

/**
 * How many openings agree with this one, summed over depths. Two agree to a depth as far as both go: an answer that a
 * host cuts short, at a stop or after fewer tokens, is no other answer, and a longer one is none either.
 */
function agreeing(text: string, { begin, whole }: Counts): number {
  let [total, shorter, length] = [0, 0, 0];
  for (const depth of DEPTHS) {
    const cut = text.slice(0, depth);
    // Openings that ended before, and of which this one is the continuation.
    for (; length < cut.length; length++) shorter += whole.get(cut.slice(0, length)) ?? 0;
    total += (begin.get(cut) ?? 0) + shorter;
  }
  return total;
}

/**
 * Near 0 where hardly any honest answer agrees with the others so little.
 * @param drawn from 0 to 1, fixed by the seed, the prompt and the answer's place, never by its text
 */
export function surpriseOf(text: string, { counts, size, agreements }: Pool, drawn: number): number {
  const agreement = size === 0 ? 0 : agreeing(text, counts) / size;
  // Sums of the same shares in another order differ in their last bits.
  const less = countUpTo(agreements, agreement - 1e-9);
  const ties = countUpTo(agreements, agreement + 1e-9) - less;
  return (less + drawn * (ties + 1)) / (agreements.length + 1);
}

/** How many of the ascending values are at most this. */
function countUpTo(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number of levels that it reaches: levels rise, so a surprise at one is a surprise at all above. */
export function levelsReached(surprise: number): number {
  return LEVELS.filter((level) => surprise <= level).length;
}

const add = (counts: Map<string, number>, key: string, by: number) => counts.set(key, (counts.get(key) ?? 0) + by);
