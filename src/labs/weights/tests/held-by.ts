/**
 * Who stands on whose weights? In so many dimensions, training moves at right angles to what it started from: a copy holds
 * all of its origin (a slope of one) and something more; of two runs from one start neither holds the other.
 */
import { assert } from "../../../base/error.js";
import {
  type Answer,
  type Compared,
  layersKey,
  likeness,
  type Paired,
  ROWS_LOOKED_AT,
  rowsOf,
  type SideBySide,
  sideBySide,
} from "./answering-rows.js";
import { clearOfStart } from "./by-column.js";
import {
  medianOf,
  NEARLY,
  nearnessOf,
  ROUNDED,
  type Rows,
  SLOPE,
  SLOPE_NEAR_MOST,
  standsOn,
  untrained,
} from "./held-whole.js";
import { heldByTrained, ROWS_TRAINED, type Speaking, VALUES_TRAINED } from "./trained-layers.js";

/** First rows of MLPs of two sizes that are less alike than this have no common start row by row. */
const ALIKE_MIN = 0.1;

/**
 * By how much more of their energy rows with their gains may be apart than as they are stored, before the gains are noise. Of
 * a child of the zoo it is a four-hundredth; of strangers of one start whose gains moved by a fiftieth each, a fiftieth.
 */
const GAINS_APART = 1.01;
/** Parts that show that they were trained; a layer with a gate has two. */
const PARTS_MIN = 2;

/** A layer of which the rows were set side by side. */
interface Measured {
  withGains: SideBySide;
  /** The same of the rows without the gains before them. */
  stored: SideBySide;
  columns: number;
  parts: 1 | 2;
  /** The same rows and as many more, read again: of most layers their slopes are all that is kept. */
  again(count: number): Promise<Rows | null>;
}

interface Held {
  slope: number | null;
  /** About one, and no accident (held-whole.ts). */
  whole: boolean;
  /** Neither direction lacks what a run from a common start would (held-whole.ts). */
  stands: boolean;
  /** What rows of the two do not share, of their energy. */
  apart: number;
  /** Units of the MLPs were set side by side, not value rows. */
  byUnits: boolean;
  /** Units of one number are not alike in some layer: they meet elsewhere. */
  unlike: boolean;
  /** Layers that look like a draw while others do not agree: what a seed or a public table gives. */
  unmoved: ReadonlySet<number>;
}

/**
 * How much of the one the other holds, whichever way round is nearer to all of it: the median over gate rows (up rows
 * without a gate; value rows where MLPs of two sizes have no rows in common), each column with the gain that goes
 * before it, so that moving the one into the other changes nothing.
 */
export async function heldBy(
  bench: Compared & { elsewhere: boolean },
  answers: readonly Answer[],
  paired: Paired | null,
): Promise<Held> {
  const { reference, suspect } = bench;
  const inPart = answers.length < Math.min(reference.layers, suspect.layers);
  const unmoved = new Set<number>();
  let unlike = false;
  const [ofUnits, ofValues]: [Measured[], Measured[]] = [[], []];
  const measure = (rows: Rows & { stored: SideBySide }, again: Measured["again"], into: Measured[]) =>
    into.push({
      withGains: sideBySide(rows),
      stored: rows.stored,
      columns: rows.columns,
      parts: rows.beside ? 2 : 1,
      again,
    });
  for (const answer of answers) {
    const [layer, other] = answer;
    const part = reference.tensors.has(`layers.${layer}.mlp.gate`) ? "mlp.gate" : "mlp.up";
    const order = paired?.get(layersKey(layer, other)) ?? null;
    const unitsOf = async (count?: number) => {
      const first = await rowsOf(bench, answer, part, "norm.mlp", order, count);
      const up = part === "mlp.gate" ? await rowsOf(bench, answer, "mlp.up", "norm.mlp", order, count) : null;
      return first && { ...first, ...(up ? { beside: { x: up.x, y: up.y } } : {}) };
    };
    const valuesOf = (count?: number) => rowsOf(bench, answer, "attention.v", "norm.attention", null, count);
    const [units, values] = [await unitsOf(), await valuesOf()];
    const usable = units !== null && ((units.sameSize && !bench.elsewhere) || likeness(units) >= ALIKE_MIN);
    unlike ||= units !== null && !usable;
    // Value rows of trained models hold hardly a direction that stands out: they are asked where units cannot be.
    const asked = usable ? units : values;
    if (inPart && asked && untrained(asked, VALUES_TRAINED)) {
      unmoved.add(layer);
      continue;
    }
    if (usable) measure(units, unitsOf, ofUnits);
    if (values) measure(values, valuesOf, ofValues);
  }
  const byUnits = ofUnits.length > 0;
  const side = byUnits ? ofUnits : ofValues;
  const slopes = side.flatMap((layer) => layer.withGains.slopes);
  if (slopes.length === 0) return { slope: null, whole: false, stands: false, apart: 1, byUnits, unlike, unmoved };
  const [there, back] = [medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g))];
  const forward = Math.abs(there - 1) < Math.abs(back - 1);
  const slope = Number((forward ? there : back).toFixed(4)) + 0;
  // Half of the layers at least have to say so by themselves: a median over layers of two scales is neither's.
  const own = side.map((layer) => medianOf(layer.withGains.slopes.map(([f, g]) => (forward ? f : g))));
  const nearness = nearnessOf(slopes);
  const stored = side.flatMap((layer) => layer.stored.slopes);
  // Gains that each moved by itself tip the slopes of all rows alike, by as much as either lacks of the other. They also take
  // the rows apart: there the rows are asked as they are stored, and not where gains were moved into rows or out of them.
  const tipped = 1 - nearness > GAINS_APART * (1 - nearnessOf(stored));
  const standsBy = (of: (layer: Measured) => SideBySide) => {
    const [rows, sums] = [side.flatMap((layer) => of(layer).slopes), side.map((layer) => of(layer).byColumn)];
    return standsOn(rows, side[0]!.columns) && clearOfStart(rows, sums);
  };
  // In narrow models, and where few layers answer, they tip further than they take apart: columns have errors of their own.
  const stands = standsBy((layer) => layer.stored) || (!tipped && standsBy((layer) => layer.withGains));
  const fits = nearness < NEARLY || (stands && slope <= SLOPE_NEAR_MOST);
  const whole = fits && isWhole(slope) && own.filter(isWhole).length * 2 >= own.length;
  if (!whole) return { slope, whole, stands, apart: 1 - nearness, byUnits, unlike, unmoved };
  const speaking = side.map(({ parts, again }, at): Speaking => {
    const rowsOf = async (count: number): Promise<Rows> => {
      const rows = await again(count);
      assert(rows !== null, "heldBy: rows that were read once are read again");
      return forward ? rows : turned(rows);
    };
    return {
      whole: isWhole(own[at]!),
      parts,
      isUntrained: async () => untrained(await rowsOf(ROWS_TRAINED), VALUES_TRAINED),
      rows: () => rowsOf(ROWS_LOOKED_AT),
    };
  });
  // One draw in forty shows a direction by chance, as training would: where rows are not nearly the same, two parts have to.
  const partsMin = nearness >= NEARLY ? 1 : PARTS_MIN;
  const held = await heldByTrained(speaking, bench.compute, { enough: ROUNDED, partsMin });
  return { slope, whole: held, stands, apart: 1 - nearness, byUnits, unlike, unmoved };
}

function turned({ x, y, columns, beside }: Rows): Rows {
  return { x: y, y: x, columns, ...(beside ? { beside: { x: beside.y, y: beside.x } } : {}) };
}

function isWhole(slope: number): boolean {
  return slope >= SLOPE.least && slope <= SLOPE.most;
}
