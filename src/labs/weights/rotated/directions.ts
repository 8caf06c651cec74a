/**
 * Directions of a residual stream that a rotation carries along: mixes of the embeddings of tokens that both models
 * have, brought to length one and at right angles without favouring any (Löwdin 1950: the polar factor of the mixes).
 * Turn the stream by Q and each turns by Q, so an inner product with it stays what it was; no rotation is searched for.
 * Nothing but embeddings enters: directions have seen no unit. Foreign or renamed embeddings lead nowhere.
 */
import { type SharedTokens, tokenRuns } from "../../../alignment/shared-tokens.js";
import { prng, signs } from "../../../base/prng.js";
import type { Compute } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import { type Dense, multiply, timesTransposed, unitRows, zeros } from "../../../kernels/rotation/dense.js";
import { symmetricEigen } from "../../../kernels/rotation/eigen.js";
import type { StoredMatrix } from "../../../kernels/row-source.js";

/** Of the largest eigenvalue of the mixes' Gram: what lies below is rounding, and no direction. */
const NOTHING = 1e-10;

/**
 * @param count how many; each is a mix of tokens drawn for it, the same ones on both sides, with signs from the seed
 * @returns a row a direction, in memory that threads share
 */
export async function tokenDirections(
  embedding: StoredMatrix,
  tokens: SharedTokens,
  side: "reference" | "suspect",
  count: number,
  seed: string,
  compute: Pick<Compute, "rows">,
): Promise<Matrix> {
  const { columns } = embedding;
  const rows = await compute.rows({ matrix: embedding, runs: tokenRuns(tokens, side) });
  const mixes = mixed(rows, columns, count, seed);
  const found = polarRows(mixes);
  const data = new Float32Array(new SharedArrayBuffer(count * columns * 4));
  data.set(found.data);
  return { n: count, k: columns, data };
}

/** Of each token its embedding less the mean of all, at length one: frequent tokens are long, and would be everybody. */
function mixed(rows: Float32Array, columns: number, count: number, seed: string): Dense {
  const tokens = rows.length / columns;
  const mean = new Float64Array(columns);
  for (let at = 0; at < rows.length; at += columns)
    for (let c = 0; c < columns; c++) mean[c]! += rows[at + c]! / tokens;
  const sign = signs(tokens, prng("assay/weights/rotated/tokens", seed));
  const out = zeros(count, columns);
  for (let t = 0; t < tokens; t++) {
    const at = t * columns;
    let square = 0;
    for (let c = 0; c < columns; c++) square += (rows[at + c]! - mean[c]!) ** 2;
    const by = square > 0 ? sign[t]! / Math.sqrt(square) : 0;
    const into = (t % count) * columns;
    for (let c = 0; c < columns; c++) out.data[into + c]! += by * (rows[at + c]! - mean[c]!);
  }
  return unitRows(out);
}

/** (M Mᵀ)^−½ M: the orthonormal rows nearest to those of M. */
function polarRows(m: Dense): Dense {
  const { values, vectors } = symmetricEigen(timesTransposed(m, m));
  const least = NOTHING * values[values.length - 1]!;
  const scaled = zeros(m.rows, m.rows);
  for (let k = 0; k < m.rows; k++) {
    const by = values[k]! > least ? 1 / Math.sqrt(values[k]!) : 0;
    for (let c = 0; c < m.rows; c++) scaled.data[c * m.rows + k] = by * vectors.data[k * m.rows + c]!;
  }
  return multiply(multiply(scaled, vectors), m);
}
