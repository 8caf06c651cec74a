/**
 * Could one draw have made what agrees once a rotation is undone or looked through? Two who start from one default seed
 * share every initial weight and copied nothing, and a tool may turn the one's residual stream or reorder its units
 * afterwards. Gains say nothing then: whoever turns a stream folds them away. What is left to ask is who stands on whose
 * weights: a copy holds all of its origin, of two runs from one draw neither holds the other (common-start.ts).
 */
import type { Compute } from "../../../kernels/compute.js";
import { clearOfStart, columnSums } from "./by-column.js";
import {
  heldWhole,
  medianOf,
  NEARLY,
  nearnessOf,
  type Rows,
  SLOPE,
  SLOPE_NEAR_MOST,
  slopesOf,
  standsOn,
} from "./held-whole.js";

/** Rows of a layer by which it is measured, and layers looked at for more than the slope. */
export const ROWS_HELD = 256;
const LAYERS_HELD = 4;

/** What of a common start was looked at, as a finding's observations have it. */
export interface TurnedStart {
  slope: number | null;
  explains: boolean;
}

/** A layer whose units answer to each other: their rows side by side, as long as they are, gains folded in. */
export interface HeldLayer {
  rows: Rows;
  /** Of either side's own rows, where a rotation has not been undone: nobody need have trained them. */
  areUntrained(side: 0 | 1): Promise<boolean>;
}

/**
 * Layers that answer to layers of their own number, where every layer that answers has such a one: one seed gives equal
 * weights to layers of equal number and width. Null where a common start cannot have made what agrees.
 */
export function inPlaceOf<T extends { numbers: readonly [number, number] }>(
  layers: readonly T[],
  oneWidth: boolean,
): T[] | null {
  const inPlace = layers.filter(({ numbers: [a, b] }) => a === b);
  const answered = new Set(layers.map(({ numbers: [a] }) => a));
  if (!oneWidth || [...answered].some((a) => !inPlace.some(({ numbers }) => numbers[0] === a))) return null;
  return inPlace;
}

/**
 * @param layers of which none is a public draw that only some layers hold; none of them leaves the start as it is
 * @param wholeRows rows are whole: where they are nearly the same, what the one lacks of the other is asked too
 */
export async function turnedStart(
  layers: readonly HeldLayer[],
  compute: Compute,
  wholeRows = false,
): Promise<TurnedStart> {
  const held = layers.map((layer) => ({ ...layer, slopes: slopesOf(layer.rows) }));
  const slopes = held.flatMap((layer) => layer.slopes);
  if (slopes.length === 0) return { slope: null, explains: true };
  const [there, back] = [medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g))];
  const forward = Math.abs(there - 1) <= Math.abs(back - 1);
  const slope = Number((forward ? there : back).toFixed(4)) + 0;
  const own = held.map((layer) => medianOf(layer.slopes.map(([f, g]) => (forward ? f : g))));
  const whole = isWhole(slope) && own.filter(isWhole).length * 2 >= own.length;
  const near = wholeRows && nearnessOf(slopes) >= NEARLY;
  const fits = !near || (slope <= SLOPE_NEAR_MOST && stands(held, slopes));
  if (!whole || !fits) return { slope, explains: true };
  const few = held.slice(0, LAYERS_HELD);
  const untrained = await Promise.all(few.map(({ areUntrained }) => areUntrained(forward ? 0 : 1)));
  const rows = few.map(({ rows: { x, y, columns } }) => (forward ? { x, y, columns } : { x: y, y: x, columns }));
  // Along few directions hardly a row looks trained: that is asked of the side's own rows.
  return { slope, explains: !(await heldWhole(rows, compute, (layer) => untrained[rows.indexOf(layer)]!)) };
}

/** Gains were folded away by whoever turned the stream, and moved columns by themselves before: columns err each for itself. */
function stands(held: readonly HeldLayer[], slopes: readonly (readonly [number, number])[]): boolean {
  const sums = held.map(({ rows }) => columnSums(rows));
  return standsOn(slopes, held[0]!.rows.columns) && clearOfStart(slopes, sums);
}

function isWhole(slope: number): boolean {
  return slope >= SLOPE.least && slope <= SLOPE.most;
}
