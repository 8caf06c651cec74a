/**
 * Rows of two models that answer to each other in an order nobody knows: tokens (input and output row together), and
 * units of a layer pair by gate, by up and by down, each on its own. The three are never assigned together: an
 * alignment that had seen which gate goes with which up could not be tested on it.
 */
import type { Matrix } from "../../../kernels/kernel.js";
import type { Cloud } from "../../../kernels/rotation/assign.js";
import { type Dense, unitRows } from "../../../kernels/rotation/dense.js";
import type { CanonicalModel, MlpRows } from "./canonical.js";
import { TOKENS_REFERENCE, TOKENS_SUSPECT } from "./method.js";

/** The tokens of the largest norms on either side. */
export function tokenCloud(reference: CanonicalModel, suspect: CanonicalModel): Cloud {
  const a = largest(reference, TOKENS_REFERENCE);
  const b = largest(suspect, TOKENS_SUSPECT);
  return {
    signed: false,
    parts: [
      { a: rowsOf(reference.embedding, a), b: rowsOf(suspect.embedding, b) },
      { a: rowsOf(reference.output, a), b: rowsOf(suspect.output, b) },
    ],
  };
}

/** Gate, up and down rows as three clouds; up and down may change sign together, so they are matched without it. */
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

/** By the product of the input and the output row's norms, which no rotation changes. */
function largest({ embedding, output }: CanonicalModel, most: number): Uint32Array {
  const rows = Math.min(embedding.rows, output.rows);
  const size = ({ data, columns }: Dense, r: number) => {
    let square = 0;
    for (let c = 0; c < columns; c++) square += data[r * columns + c]! ** 2;
    return square;
  };
  const sizes = Float64Array.from({ length: rows }, (_, r) => size(embedding, r) * size(output, r));
  return Uint32Array.from({ length: rows }, (_, r) => r)
    .sort((x, y) => sizes[y]! - sizes[x]! || x - y)
    .slice(0, most);
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
