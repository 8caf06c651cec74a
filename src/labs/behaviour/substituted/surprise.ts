/**
 * How surprising an answer is among honest ones to the same prompt: the share of honest answers that agree with the
 * other hosts' answers as little as it does. Agreement is the share of the pool with the same opening, summed over
 * depths; ties are broken by a number drawn for the request, so that the surprise of one more honest answer is uniform.
 * Where honest answers scatter, another scattered one surprises nobody; where they are one text, any other does.
 */
import { DEPTHS, LEVELS } from "./method.js";

/** Openings of one host to one prompt. */
export type Answers = readonly string[];

interface Pool {
  /** Answers with this opening, by depth. */
  counts: readonly Map<string, number>[];
  size: number;
  /** Agreement of each honest answer with the other hosts' answers, ascending. */
  agreements: Float64Array;
}

/** @param hosts honest answers to one prompt, host by host; at least two hosts */
export function poolOf(hosts: readonly Answers[]): Pool {
  const counts = DEPTHS.map(() => new Map<string, number>());
  let size = 0;
  const cut = hosts.map((answers) => answers.map((text) => DEPTHS.map((depth) => text.slice(0, depth))));
  for (const answers of cut) {
    size += answers.length;
    for (const openings of answers) for (const [d, opening] of openings.entries()) add(counts[d]!, opening, 1);
  }
  const agreements: number[] = [];
  for (const answers of cut) {
    const others = size - answers.length;
    if (others === 0) continue;
    const own = DEPTHS.map(() => new Map<string, number>());
    for (const openings of answers) for (const [d, opening] of openings.entries()) add(own[d]!, opening, 1);
    for (const openings of answers)
      agreements.push(sum(openings.map((opening, d) => counts[d]!.get(opening)! - own[d]!.get(opening)!)) / others);
  }
  return { counts, size, agreements: Float64Array.from(agreements).sort() };
}

/**
 * Near 0 where hardly any honest answer agrees with the others so little.
 * @param drawn from 0 to 1, fixed by the seed, the prompt and the answer's place, never by its text
 */
export function surpriseOf(text: string, { counts, size, agreements }: Pool, drawn: number): number {
  const agreement = size === 0 ? 0 : sum(DEPTHS.map((depth, d) => counts[d]!.get(text.slice(0, depth)) ?? 0)) / size;
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
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
