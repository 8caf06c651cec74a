/**
 * Does one model hold all of the other, or only the start that both left? That rows of the other lie in it at a slope of
 * one says so where both left the start at one scale. Initial draws of two scales, or rows with scales of their own, can
 * come to one by accident, so more is asked: that the one held was trained (what looks like a draw may be anybody's, at
 * whatever scale) and, where the two are not nearly the same, that its own strongest directions, which training made,
 * are held as well as the rest, and that rows agree on the slope as nearly as chance lets them.
 * It cannot tell a copy from runs of which one was hardly trained but looks trained all the same.
 */
import type { Compute } from "../../../kernels/compute.js";
import { looksDrawn } from "./looks-drawn.js";

/** Of runs from one small draw 0.84, once both were trained for sixty steps; of copies, trained long or not, 0.97 and more. */
export const SLOPE = { least: 0.95, most: 1.15 } as const;
/** Where rows are nearly the same a slope of one is asked more closely (copies reached 1.02). */
export const SLOPE_NEAR_MOST = 1.03;
/** Squared cosine of nearly the same rows: small draws that were trained apart had 0.81 after thirty steps, 0.95 after ten. */
export const NEARLY = 0.88;
/** What rounding alone leaves: below this no spread of slopes can be measured. */
export const ROUNDED = 1 - 1e-5;
/**
 * Of what two do not share, the share that the one held may lack in the other. A copy's MLP lacks nothing of what it stands
 * on, which grows with training (slopes of 1.003 and more), or is rounded or cut. Two runs from one start lack their own
 * change each, about half of what they do not share (0.29 to 0.52, however near they had stayed).
 */
const LACKING_MAX = 0.1;
/** Standard errors of a median of slopes (four let two of 21 drawn pairs pass), and what one is beside a mean's. */
const ERRORS = 1;
const MEDIAN_ERROR = 1.25;
/** Of the slope over all. Runs from one draw 0.45 to 0.86 in the gates of seven pairs; children 0.96 and more. */
const STRONGEST_MIN = 0.9;
/** One direction in so many is among the strongest. */
const STRONGEST = 16;
/** Spread of rows' slopes, in units of what independent changes of as much energy make of it. Children: below 1. */
const SPREAD_MAX = 2.5;
/** Interquartile range of a normal law, in deviations. */
const QUARTILES = 1.349;

/** The first rows of a layer in both models; beside gate rows the rows that go up, drawn for themselves. */
export interface Rows {
  x: Float32Array;
  y: Float32Array;
  columns: number;
  beside?: { x: Float32Array; y: Float32Array };
}

/**
 * Nobody need have trained x: each part has to show that it was, since one in some hundred draws does by chance.
 * @param valuesMax of a part that are looked at
 */
export function untrained({ x, columns, beside }: Rows, valuesMax?: number): boolean {
  return looksDrawn(x, columns, valuesMax) || (beside !== undefined && looksDrawn(beside.x, columns, valuesMax));
}

/**
 * Of layers whose slope is about one: is x held in y, and no accident?
 * @param looksUntrained asked of x; of rows seen along few directions only whoever has the rows themselves can say
 * @param enough squared cosine from which nothing more is asked
 */
export async function heldWhole(
  layers: readonly Rows[],
  compute: Pick<Compute, "eigen">,
  looksUntrained: (rows: Rows) => boolean,
  enough = NEARLY,
): Promise<boolean> {
  const drawn = layers.filter(looksUntrained).length;
  if (2 * drawn >= layers.length) return false;
  const all = layers.map((rows) => ({ rows, slopes: slopesOf(rows) }));
  // Row by row: layers of two scales, each held the other way round, would meet in the middle.
  const nearly = medianOf(all.flatMap(({ slopes }) => slopes.map(([f, g]) => f * g)));
  if (nearly >= enough) return true;
  const there = medianOf(all.flatMap(({ slopes }) => slopes.map(([f]) => f)));
  const spread = medianOf(all.map(({ slopes }) => quartileRange(slopes.map(([f]) => f))));
  const expected = QUARTILES * Math.sqrt(Math.max(0, 1 / nearly - 1) / layers[0]!.columns);
  if (!(spread <= SPREAD_MAX * expected)) return false;
  const strongest = await Promise.all(layers.map((rows) => slopeOfStrongest(rows, compute)));
  return medianOf(strongest) >= STRONGEST_MIN * there;
}

/**
 * Does the one lack next to nothing of the other? However near two runs stayed to their start, each moved away from it by
 * itself; a copy moved away from its origin alone.
 * @param slopes of rows of `columns` values
 */
export function standsOn(slopes: readonly (readonly [number, number])[], columns: number): boolean {
  if (slopes.length === 0) return false;
  const held = heldOf(slopes);
  const apart = Math.max(1 - ROUNDED, 1 - nearnessOf(slopes));
  const error = MEDIAN_ERROR * Math.sqrt(apart / (columns * slopes.length));
  return 1 - held <= LACKING_MAX * apart + ERRORS * error;
}

/** The larger of the two slopes, each in the middle of all rows'. */
export function heldOf(slopes: readonly (readonly [number, number])[]): number {
  return Math.max(medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g)));
}

/** Squared cosine of rows, in the middle of all. */
export function nearnessOf(slopes: readonly (readonly [number, number])[]): number {
  return medianOf(slopes.map(([f, g]) => f * g));
}

/** Of each row: the share of x that y holds, and of y that x holds. */
export function slopesOf({ x, y, columns }: Rows): [number, number][] {
  const out: [number, number][] = [];
  for (let at = 0; at < x.length; at += columns) {
    let [xx, yy, xy] = [0, 0, 0];
    for (let i = at; i < at + columns; i++) {
      xx += x[i]! ** 2;
      yy += y[i]! ** 2;
      xy += x[i]! * y[i]!;
    }
    if (xx > 0 && yy > 0) out.push([xy / xx, xy / yy]);
  }
  return out;
}

/** The slope over x's directions of most energy, by the eigenvectors of its rows' inner products. */
async function slopeOfStrongest({ x, y, columns }: Rows, compute: Pick<Compute, "eigen">): Promise<number> {
  const rows = x.length / columns;
  const gram = new Float64Array(rows * rows);
  for (let r = 0; r < rows; r++)
    for (let s = 0; s <= r; s++) {
      let dot = 0;
      for (let c = 0; c < columns; c++) dot += x[r * columns + c]! * x[s * columns + c]!;
      gram[r * rows + s] = gram[s * rows + r] = dot;
    }
  const [vectors] = await compute.eigen({ width: rows, matrices: [gram] });
  const count = Math.max(2, Math.floor(Math.min(rows, columns) / STRONGEST));
  let [held, whole] = [0, 0];
  // Ascending: the last are the largest.
  for (let k = rows - 1; k >= Math.max(0, rows - count); k--) {
    const [own, other] = [new Float64Array(columns), new Float64Array(columns)];
    for (let i = 0; i < x.length; i++) {
      const share = vectors![k * rows + Math.floor(i / columns)]!;
      own[i % columns]! += share * x[i]!;
      other[i % columns]! += share * y[i]!;
    }
    for (let c = 0; c < columns; c++) {
      held += own[c]! * other[c]!;
      whole += own[c]! ** 2;
    }
  }
  return whole > 0 ? held / whole : 0;
}

/** The upper of the two in the middle, of an even number. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((p, q) => p - q)[values.length >> 1]!;
}

function quartileRange(values: readonly number[]): number {
  const sorted = [...values].sort((p, q) => p - q);
  return sorted[Math.floor(0.75 * sorted.length)]! - sorted[Math.floor(0.25 * sorted.length)]!;
}
