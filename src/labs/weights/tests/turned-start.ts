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
import { heldByTrained, type Speaking } from "./trained-layers.js";

/** Rows of a layer by which it is measured, and layers looked at for more than the slope. */
export const ROWS_HELD = 256;
const LAYERS_HELD = 4;

/**
 * Of nearly the same rows through tokens. Makers whose start has directions of its own look trained and reach 0.961 where
 * training moved 0.02 of its energy; a merge of a copy with a model of its kin stands at 0.976.
 */
const SLOPE_NEAR_LEAST = 0.97;

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
  /** Parts that were asked so, each for itself; absent: one. */
  parts?: 1 | 2;
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

interface Asking {
  /** Rows are whole: where they are nearly the same, what the one lacks of the other is asked too. */
  wholeRows?: boolean;
  /**
   * Rows are seen along directions that tokens give, few and unsure. Layers of the whole depth that look trained speak alone
   * then (trained-layers.ts); else the first few speak, of which most have to be.
   */
  throughTokens?: boolean;
}

/** @param layers of which none is a public draw that only some layers hold; none of them leaves the start as it is */
export async function turnedStart(
  layers: readonly HeldLayer[],
  compute: Compute,
  { wholeRows = false, throughTokens = false }: Asking = {},
): Promise<TurnedStart> {
  const held = layers.map((layer) => ({ ...layer, slopes: slopesOf(layer.rows) }));
  const slopes = held.flatMap((layer) => layer.slopes);
  if (slopes.length === 0) return { slope: null, explains: true };
  const [there, back] = [medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g))];
  const forward = Math.abs(there - 1) <= Math.abs(back - 1);
  const slope = Number((forward ? there : back).toFixed(4)) + 0;
  const measured = held.map((layer) => ({
    ...layer,
    own: medianOf(layer.slopes.map(([f, g]) => (forward ? f : g))),
    forward,
  }));
  const whole = isWhole(slope) && measured.filter(({ own }) => isWhole(own)).length * 2 >= measured.length;
  const near = nearnessOf(slopes) >= NEARLY;
  const unlike = wholeRows
    ? slope > SLOPE_NEAR_MOST || !stands(held, slopes)
    : throughTokens && slope < SLOPE_NEAR_LEAST;
  if (!whole || (near && unlike)) return { slope, explains: true };
  const shown = await (throughTokens ? byTrained(measured, compute) : byFirst(measured, compute));
  return { slope, explains: !shown };
}

interface Measured extends HeldLayer {
  /** The middle slope of its rows, the way round that is asked. */
  own: number;
  /** Is the reference's layer held in the suspect's, or the other way round? */
  forward: boolean;
}

async function byFirst(measured: readonly Measured[], compute: Compute): Promise<boolean> {
  const few = measured.slice(0, LAYERS_HELD);
  const untrained = await Promise.all(few.map((layer) => layer.areUntrained(layer.forward ? 0 : 1)));
  const rows = few.map(heldFirst);
  // Along few directions hardly a row looks trained: that is asked of the side's own rows.
  return heldWhole(rows, compute, (layer) => untrained[rows.indexOf(layer)]!);
}

/** Of a real model's up rows only some layers' stand out of a draw, and which differs by model: layers are asked until enough have. */
function byTrained(measured: readonly Measured[], compute: Compute): Promise<boolean> {
  const speaking = measured.map(
    (layer): Speaking => ({
      whole: isWhole(layer.own),
      parts: layer.parts ?? 1,
      isUntrained: () => layer.areUntrained(layer.forward ? 0 : 1),
      rows: () => heldFirst(layer),
    }),
  );
  return heldByTrained(speaking, compute);
}

function heldFirst({ rows: { x, y, columns }, forward }: Measured): Rows {
  return forward ? { x, y, columns } : { x: y, y: x, columns };
}

/** Gains were folded away by whoever turned the stream, and moved columns by themselves before: columns err each for itself. */
function stands(held: readonly HeldLayer[], slopes: readonly (readonly [number, number])[]): boolean {
  const sums = held.map(({ rows }) => columnSums(rows));
  return standsOn(slopes, held[0]!.rows.columns) && clearOfStart(slopes, sums);
}

function isWhole(slope: number): boolean {
  return slope >= SLOPE.least && slope <= SLOPE.most;
}
