/**
 * GhostSpec (arXiv 2511.06390, AAAI 2026): singular values of Wqᵀ·Wk and Wo·Wv of each layer, cut at the smaller
 * effective rank, scaled to [0, 1], compared layer by layer. Given is the mean squared distance; the paper's final
 * logistic scale, fitted to its own test set, is left out. An exhibit: spectra come alike from one recipe.
 */
import { type Dense, multiply, timesTransposed, transpose } from "../../../kernels/rotation/dense.js";
import { symmetricEigen } from "../../../kernels/rotation/eigen.js";

/** One layer: rows × width, keys and values repeated to as many heads as queries. */
export interface AttentionWeights {
  q: Dense;
  k: Dense;
  v: Dense;
  /** width × rows. */
  o: Dense;
}

/** Descending singular values of both products. */
interface Spectra {
  qk: Float64Array;
  vo: Float64Array;
}

/** Singular values of one layer's two products, in falling order. */
export function spectraOf({ q, k, v, o }: AttentionWeights): Spectra {
  return { qk: singularValues(transpose(q), k), vo: singularValues(o, v) };
}

/** Of A·B for A d × h and B h × d: the roots of the eigenvalues of (A·B)(A·B)ᵀ. */
function singularValues(a: Dense, b: Dense): Float64Array {
  const product = multiply(a, b);
  const { values } = symmetricEigen(timesTransposed(product, product));
  return values.map((x) => Math.sqrt(Math.max(x, 0))).reverse();
}

/** Mean over layers of equal number, or of equal relative depth where the numbers of layers differ. */
export function ghostSpecDistance(a: readonly Spectra[], b: readonly Spectra[]): number {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a];
  const of = (i: number) => many[Math.floor(((i + 0.5) * many.length) / few.length)]!;
  const distances = few.map((s, i) => (distance(s.qk, of(i).qk) + distance(s.vo, of(i).vo)) / 2);
  return distances.reduce((sum, d) => sum + d, 0) / distances.length;
}

function distance(x: Float64Array, y: Float64Array): number {
  const r = Math.max(2, Math.floor(Math.min(effectiveRank(x), effectiveRank(y))));
  const [p, q] = [scaled(x.subarray(0, r)), scaled(y.subarray(0, r))];
  return p.reduce((sum, v, i) => sum + (v - q[i]!) ** 2, 0) / r;
}

/** exp of the entropy of the normalised values (Roy and Vetterli 2007). */
function effectiveRank(values: Float64Array): number {
  const total = values.reduce((sum, v) => sum + v, 0);
  return Math.exp(-values.reduce((sum, v) => sum + (v > 0 ? (v / total) * Math.log(v / total) : 0), 0));
}

function scaled(values: Float64Array): Float64Array {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return values.map((v) => (max > min ? (v - min) / (max - min) : 0));
}
