/**
 * HuRef's invariant terms (arXiv 2312.04828, NeurIPS 2024): E·Wqᵀ·Wk·Eᵀ, E·Wvᵀ·Woᵀ·Eᵀ and E·Wupᵀ·Wdownᵀ·Eᵀ of the last
 * two layers over the same tokens on both sides, rows standardised, compared by cosine (ICS). Of a gated MLP up_proj
 * stands for the first matrix. An exhibit: continued training lowers it, and it has no null.
 */
import { type Dense, inner, timesTransposed, zeros } from "../../../kernels/rotation/dense.js";
import type { AttentionWeights } from "./ghostspec.js";

export interface HuRefLayer extends AttentionWeights {
  /** hidden × width, and width × hidden. */
  up: Dense;
  down: Dense;
}

/** @param embed rows of the chosen tokens; @param layers the last two */
export function invariantTerms(embed: Dense, layers: readonly HuRefLayer[]): Dense[] {
  return layers.flatMap(({ q, k, v, o, up, down }) => {
    const into = (w: Dense) => timesTransposed(embed, w);
    return [
      timesTransposed(into(q), into(k)),
      timesTransposed(timesTransposed(into(v), o), embed),
      timesTransposed(timesTransposed(into(up), down), embed),
    ].map(standardised);
  });
}

/** Mean cosine of the flattened terms. */
export function invariantSimilarity(a: readonly Dense[], b: readonly Dense[]): number {
  const cosines = a.map((x, i) => inner(x, b[i]!) / Math.sqrt(inner(x, x) * inner(b[i]!, b[i]!)));
  return cosines.reduce((sum, c) => sum + c, 0) / cosines.length;
}

function standardised(a: Dense): Dense {
  const out = zeros(a.rows, a.columns);
  for (let r = 0; r < a.rows; r++) {
    const row = a.data.subarray(r * a.columns, (r + 1) * a.columns);
    const mean = row.reduce((sum, x) => sum + x, 0) / a.columns;
    const deviation = Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / a.columns) || 1;
    for (let c = 0; c < a.columns; c++) out.data[r * a.columns + c] = (row[c]! - mean) / deviation;
  }
  return out;
}

/** Heads of keys or values repeated until there are as many as queries (grouped-query attention). */
export function repeatedHeads(w: Dense, headDim: number, times: number): Dense {
  if (times === 1) return w;
  const heads = w.rows / headDim;
  const out = zeros(w.rows * times, w.columns);
  for (let h = 0; h < heads * times; h++) {
    const from = Math.floor(h / times) * headDim;
    out.data.set(w.data.subarray(from * w.columns, (from + headDim) * w.columns), h * headDim * w.columns);
  }
  return out;
}
