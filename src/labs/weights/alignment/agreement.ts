/**
 * After alignment: units of two layers that are each other's nearest by gate rows, and separately by up rows (either
 * sign: up and down may be rescaled by a negative number), and how many pairs the two lists share.
 * Given the unordered rows, the alignment and both lists stand still when the up rows of one model are dealt out to
 * its gate rows anew; only the count of shared pairs moves. That is what makes it a test (P0 in words.ts).
 */
import { type Dense, timesTransposed } from "../../../kernels/rotation/dense.js";

export interface Agreement {
  /** k: pairs in both lists. */
  agreeing: number;
  /** m: suspect units that stand in both lists. */
  pairs: number;
  /** n: units of the smaller side. */
  labels: number;
}

/** Rows of unit length in one basis. */
export interface AlignedRows {
  gate: Dense;
  up: Dense;
}

export function agreement(a: AlignedRows, b: AlignedRows): Agreement {
  const byGate = mutualNearest(timesTransposed(a.gate, b.gate), (x) => x);
  const byUp = mutualNearest(timesTransposed(a.up, b.up), Math.abs);
  let agreeing = 0;
  let pairs = 0;
  for (let j = 0; j < byGate.length; j++) {
    if (byGate[j]! < 0 || byUp[j]! < 0) continue;
    pairs++;
    if (byGate[j] === byUp[j]) agreeing++;
  }
  return { agreeing, pairs, labels: Math.min(a.gate.rows, b.gate.rows) };
}

/** For each column the row that is its nearest and whose nearest it is, or −1. A shared maximum is nobody's. */
export function mutualNearest(cosines: Dense, of: (cosine: number) => number): Int32Array {
  const { rows, columns, data } = cosines;
  const rowBest = new Float64Array(rows).fill(0);
  const rowPartner = new Int32Array(rows).fill(-1);
  const columnBest = new Float64Array(columns).fill(0);
  const columnPartner = new Int32Array(columns).fill(-1);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const value = of(data[i * columns + j]!);
      if (value > rowBest[i]!) {
        rowBest[i] = value;
        rowPartner[i] = j;
      } else if (value === rowBest[i]) rowPartner[i] = -1;
      if (value > columnBest[j]!) {
        columnBest[j] = value;
        columnPartner[j] = i;
      } else if (value === columnBest[j]) columnPartner[j] = -1;
    }
  return columnPartner.map((i, j) => (i >= 0 && rowPartner[i] === j ? i : -1));
}
