/**
 * What a key drawn at random makes of a text under SynthID's table in the transformers library. The table is one for all
 * keys (seed 0 unless changed): a layer's key only rotates it. Draws of different tuples therefore hang together, and in
 * text that somebody else marked through the same table they do so strongly: under a stranger's key a long text scores
 * several standard deviations above the law of independent draws, one key in some hundred. Here each layer's law is its
 * exact one over all rotations, and the weighted sum over layers is bounded by Chernoff.
 */
import { rotationSums } from "../../../stats/circular-correlation.js";

/** The low word of the hash's multiplier: rotations are by the low bits of h · multiplier. */
const MULTIPLIER_LOW = 0x4c957f2d;
/** Sizes of one evaluation, in table entries, that a test of many texts or passages may spend: some seconds. */
const EVALUATIONS_ENTRIES = 2 ** 21;

export interface KeyTail {
  /** How often a test of many parts may ask: the parts that look strongest come first. */
  evaluationsMax: number;
  /**
   * log10 of a bound of P(these draws sum to `sum` or more) over keys drawn at random.
   * @param names distinct draws, two words each, the low one the draw
   */
  log10P(names: Uint32Array, sum: number): number;
}

/** @param table 2^k entries of 0 and 1; @param weights of the layers */
export function tableKeyTail(table: Uint8Array, weights: readonly number[]): KeyTail {
  let rotations: ReturnType<typeof rotationSums> | null = null;
  const m = table.length;
  const times = new Map<number, number>();
  for (const w of weights) times.set(w, (times.get(w) ?? 0) + 1);
  return {
    evaluationsMax: Math.max(3, Math.min(200, Math.floor(EVALUATIONS_ENTRIES / m))),
    log10P: (names, sum) => {
      rotations ??= rotationSums(table);
      const counts = new Float64Array(m);
      for (let i = 1; i < names.length; i += 2) counts[Math.imul(names[i]!, MULTIPLIER_LOW) & (m - 1)]! += 1;
      return weightedTail(shares(rotations(counts)), times, sum);
    },
  };
}

/** Distinct values, and the share of rotations that give each. */
function shares(values: Float64Array): Map<number, number> {
  const of = new Map<number, number>();
  for (const value of values) of.set(value, (of.get(value) ?? 0) + 1);
  for (const [value, count] of of) of.set(value, count / values.length);
  return of;
}

/** min over θ ≥ 0 of Σ over layers ln E e^(θ w X) − θ · sum, as log10. Any θ bounds. */
function weightedTail(law: ReadonlyMap<number, number>, times: ReadonlyMap<number, number>, sum: number): number {
  const values = Float64Array.from(law.keys());
  const logs = Float64Array.from(law.values(), Math.log);
  let mean = 0;
  for (const [value, share] of law) mean += value * share;
  const weight = [...times].reduce((total, [w, count]) => total + w * count, 0);
  if (sum <= mean * weight) return 0;
  const cumulant = (t: number): number => {
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < values.length; i++) top = Math.max(top, t * values[i]! + logs[i]!);
    let total = 0;
    for (let i = 0; i < values.length; i++) total += Math.exp(t * values[i]! + logs[i]! - top);
    return top + Math.log(total);
  };
  const at = (theta: number): number => {
    let value = -theta * sum;
    for (const [w, count] of times) value += count * cumulant(theta * w);
    return value;
  };
  // Convex in θ: a bracket that grows until it rises, then golden section.
  let right = 1e-6;
  while (at(2 * right) < at(right) && right < 1e3) right *= 2;
  let a = 0;
  let b = 2 * right;
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 40; i++) {
    const low = b - ratio * (b - a);
    const high = a + ratio * (b - a);
    if (at(low) < at(high)) b = high;
    else a = low;
  }
  return Math.min(0, at((a + b) / 2) / Math.LN10);
}
