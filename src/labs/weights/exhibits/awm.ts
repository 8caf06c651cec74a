/**
 * AWM's score (arXiv 2510.06738, ICLR 2026) as published: columns of the two embeddings over shared tokens are assigned
 * to one another by |cosine|, queries and keys are aligned by that map and its signs, and the unbiased CKA of their
 * transposes is averaged over both and over layers. An exhibit: a similarity without a null, so never evidence.
 */
import { type Dense, inner, timesTransposed, transpose, unitRows, zeros } from "../../../kernels/rotation/dense.js";
import { maximumAssignment } from "../../../stats/assignment.js";

interface AwmSide {
  /** Embedding rows of the shared tokens, in one order on both sides: tokens × width. */
  embed: Dense;
  /** By layer: rows × width. */
  queries: readonly Dense[];
  keys: readonly Dense[];
}

/** @param base the side that is at least as wide */
export function awmScore(base: AwmSide, target: AwmSide): number {
  const similarity = timesTransposed(unitRows(transpose(target.embed)), unitRows(transpose(base.embed)));
  const to = maximumAssignment(similarity.data.map(Math.abs), similarity.rows, similarity.columns);
  const sign = Float64Array.from(to, (c, r) => Math.sign(similarity.data[r * similarity.columns + c]!));
  const [l1, l2] = [base.queries.length, target.queries.length];
  const scores = zeros(Math.min(l1, l2), Math.max(l1, l2));
  for (const kind of ["queries", "keys"] as const) {
    const xs = base[kind].map((w) => centredGram(aligned(w, to, sign)));
    const ys = target[kind].map((w) => centredGram(transpose(w)));
    const [few, many] = l1 <= l2 ? [xs, ys] : [ys, xs];
    for (let i = 0; i < few.length; i++)
      for (let j = 0; j < many.length; j++)
        if (l1 !== l2 || i === j) scores.data[i * scores.columns + j]! += cosine(few[i]!, many[j]!) / 2;
  }
  const pair = l1 === l2 ? range(l1) : Array.from(maximumAssignment(scores.data, scores.rows, scores.columns));
  return pair.reduce((sum, j, i) => sum + scores.data[i * scores.columns + j]!, 0) / pair.length;
}

/** The published standard score; its constants were fixed by the authors on models of some billions of parameters. */
export function awmZ(score: number): number {
  return (score - 0.00375) / 0.0028;
}

/** Wᵀ with its rows (residual dimensions) taken in the order of the map, with their signs. */
function aligned(w: Dense, to: Int32Array, sign: Float64Array): Dense {
  const out = zeros(to.length, w.rows);
  for (const [c, from] of to.entries())
    for (let r = 0; r < w.rows; r++) out.data[c * w.rows + r] = sign[c]! * w.data[r * w.columns + from]!;
  return out;
}

/** Gram matrix of rows, U-centred (Székely and Rizzo 2014), its diagonal nought. */
function centredGram(x: Dense): Dense {
  const k = timesTransposed(x, x);
  const n = k.rows;
  const mean = new Float64Array(n);
  for (let i = 0; i < n; i++) k.data[i * n + i] = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) mean[j]! += k.data[i * n + j]! / (n - 2);
  const total = mean.reduce((sum, m) => sum + m, 0) / (2 * (n - 1));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      k.data[i * n + j] = i === j ? 0 : k.data[i * n + j]! - (mean[i]! - total) - (mean[j]! - total);
  return k;
}

function cosine(a: Dense, b: Dense): number {
  return inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b));
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
