/**
 * The coarsest of the common number formats on which all values of a tensor lie, and rounding to it (nearest, ties to
 * even: IEEE 754). A model trained in F32 and published in BF16 lies on the grid of BF16; the way back does not exist,
 * as the bits rounded away are nowhere. It sees no format with a scale of its own (see codebook.ts).
 */

export interface FloatGrid {
  id: string;
  title: string;
  /** Explicit bits of the mantissa, and the exponent of the smallest normal number. */
  mantissaBits: number;
  exponentMin: number;
  max: number;
  /** Distance between neighbours, by the exponent bits of an F32 value. */
  steps: Float64Array;
}

function grid(id: string, title: string, mantissaBits: number, exponentMin: number, max: number): FloatGrid {
  const steps = Float64Array.from({ length: 256 }, (_, e) => 2 ** (Math.max(e - 127, exponentMin) - mantissaBits));
  return { id, title, mantissaBits, exponentMin, max, steps };
}

/** Coarsest first. BF16 and F16 are not nested: a value may lie on either alone. */
export const FLOAT_GRIDS: readonly FloatGrid[] = [
  grid("f8-e5m2", "F8 E5M2", 2, -14, 57_344),
  grid("f8-e4m3", "F8 E4M3", 3, -6, 448),
  grid("bf16", "BF16", 7, -126, 3.3895313892515355e38),
  grid("f16", "F16", 10, -14, 65_504),
  grid("f32", "F32", 23, -126, 3.4028234663852886e38),
];
const F32 = FLOAT_GRIDS.at(-1)!;

/** Adding and taking away rounds a double below 2⁵¹ to an integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;
const exponentOf = new Float32Array(1);
const exponentBits = new Uint32Array(exponentOf.buffer);

/** Distance between neighbours of the grid around an F32 value. */
export function gridStep(x: number, { steps }: FloatGrid): number {
  exponentOf[0] = x;
  return steps[(exponentBits[0]! >>> 23) & 255]!;
}

/** The nearest value of the grid. */
export function roundTo(x: number, grid: FloatGrid): number {
  if (grid === F32) return Math.fround(x);
  const step = gridStep(x, grid);
  const rounded = (x / step + ROUNDER - ROUNDER) * step;
  return Math.abs(rounded) > grid.max ? Math.sign(x) * Number.POSITIVE_INFINITY : rounded;
}

/** The coarsest grid that holds every value. Of nothing but zeros: the coarsest. */
export function gridOf(values: Float32Array): FloatGrid {
  return FLOAT_GRIDS.find((grid) => grid === F32 || values.every((x) => roundTo(x, grid) === x))!;
}
