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

/** Places of a layout that are ranked together: prompts of many answers each, and all short ones. Made once a layout. */
const groups = new WeakMap<Layout, { long: number[][]; short: number[] }>();
function groupsOf(layout: Layout) {
  const known = groups.get(layout);
  if (known) return known;
  const isLong = ([start, end]: readonly [number, number]) => end - start >= RANKED_WITHIN_MIN;
  const made = {
    long: layout.prompts.filter(isLong).map(([start, end]) => range(start, end)),
    short: layout.prompts.filter((prompt) => !isLong(prompt)).flatMap(([start, end]) => range(start, end)),
  };
  groups.set(layout, made);
  return made;
}

/** Ranks by n in −0.5 … 0.5, the mean of a prompt nought. */
export function ranked(values: ArrayLike<number>, layout: Layout): Float64Array {
  const out = new Float64Array(layout.keys.length);
  const { long, short } = groupsOf(layout);
  for (const places of [...long, short]) rankInto(out, values, places);
  for (const [start, end] of layout.prompts) {
    let sum = 0;
    for (let i = start; i < end; i++) sum += out[i]!;
    const mean = sum / (end - start);
    for (let i = start; i < end; i++) out[i]! -= mean;
  }
  return out;
}

/** Share of pairs of items with equal scores: within prompts of eight or more, over all shorter ones together. */
export function tiedShare(values: ArrayLike<number>, layout: Layout): number {
  const { long, short } = groupsOf(layout);
  let [tied, all] = [0, 0];
  for (const group of [...long, short]) {
    const counts = new Map<number, number>();
    for (const i of group) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
    for (const c of counts.values()) tied += (c * (c - 1)) / 2;
    all += (group.length * (group.length - 1)) / 2;
  }
  return all === 0 ? 1 : tied / all;
}

/** Numbers are sorted by themselves and looked up again: places sorted by a comparison took several times as long. */
function rankInto(out: Float64Array, values: ArrayLike<number>, places: readonly number[]): void {
  const sorted = Float64Array.from(places, (place) => values[place]!).sort();
  const n = sorted.length;
  const ranks = new Float64Array(n);
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && sorted[j] === sorted[i]) j++;
    ranks.fill((i + j - 1) / 2 / n - (n - 1) / (2 * n), i, j);
    i = j;
  }
  for (const place of places) out[place] = ranks[firstNotBelow(sorted, values[place]!)]!;
}

function firstNotBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
