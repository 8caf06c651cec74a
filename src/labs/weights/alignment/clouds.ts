/**
 * Rows of two models that answer to each other in an order nobody knows: tokens (input and output row together), and
 * units of a layer pair by gate, by up and by down, each on its own. The three are never assigned together: an
 * alignment that had seen which gate goes with which up could not be tested on it.
 */
import { prng, sample } from "../../../base/prng.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { Cloud } from "../../../kernels/rotation/assign.js";
import { type Dense, unitRows } from "../../../kernels/rotation/dense.js";
import type { CanonicalModel, MlpRows } from "./canonical.js";
import { TOKENS_REFERENCE, TOKENS_SUSPECT } from "./method.js";

/** A draw of the reference's tokens against the suspect's. */
export function tokenCloud(reference: CanonicalModel, suspect: CanonicalModel, seed: string): Cloud {
  const a = drawn(reference, TOKENS_REFERENCE, `reference ${seed}`);
  const b = drawn(suspect, TOKENS_SUSPECT, `suspect ${seed}`);
  return {
    signed: false,
    parts: [
      { a: rowsOf(reference.embedding, a), b: rowsOf(suspect.embedding, b) },
      { a: rowsOf(reference.output, a), b: rowsOf(suspect.output, b) },
    ],
  };
}

export function unitClouds(a: MlpRows, b: MlpRows): Cloud[] {
  return (["gate", "up", "down"] as const).map((role) => ({
    signed: role !== "gate",
    parts: [{ a: shared(a[role]), b: shared(b[role]) }],
  }));
}

/** In memory that threads share. */
export function shared({ rows, columns, data }: Dense): Matrix {
  const out = new Float32Array(new SharedArrayBuffer(Math.max(4, rows * columns * 4)));
  out.set(data);
  return { n: rows, k: columns, data: out };
}

function drawn({ embedding, output }: CanonicalModel, most: number, seed: string): Uint32Array {
  const rows = Math.min(embedding.rows, output.rows);
  return sample(rows, Math.min(rows, most), prng("assay/weights/aligned/tokens", seed));
}

/** The listed rows less the mean of all, of unit length. */
function rowsOf(all: Dense, rows: Uint32Array): Matrix {
  const { columns } = all;
  const mean = new Float64Array(columns);
  for (let r = 0; r < all.rows; r++)
    for (let c = 0; c < columns; c++) mean[c]! += all.data[r * columns + c]! / all.rows;
  const out = new Float64Array(rows.length * columns);
  for (const [i, r] of rows.entries())
    for (let c = 0; c < columns; c++) out[i * columns + c] = all.data[r * columns + c]! - mean[c]!;
  return shared(unitRows({ rows: rows.length, columns, data: out }));
}
