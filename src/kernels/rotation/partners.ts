/**
 * Mutual nearest neighbours of two sets of rows, by cosine or by its size, for several pairs of sets.
 * A shared maximum is nobody's: an order would be a label.
 */
import type { Kernel, Matrix, Nearest } from "../kernel.js";

interface RowSets {
  a: Matrix;
  b: Matrix;
  /** True: the larger |cosine|, since a row may be turned over. */
  signed: boolean;
}

export interface PartnersJob {
  sets: readonly RowSets[];
}

/** For each pair of sets: of each row of b the row of a that is its mutual nearest neighbour, or −1. */
export function partners(kernel: Kernel, { sets }: PartnersJob): Int32Array[] {
  return sets.map((set) => mutual(kernel, set));
}

function mutual(kernel: Kernel, { a, b, signed }: RowSets): Int32Array {
  const { rows, columns } = kernel.nearest(a, signed ? withOpposites(b) : b);
  const best = signed ? folded(columns, b.n) : columns;
  return Int32Array.from({ length: b.n }, (_, j) => {
    const i = best.partner[j]!;
    if (i < 0 || best.tie[j] || !(best.value[j]! > 0) || rows.tie[i]) return -1;
    return rows.partner[i]! % b.n === j ? i : -1;
  });
}

/** b above −b. */
function withOpposites({ n, k, data }: Matrix): Matrix {
  const out = new Float32Array(2 * n * k);
  out.set(data.subarray(0, n * k));
  for (let i = 0; i < n * k; i++) out[n * k + i] = -data[i]!;
  return { n: 2 * n, k, data: out };
}

/** Of a row and its opposite the better; a tie of the two at one partner cannot be (it would be 0). */
function folded({ value, partner, tie }: Nearest, n: number): Nearest {
  const out = { value: value.slice(0, n), partner: partner.slice(0, n), tie: tie.slice(0, n) };
  for (let j = 0; j < n; j++) {
    if (value[n + j]! > value[j]!) {
      out.value[j] = value[n + j]!;
      out.partner[j] = partner[n + j]!;
      out.tie[j] = tie[n + j]!;
    } else if (value[n + j]! === value[j]!) out.tie[j] = 1;
  }
  return out;
}
