/**
 * Scores as ranks, centred by prompt: invariant to any monotone disguise. A prompt of eight answers or more is ranked
 * within itself; shorter ones are ranked over the probe, so that the size of a preference is not lost, and centred. Equal
 * scores take their mean rank. An affine bonus for each prompt is what shaping is here (Ng 1999), and centring removes it.
 */
import { RANKED_WITHIN_MIN } from "../method.js";

/** Items of a probe in their order, as runs of one prompt each. */
export interface Layout {
  /** Keys of rows, prompts together. */
  keys: readonly string[];
  /** [start, end) of each prompt. */
  prompts: readonly (readonly [number, number])[];
}

/** Ranks by n in −0.5 … 0.5, the mean of a prompt nought. */
export function ranked(values: ArrayLike<number>, { prompts, keys }: Layout): Float64Array {
  const out = new Float64Array(keys.length);
  const short: number[] = [];
  for (const [start, end] of prompts) {
    if (end - start >= RANKED_WITHIN_MIN) rankInto(out, values, range(start, end));
    else short.push(...range(start, end));
  }
  rankInto(out, values, short);
  for (const [start, end] of prompts) {
    let sum = 0;
    for (let i = start; i < end; i++) sum += out[i]!;
    const mean = sum / (end - start);
    for (let i = start; i < end; i++) out[i]! -= mean;
  }
  return out;
}

/** Share of pairs of items with equal scores: within prompts of eight or more, over all shorter ones together. */
export function tiedShare(values: ArrayLike<number>, { prompts }: Layout): number {
  const groups = prompts.filter(([a, b]) => b - a >= RANKED_WITHIN_MIN).map(([a, b]) => range(a, b));
  const short = prompts.filter(([a, b]) => b - a < RANKED_WITHIN_MIN).flatMap(([a, b]) => range(a, b));
  let [tied, all] = [0, 0];
  for (const group of [...groups, short]) {
    const counts = new Map<number, number>();
    for (const i of group) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
    for (const c of counts.values()) tied += (c * (c - 1)) / 2;
    all += (group.length * (group.length - 1)) / 2;
  }
  return all === 0 ? 1 : tied / all;
}

function rankInto(out: Float64Array, values: ArrayLike<number>, places: number[]): void {
  const order = places.sort((a, b) => values[a]! - values[b]!);
  const n = order.length;
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && values[order[j]!] === values[order[i]!]) j++;
    for (let k = i; k < j; k++) out[order[k]!] = (i + j - 1) / 2 / n - (n - 1) / (2 * n);
    i = j;
  }
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
