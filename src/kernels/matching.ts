/**
 * Two sets of sketched units set against each other: mutual nearest neighbours, how many carry equal labels, how many
 * stand in the same order, and how alike equal labels are beside labels shifted by a few. Numbers only; what they are
 * worth as evidence is a question for stats/. It sees labels only after the pairs are found.
 */
import { assert } from "../base/error.js";
import { longestIncreasing } from "./increasing.js";
import type { Kernel, Matrix, Nearest } from "./kernel.js";

/** Which unit of a group carries which label; the same in each group. Left out: units are numbered as they lie. */
export interface Labels {
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
  list?: { a: number; b: number }[];
}

/** Sums of inner products of label i with label i shifted by 0, 1, … within its block. */
export interface Shifts {
  sums: number[][];
  /** Over all inner products within blocks: Σ of squares, and how many. */
  squares: { sum: number; count: number };
}

interface MutualPair {
  a: number;
  b: number;
  cosine: number;
}

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
  };
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
  const sums: number[][] = [];
  const squares = { sum: 0, count: 0 };
  for (let g = 0; g < groups; g++)
    for (let start = 0; start < size; start += block) {
      const length = Math.min(block, size - start);
      // One label alone cannot be shifted.
      if (length < 2) continue;
      const turns = new Array<number>(length).fill(0);
      for (let i = 0; i < length; i++)
        for (let j = 0; j < length; j++) {
          const product = inner(a, g * size + start + i, b, g * size + start + j);
          turns[(j - i + length) % length]! += product;
          squares.sum += product * product;
          squares.count++;
        }
      sums.push(turns);
    }
  return { sums, squares };
}

/** In f64, in order. */
function inner(a: Matrix, i: number, b: Matrix, j: number): number {
  const k = a.k;
  let sum = 0;
  for (let c = 0, x = i * k, y = j * k; c < k; c++) sum += a.data[x++]! * b.data[y++]!;
  return sum;
}

function slice(m: Matrix, at: number, n: number): Matrix {
  return { n, k: m.k, data: m.data.subarray(at * m.k, (at + n) * m.k) };
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  values.sort((x, y) => x - y);
  return values[Math.floor((values.length - 1) / 2)]!;
}
