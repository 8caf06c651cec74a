/**
 * What is looked at of a block: two folds of each unit that share no value. With a gate, the gate row and the up row;
 * without one, the up row over two halves of the residual coordinates, drawn in public. Columns are first brought to
 * one length, each model's by itself: gains that were moved into the rows, and scales that a tool gave to channels,
 * then make no difference.
 */

import { labelRuns } from "../../../alignment/sampling.js";
import { prng, sample } from "../../../base/prng.js";
import type { Compute, SketchJob } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { Block } from "../pairing/method.js";
import type { Side } from "../pairing/way.js";
import { looksDrawn } from "../tests/looks-drawn.js";
import { FOLD_WIDTH, ROWS_MEASURED } from "./method.js";

/** One of the two views of a block's units. */
interface Face {
  /** Which rows, and over which columns; null: all. */
  part: "gate" | "up";
  columns: Uint32Array | null;
}

/** Two views that share no value, and what the columns are multiplied by. */
interface Faces {
  matching: Face;
  testing: Face;
}

/** @param gated both models' MLPs have gates: a gate answers to nothing in a model without one */
export function facesOf(hidden: number, gated: boolean, seed: string): Faces {
  if (gated) return { matching: { part: "gate", columns: null }, testing: { part: "up", columns: null } };
  const order = sample(hidden, hidden, prng("assay/weights/permuted/halves", seed));
  const half = (from: number, to: number) => Uint32Array.from(order.subarray(from, to)).sort();
  const middle = hidden >> 1;
  return {
    matching: { part: "up", columns: half(0, middle) },
    testing: { part: "up", columns: half(middle, hidden) },
  };
}

/** Both views of all units of a block, and how its rows are read again, each column at one length. */
export async function folded(block: Block, faces: Faces, seed: string, compute: Compute): Promise<Side> {
  const scales = await columnScales(block, faces, seed, compute);
  const fold = (face: Face, firstPart: number): Promise<Matrix> => {
    const { columns } = face;
    const count = columns?.length ?? scales.length;
    const job: SketchJob = {
      unit: "rows",
      parts: [{ matrix: block.mlp[face.part]!.matrix, runs: [{ start: 0, count: block.units }] }],
      width: Math.min(FOLD_WIDTH, Math.ceil(count / 4) * 4),
      groups: 1,
      ...(columns ? { features: columns } : {}),
      weights: columns ? Float32Array.from(columns, (c) => scales[c]!) : scales,
      seed,
      firstPart,
    };
    return compute.sketch(job);
  };
  const [matching, testing] = await Promise.all([fold(faces.matching, 0), fold(faces.testing, 1)]);
  const values = (units: readonly number[], face: Face) => valuesOf(block, scales, units, face, compute);
  return {
    block,
    matching,
    testing,
    columns: widthOf(faces.matching, scales),
    width: scales.length,
    values: (units) => values(units, faces.matching),
    areDrawn: async (units) => {
      const [x, u] = await Promise.all([values(units, faces.matching), values(units, faces.testing)]);
      return looksDrawn(x, widthOf(faces.matching, scales)) || looksDrawn(u, widthOf(faces.testing, scales));
    },
  };
}

function widthOf({ columns }: Face, scales: Float32Array): number {
  return columns?.length ?? scales.length;
}

/** 1 over the length of each column, gate and up together; 0 for a column of nothing. */
async function columnScales({ mlp, units }: Block, faces: Faces, seed: string, compute: Compute) {
  const runs = labelRuns(units, ROWS_MEASURED, seed);
  const { columns } = mlp.up.matrix;
  const squares = new Float64Array(columns);
  for (const part of new Set([faces.matching.part, faces.testing.part])) {
    const values = await compute.rows({ matrix: mlp[part]!.matrix, runs });
    for (let i = 0; i < values.length; i++) squares[i % columns]! += values[i]! ** 2;
  }
  return Float32Array.from(squares, (s) => (s > 0 ? 1 / Math.sqrt(s) : 0));
}

/** The listed rows over the view's columns, each column at one length. */
async function valuesOf(
  { mlp }: Block,
  scales: Float32Array,
  rows: readonly number[],
  { part, columns }: Face,
  compute: Compute,
): Promise<Float32Array> {
  const runs = rows.map((start) => ({ start, count: 1 }));
  const stored = await compute.rows({ matrix: mlp[part]!.matrix, runs });
  const all = scales.length;
  const list = columns ?? Uint32Array.from({ length: all }, (_, c) => c);
  const out = new Float32Array(rows.length * list.length);
  for (let r = 0; r < rows.length; r++)
    for (let c = 0; c < list.length; c++) out[r * list.length + c] = stored[r * all + list[c]!]! * scales[list[c]!]!;
  return out;
}
