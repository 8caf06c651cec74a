/**
 * How alike two blocks have to be before their likeness is more than what structure alone makes. Where few free numbers
 * stand behind many (circulant, hashed, Kronecker matrices; rows made from a few), even independent values come out
 * alike by as much as one over the root of how many are free, in all units at once. Two looks at it:
 * layers that cannot come from one another (of one model among themselves; pairs of layers of the two models, of which
 * most are strangers), and how often one pair of sizes (|x|, |y|) comes back among values in the same places.
 * It cannot see few free numbers behind matrices that differ from layer to layer and repeat no value.
 */
import type { Matrix } from "../../../kernels/kernel.js";
import type { Columns } from "../../../kernels/matching.js";

/** Times the scale. Products of two normal numbers, the heaviest tails met, pass it once in a thousand; and each part must. */
const CLEAR = 6;
/** A median of m sizes is itself uncertain; with few of them the likeness has to stand further off. */
const FEW = 6;
/** The median of |x| of a normal law, in units of its deviation. */
const MEDIAN_OF_NORMAL = 0.6745;
/** Where hardly a number is free, or one layer serves for all, this much in every part still speaks: copies reach it. */
const ENOUGH = 0.5;

/** The least likeness by layers that are strangers: mean cosines of pairs of blocks, fewer than half of them related. */
export function clearOfStrangers(strangers: readonly number[]): number {
  const sizes = strangers.map(Math.abs).sort((a, b) => a - b);
  if (sizes.length === 0) return 0;
  const middle = sizes[Math.floor((sizes.length - 1) / 2)]!;
  return Math.min(ENOUGH, (CLEAR * (1 + FEW / sizes.length) * middle) / MEDIAN_OF_NORMAL);
}

/**
 * The least likeness by the values that come back: of two equally long lists of values in the same places. Were the
 * sizes drawn from K pairs, a share 1/K of all pairs of places would hold the same one. Noughts are left aside.
 */
export function clearOfRepeats(a: Float32Array, b: Float32Array): number {
  const sizes = new Float32Array(2 * a.length);
  let n = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0 || b[i] === 0) continue;
    sizes[2 * n] = Math.abs(a[i]!);
    sizes[2 * n + 1] = Math.abs(b[i]!);
    n++;
  }
  const keys = new BigUint64Array(sizes.buffer, 0, n).sort();
  let repeats = 0;
  for (let at = 1, run = 0; at < n; at++) {
    run = keys[at] === keys[at - 1] ? run + 1 : 0;
    repeats += run;
  }
  if (repeats === 0) return 0;
  const free = (n * (n - 1)) / 2 / repeats;
  return Math.min(ENOUGH, CLEAR / Math.sqrt(free));
}

/** Mean cosine of units of one number, by sketches with as many units, over one of `parts` parts. */
export function likenessOf(a: Matrix, b: Matrix, [from, to]: Columns, parts: number): number {
  let sum = 0;
  for (let i = 0; i < a.n; i++) for (let c = from; c < to; c++) sum += a.data[i * a.k + c]! * b.data[i * b.k + c]!;
  return (parts * sum) / a.n;
}
