/**
 * Who stands on whose weights? In so many dimensions, training moves at right angles to what it started from: a copy holds
 * all of its origin (a slope of one) and something more; of two runs from one start neither holds the other.
 */
import {
  type Answer,
  type Compared,
  layersKey,
  likeness,
  type Paired,
  rowsOf,
  type SideBySide,
  sideBySide,
} from "./answering-rows.js";
import { clearOfStart } from "./by-column.js";
import {
  heldWhole,
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

/** First rows of MLPs of two sizes that are less alike than this have no common start row by row. */
const ALIKE_MIN = 0.1;
/** Layers looked at for more than the slope. */
const LAYERS_MAX = 4;

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
  rows: Rows | null;
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
  // Rows of a few layers are looked at again; of the others their slopes are all that is kept.
  const measure = (rows: Rows & { stored: SideBySide }, into: Measured[]) =>
    into.push({
      withGains: sideBySide(rows),
      stored: rows.stored,
      columns: rows.columns,
      rows: into.length < LAYERS_MAX ? rows : null,
    });
  for (const answer of answers) {
    const [layer, other] = answer;
    const part = reference.tensors.has(`layers.${layer}.mlp.gate`) ? "mlp.gate" : "mlp.up";
    const order = paired?.get(layersKey(layer, other)) ?? null;
    const first = await rowsOf(bench, answer, part, "norm.mlp", order);
    const up = part === "mlp.gate" ? await rowsOf(bench, answer, "mlp.up", "norm.mlp", order) : null;
    const units = first && { ...first, ...(up ? { beside: { x: up.x, y: up.y } } : {}) };
    const values = await rowsOf(bench, answer, "attention.v", "norm.attention");
    const usable = units !== null && ((units.sameSize && !bench.elsewhere) || likeness(units) >= ALIKE_MIN);
    unlike ||= units !== null && !usable;
    // Value rows of trained models hold hardly a direction that stands out: they are asked where units cannot be.
    const asked = usable ? units : values;
    if (inPart && asked && untrained(asked)) {
      unmoved.add(layer);
      continue;
    }
    if (usable) measure(units, ofUnits);
    if (values) measure(values, ofValues);
  }
  const byUnits = ofUnits.length > 0;
  const side = byUnits ? ofUnits : ofValues;
  const slopes = side.flatMap((layer) => layer.withGains.slopes);
  if (slopes.length === 0) return { slope: null, whole: false, stands: false, apart: 1, byUnits, unlike, unmoved };
  const [there, back] = [medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g))];
  const forward = Math.abs(there - 1) < Math.abs(back - 1);
  const slope = Number((forward ? there : back).toFixed(4)) + 0;
  const few = side.flatMap(({ rows }) => (rows === null ? [] : [forward ? rows : turned(rows)]));
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
  // One draw in forty shows a direction by chance, as training would: where rows are not nearly the same, two parts have to.
  const parts = few.reduce((sum, { beside }) => sum + (beside ? 2 : 1), 0);
  const shown = nearness >= NEARLY || parts >= PARTS_MIN;
  const held = whole && shown && (await heldWhole(few, bench.compute, untrained, ROUNDED));
  return { slope, whole: held, stands, apart: 1 - nearness, byUnits, unlike, unmoved };
}

function turned({ x, y, columns, beside }: Rows): Rows {
  return { x: y, y: x, columns, ...(beside ? { beside: { x: beside.y, y: beside.x } } : {}) };
}

function isWhole(slope: number): boolean {
  return slope >= SLOPE.least && slope <= SLOPE.most;
}
