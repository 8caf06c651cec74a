/**
 * Whether every value of one tensor is what rounding makes of the other's: the nearest value of a number format, or the
 * nearest code of a codebook, nought where it was pruned. "Every" is meant: a model whose weights moved at all, however
 * little, has some that crossed a rounding boundary. Where that holds and the finer side has values that the coarser
 * grid does not hold, something was lost on the way from one to the other, and the way back cannot supply it.
 */
import { blockSize, type Codebook, codebookOf, codeOf, scaleOf } from "./codebook.js";
import { type FloatGrid, gridOf, gridStep, roundTo } from "./float-grid.js";

interface Grid {
  float: FloatGrid;
  codebook: Codebook | null;
}

/** Values of one tensor, rows × columns. */
export interface Values {
  values: Float32Array;
  columns: number;
  grid: Grid;
}

interface Rounding {
  /** Values that are not nought on the coarser side. */
  n: number;
  /** Of these: not the nearest value of the coarser grid. */
  exceptions: number;
  /** Of these: what rounding changed, so that the two differ. */
  moved: number;
  /** Nought on the coarser side and not what rounding makes of the finer. */
  cut: number;
  /**
   * How many values would become exceptions for each unit by which the finer side moved, in units of its root mean
   * square: the sum, over values that rounding changed, of that size over the distance between neighbours of the grid.
   */
  sharpness: number;
}

/** 0 for no values. */
export function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const x of values) sum += x * x;
  return values.length === 0 ? 0 : Math.sqrt(sum / values.length);
}

/** Finds the number format and the codebook that hold every value; row-major, `columns` wide. */
export function withGrid(values: Float32Array, columns: number): Values {
  const float = gridOf(values);
  // Half a unit in the last place, relative to the value.
  const tolerance = 2 ** -(float.mantissaBits + 1);
  return { values, columns, grid: { float, codebook: codebookOf(values, columns, tolerance) } };
}

/** Quantisers compute in F32: whether a value this near to the boundary of two codes goes up or down says nothing. */
const BOUNDARY = 1e-4;

/** The tensor `to` as a rounding of `from`. */
export function roundingOf(from: Values, to: Values): Rounding {
  return to.grid.codebook ? toCodebook(from, to, to.grid.codebook) : toFloat(from, to);
}

function toFloat(from: Values, { values, grid }: Values): Rounding {
  const out = { n: 0, exceptions: 0, moved: 0, cut: 0, sharpness: 0 };
  const size = rootMeanSquare(from.values);
  for (let i = 0; i < values.length; i++) {
    const [x, y] = [from.values[i]!, values[i]!];
    if (x === y) {
      if (y !== 0) out.n++;
      continue;
    }
    const rounded = roundTo(x, grid.float);
    if (y === 0 && rounded !== 0) {
      out.cut++;
      continue;
    }
    out.n++;
    if (rounded === y) {
      out.moved++;
      out.sharpness += size / gridStep(x, grid.float);
    } else out.exceptions++;
  }
  return out;
}

/** The scale is taken from the finer side, as a quantiser would; codes must agree, whatever was done to the scale after. */
function toCodebook(from: Values, { values, columns }: Values, book: Codebook): Rounding {
  const out = { n: 0, exceptions: 0, moved: 0, cut: 0, sharpness: 0 };
  const size = blockSize(book, columns, values.length);
  for (let at = 0; at < values.length; at += size) {
    const [fine, coarse] = [from.values.subarray(at, at + size), values.subarray(at, at + size)];
    const [scale, stored] = [scaleOf(fine, book), scaleOf(coarse, book)];
    for (let i = 0; i < size; i++) {
      const [x, y] = [fine[i]!, coarse[i]!];
      out.n++;
      const agrees =
        scale && stored ? codeOf(x, scale, book, BOUNDARY).includes(codeOf(y, stored, book, 0)[0]!) : x === y;
      if (!agrees) out.exceptions++;
      // No sharpness: values within BOUNDARY of the middle are forgiven, which is more than the move that is asked about.
      else if (x !== y) out.moved++;
    }
  }
  return out;
}
