/**
 * A start from shared tokens: the rotation that best maps the suspect's embeddings of half the shared tokens onto the
 * reference's (orthogonal Procrustes: Schönemann, Psychometrika 1966). Cheaper than the blind start and better where
 * embeddings survived. A fit as good as any is found between independent models too: it is never scored.
 */
import { prng, sample } from "../base/prng.js";
import { type Dense, padded, transposedTimes, zeros } from "../kernels/rotation/dense.js";
import { polarFactor } from "../kernels/rotation/polar.js";
import type { SharedTokens } from "./shared-tokens.js";

/** Fewer tokens a dimension than this and the fit is free to be anything. */
const TOKENS_A_DIMENSION = 2;
/** Lifts the padded dimensions off zero, where the rotation is arbitrary anyway. */
const LIFT = 1e-9;

/**
 * @param width columns of both embeddings @param seed which half of the tokens is looked at
 * @returns the rotation, width × width; null for too few shared tokens
 */
export function procrustesStart(
  reference: Dense,
  suspect: Dense,
  tokens: SharedTokens,
  width: number,
  seed: string,
): Dense | null {
  const half = Math.floor(tokens.rows.length / 2);
  if (half < TOKENS_A_DIMENSION * width) return null;
  const drawn = sample(tokens.rows.length, half, prng("assay/weights/aligned/tokens", seed));
  const a = centred(
    reference,
    Array.from(drawn, (t) => tokens.rows[t]!.reference),
  );
  const b = centred(
    suspect,
    Array.from(drawn, (t) => tokens.rows[t]!.suspect),
  );
  const cross = padded(transposedTimes(a, b), width, width);
  const size = Math.sqrt(cross.data.reduce((sum, x) => sum + x * x, 0));
  const lifted = zeros(width, width);
  lifted.data.set(cross.data);
  for (let i = 0; i < width; i++) lifted.data[i * width + i]! += LIFT * size;
  return polarFactor(lifted);
}

function centred(embedding: Dense, rows: readonly number[]): Dense {
  const { columns } = embedding;
  const out = zeros(rows.length, columns);
  for (const [i, r] of rows.entries())
    out.data.set(embedding.data.subarray(r * columns, (r + 1) * columns), i * columns);
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let i = 0; i < rows.length; i++) mean += out.data[i * columns + c]! / rows.length;
    for (let i = 0; i < rows.length; i++) out.data[i * columns + c]! -= mean;
  }
  return out;
}
