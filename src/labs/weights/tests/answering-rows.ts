/**
 * Rows of two layers that answer to each other, side by side: the first of both, or those that were paired, over the
 * dimensions by which the two are compared, as they are stored and with the gains that go before them.
 */
import type { Model } from "../../../model/model.js";
import type { Bench } from "./bench.js";
import { type ColumnSums, columnSums } from "./by-column.js";
import type { FeatureMap } from "./feature-map.js";
import { type Rows, slopesOf } from "./held-whole.js";

/** Rows of a matrix by which its columns are measured. */
export const ROWS_LOOKED_AT = 256;

/** Of two layers, units that answer to each other where they are not in one order, by `layersKey`. */
export type Paired = ReadonlyMap<string, readonly (readonly [number, number])[]>;

/** A layer of the reference and the layer of the suspect that answers to it. */
export type Answer = readonly [number, number];

/** Names a pair of layers. */
export function layersKey(reference: number, suspect: number): string {
  return `${reference}:${suspect}`;
}

/** Dimensions of either side by which the two are compared; null where all are, by number. */
export function columnsOf({ reference, suspect }: Bench, features: FeatureMap | null): Columns {
  if (reference.hidden === suspect.hidden) return null;
  if (features) return features;
  const both = Uint32Array.from({ length: Math.min(reference.hidden, suspect.hidden) }, (_, c) => c);
  return { reference: both, suspect: both };
}

type Columns = Pick<FeatureMap, "reference" | "suspect"> | null;

/** A bench, and the dimensions by which rows are compared. */
export interface Compared extends Bench {
  columns: Columns;
}

/** The first rows of both, or the first that answer to each other; each column times the gain before it. @param count of rows */
export async function rowsOf(
  { reference, suspect, compute, columns }: Compared,
  answer: Answer,
  part: string,
  norm: string,
  paired: readonly (readonly [number, number])[] | null = null,
  count = ROWS_LOOKED_AT,
) {
  const [a, b] = [reference, suspect].map((m, at) => m.tensors.get(`layers.${answer[at]}.${part}`)?.matrix);
  if (!a || !b || (!columns && a.columns !== b.columns)) return null;
  const inOrder = [{ start: 0, count: Math.min(count, a.rows, b.rows) }];
  const runsOf = (side: 0 | 1) => paired?.slice(0, count).map((pair) => ({ start: pair[side], count: 1 })) ?? inOrder;
  const [x, y] = await Promise.all([
    compute.rows({ matrix: a, runs: runsOf(0) }),
    compute.rows({ matrix: b, runs: runsOf(1) }),
  ]);
  const widths = [a.columns, b.columns];
  const gains = await Promise.all(
    [reference, suspect].map((m, at) => gainOf(m, answer[at]!, norm, widths[at]!, compute)),
  );
  const width = columns?.reference.length ?? a.columns;
  const rows = () => ({
    x: picked(x!, a.columns, columns?.reference),
    y: picked(y!, b.columns, columns?.suspect),
    columns: width,
  });
  const stored = sideBySide(rows());
  scaled(x!, gains[0]!);
  scaled(y!, gains[1]!);
  return {
    ...rows(),
    stored,
    sameSize: a.rows === b.rows || paired !== null,
  };
}

/** Of each row the columns named, in their order. */
export function picked(rows: Float32Array, width: number, columns?: Uint32Array): Float32Array {
  if (!columns) return rows;
  const out = new Float32Array((rows.length / width) * columns.length);
  for (let r = 0; r < rows.length / width; r++)
    for (const [c, from] of columns.entries()) out[r * columns.length + c] = rows[r * width + from]!;
  return out;
}

/** In place: the rows were read for this alone. */
function scaled(rows: Float32Array, gains: Float32Array): Float32Array {
  for (let at = 0; at < rows.length; at += gains.length)
    for (let c = 0; c < gains.length; c++) rows[at + c]! *= gains[c]!;
  return rows;
}

/** Cosine of all rows laid end to end. */
export function likeness({ x, y, columns }: Rows): number {
  const one = { x, y, columns: x.length };
  const [found] = columns > 0 ? slopesOf(one) : [];
  return found ? Math.sign(found[0]) * Math.sqrt(Math.max(0, found[0] * found[1])) : 0;
}

async function gainOf({ tensors }: Model, layer: number, norm: string, columns: number, compute: Bench["compute"]) {
  const gain = tensors.get(`layers.${layer}.${norm}`)?.matrix;
  return gain?.columns === columns ? compute.load(gain) : new Float32Array(columns).fill(1);
}

/** What is kept of rows once they were set side by side. */
export interface SideBySide {
  slopes: [number, number][];
  byColumn: ColumnSums;
}

/** Of rows as long as they are; two numbers a row and three a column are kept. */
export function sideBySide(rows: Rows): SideBySide {
  return { slopes: slopesOf(rows), byColumn: columnSums(rows) };
}
