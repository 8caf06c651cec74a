/**
 * Two sets of sketched units set against each other: mutual nearest neighbours, how many carry equal labels, how many
 * stand in the same order, how alike equal labels are beside labels shifted by a few, and how alike the values of
 * paired units are, unit by unit and feature by feature. Numbers only; what they are worth as evidence is a question
 * for stats/. It sees labels only after the pairs are found.
 */
import { assert } from "../base/error.js";
import { longestIncreasing } from "./increasing.js";
import type { Kernel, Matrix, Nearest } from "./kernel.js";

/** Which unit of a group carries which label; the same in each group. Left out: units are numbered as they lie. */
interface Labels {
  a: Int32Array;
  b: Int32Array;
}

export interface MatchRule {
  /** Units are matched within each of `groups` equal stretches. */
  groups: number;
  labels?: Labels | undefined;
  /** Compare labels shifted within blocks of this many; both sides must carry the same labels. */
  shiftBlock?: number | undefined;
  /** Also list the mutual pairs, as units. */
  list?: boolean | undefined;
  /** Weigh the values of paired units. */
  values?: ValueColumns | undefined;
}

/** From the first column up to, not with, the second. */
export type Columns = readonly [number, number];

/**
 * Which columns of the sketches are weighed: of units with equal labels, and of units in one order. The latter are
 * paired by other columns than those weighed, because a pairing that looked for likeness would find it.
 */
export interface ValueColumns {
  /** Each part of a sketch for itself. */
  equal: readonly Columns[];
  order: { pair: Columns; weigh: Columns };
}

/** Inner products of paired units, one a pair; and of the same columns over all pairs, one a column. */
export interface Likeness {
  units: Float64Array;
  features: Float64Array;
}

export interface Matching {
  /** Mutual pairs in each group. */
  pairs: number[];
  /** Pairs whose labels are equal, over all groups. */
  self: number;
  /** Longest run of pairs whose labels rise on both sides, summed over groups. */
  increasing: number;
  shifts: Shifts | null;
  /** Median cosine of the equal-label pairs, of the other mutual pairs, of those in the same order; null: none. */
  selfCosine: number | null;
  otherCosine: number | null;
  orderCosine: number | null;
  /** Likeness of values where it was asked for; `order` null where the order says nothing anyway. */
  values?: { equal: Likeness[]; order: Likeness | null };
  list?: { a: number; b: number }[];
}

/** Sums of inner products of label i with label i shifted by 0, 1, … within its block. */
export interface Shifts {
  /** Block behind block, each as long as it has labels: thousands of blocks a pair, so not a list of lists. */
  sums: Float64Array;
  lengths: Uint32Array;
  /** Over all inner products within blocks: Σ of squares, and how many. */
  squares: { sum: number; count: number };
}

interface MutualPair {
  a: number;
  b: number;
  cosine: number;
}

/**
 * @param a row-major sketches, one a unit, groups one behind the other @param b the same of the other side, as many
 * groups
 * @returns pairs of mutual nearest neighbours within each group, and what `rule` asks to be counted of them; ties make
 * no pair
 */
export function matchUnits(kernel: Kernel, a: Matrix, b: Matrix, rule: MatchRule): Matching {
  const { groups, labels } = rule;
  const [sizeA, sizeB] = [a.n / groups, b.n / groups];
  assert(
    labels === undefined || (labels.a.length === sizeA && labels.b.length === sizeB),
    "matchUnits: expected a label for each unit of a group",
  );
  const pairs: number[] = [];
  const self: number[] = [];
  const other: number[] = [];
  const ordered: number[] = [];
  const list: { a: number; b: number }[] = [];
  for (let g = 0; g < groups; g++) {
    const found = mutualPairs(kernel.nearest(slice(a, g * sizeA, sizeA), slice(b, g * sizeB, sizeB)), sizeA);
    const labelled = found.map((p) => ({
      a: labels ? labels.a[p.a]! : p.a,
      b: labels ? labels.b[p.b]! : p.b,
      cosine: p.cosine,
    }));
    for (const p of labelled) (p.a === p.b ? self : other).push(p.cosine);
    labelled.sort((x, y) => x.a - y.a);
    for (const at of longestIncreasing(labelled.map((p) => p.b))) ordered.push(labelled[at]!.cosine);
    pairs.push(found.length);
    if (rule.list) list.push(...found.map((p) => ({ a: g * sizeA + p.a, b: g * sizeB + p.b })));
  }
  return {
    pairs,
    self: self.length,
    increasing: ordered.length,
    shifts: rule.shiftBlock === undefined ? null : shifts(a, b, rule.shiftBlock, groups),
    selfCosine: median(self),
    otherCosine: median(other),
    orderCosine: median(ordered),
    ...(rule.list ? { list } : {}),
    ...(rule.values
      ? { values: likenesses(kernel, a, b, rule, rule.values, { pairs, increasing: ordered.length }) }
      : {}),
  };
}

function likenesses(
  kernel: Kernel,
  a: Matrix,
  b: Matrix,
  { groups, labels }: MatchRule,
  { equal, order }: ValueColumns,
  found: { pairs: readonly number[]; increasing: number },
): NonNullable<Matching["values"]> {
  const [sizeA, sizeB] = [a.n / groups, b.n / groups];
  const same: [number, number][] = [];
  const unitOfB = labels ? new Map(Array.from(labels.b, (label, unit) => [label, unit])) : null;
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < sizeA; i++) {
      const j = unitOfB && labels ? unitOfB.get(labels.a[i]!) : i < sizeB ? i : undefined;
      if (j !== undefined) same.push([g * sizeA + i, g * sizeB + j]);
    }
  // Orders of fewer pairs than e√m carry no evidence (stats/increasing-matches.ts); most pairs stop here.
  const most = found.pairs.reduce((sum, m) => sum + m, 0);
  const told = found.increasing > Math.E * Math.sqrt(most);
  return {
    equal: equal.map((columns) => likeness(a, b, same, columns)),
    order: told ? likeness(a, b, inOneOrder(kernel, a, b, groups, labels, order.pair), order.weigh) : null,
  };
}

/** Units paired by some columns alone, those of them that stand in one order. */
function inOneOrder(
  kernel: Kernel,
  a: Matrix,
  b: Matrix,
  groups: number,
  labels: Labels | undefined,
  by: Columns,
): [number, number][] {
  const [left, right] = [columnsOf(a, by), columnsOf(b, by)];
  const [sizeA, sizeB] = [a.n / groups, b.n / groups];
  const out: [number, number][] = [];
  for (let g = 0; g < groups; g++) {
    const found = mutualPairs(kernel.nearest(slice(left, g * sizeA, sizeA), slice(right, g * sizeB, sizeB)), sizeA);
    const numbered = found.map((p) => ({
      ...p,
      from: labels ? labels.a[p.a]! : p.a,
      to: labels ? labels.b[p.b]! : p.b,
    }));
    numbered.sort((x, y) => x.from - y.from);
    for (const at of longestIncreasing(numbered.map((p) => p.to)))
      out.push([g * sizeA + numbered[at]!.a, g * sizeB + numbered[at]!.b]);
  }
  return out;
}

function likeness(a: Matrix, b: Matrix, pairs: readonly [number, number][], [from, to]: Columns): Likeness {
  const [x, y] = [a.data, b.data];
  const features = new Float64Array(to - from);
  const units = new Float64Array(pairs.length);
  for (let p = 0; p < pairs.length; p++) {
    const [ofA, ofB] = [pairs[p]![0] * a.k + from, pairs[p]![1] * b.k + from];
    let sum = 0;
    for (let c = 0; c < features.length; c++) {
      const product = x[ofA + c]! * y[ofB + c]!;
      features[c]! += product;
      sum += product;
    }
    units[p] = sum;
  }
  return { units, features };
}

function columnsOf(m: Matrix, [from, to]: Columns): Matrix {
  const data = new Float32Array(m.n * (to - from));
  for (let r = 0; r < m.n; r++) data.set(m.data.subarray(r * m.k + from, r * m.k + to), r * (to - from));
  return { n: m.n, k: to - from, data };
}

function mutualPairs({ rows, columns }: { rows: Nearest; columns: Nearest }, units: number): MutualPair[] {
  const out: MutualPair[] = [];
  for (let i = 0; i < units; i++) {
    const j = rows.partner[i]!;
    // A shared maximum has no one nearest neighbour: dropping it keeps the rule blind to labels.
    if (j < 0 || rows.tie[i] || columns.tie[j] || columns.partner[j] !== i || !(rows.value[i]! > 0)) continue;
    out.push({ a: i, b: j, cosine: rows.value[i]! });
  }
  return out;
}

function shifts(a: Matrix, b: Matrix, block: number, groups: number): Shifts {
  assert(a.n === b.n && a.k === b.k, "matchUnits: expected equal units to shift");
  const size = a.n / groups;
  const sums = new Float64Array(a.n);
  const lengths: number[] = [];
  const products = new Float64Array(block);
  const squares = { sum: 0, count: 0 };
  let at = 0;
  for (let g = 0; g < groups; g++)
    for (let start = 0; start < size; start += block) {
      const length = Math.min(block, size - start);
      // One label alone cannot be shifted.
      if (length < 2) continue;
      for (let i = 0; i < length; i++) {
        innerWithAll(a, g * size + start + i, b, g * size + start, length, products);
        for (let j = 0; j < length; j++) {
          const product = products[j]!;
          sums[at + ((j - i + length) % length)]! += product;
          squares.sum += product * product;
          squares.count++;
        }
      }
      lengths.push(length);
      at += length;
    }
  return { sums: sums.slice(0, at), lengths: Uint32Array.from(lengths), squares };
}

/**
 * Inner products of row i of a with `count` rows of b, in f64, each in the order of its columns. Four at once: a sum
 * waits for its last addition, four do not wait for each other.
 */
function innerWithAll(a: Matrix, i: number, b: Matrix, from: number, count: number, out: Float64Array): void {
  const { k, data: x } = a;
  const y = b.data;
  const ofA = i * k;
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const [p, q, r, s] = [(from + j) * k, (from + j + 1) * k, (from + j + 2) * k, (from + j + 3) * k];
    let [u, v, w, z] = [0, 0, 0, 0];
    for (let c = 0; c < k; c++) {
      const value = x[ofA + c]!;
      u += value * y[p + c]!;
      v += value * y[q + c]!;
      w += value * y[r + c]!;
      z += value * y[s + c]!;
    }
    out[j] = u;
    out[j + 1] = v;
    out[j + 2] = w;
    out[j + 3] = z;
  }
  for (; j < count; j++) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += x[ofA + c]! * y[(from + j) * k + c]!;
    out[j] = sum;
  }
}

function slice(m: Matrix, at: number, n: number): Matrix {
  return { n, k: m.k, data: m.data.subarray(at * m.k, (at + n) * m.k) };
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  values.sort((x, y) => x - y);
  return values[Math.floor((values.length - 1) / 2)]!;
}
