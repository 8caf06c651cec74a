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
}

/** Coarsest first. BF16 and F16 are not nested: a value may lie on either alone. */
export const FLOAT_GRIDS: readonly FloatGrid[] = [
  { id: "f8-e5m2", title: "F8 E5M2", mantissaBits: 2, exponentMin: -14, max: 57_344 },
  { id: "f8-e4m3", title: "F8 E4M3", mantissaBits: 3, exponentMin: -6, max: 448 },
  { id: "bf16", title: "BF16", mantissaBits: 7, exponentMin: -126, max: 3.3895313892515355e38 },
  { id: "f16", title: "F16", mantissaBits: 10, exponentMin: -14, max: 65_504 },
  { id: "f32", title: "F32", mantissaBits: 23, exponentMin: -126, max: 3.4028234663852886e38 },
];
export const F32 = FLOAT_GRIDS.at(-1)!;

/** Adding and taking away rounds a double below 2⁵¹ to an integer, ties to even. */
const ROUNDER = 1.5 * 2 ** 52;
const exponentOf = new Float32Array(1);
const exponentBits = new Uint32Array(exponentOf.buffer);

/** Distance between neighbours of the grid around an F32 value. */
export function gridStep(x: number, grid: FloatGrid): number {
  exponentOf[0] = x;
  const exponent = ((exponentBits[0]! >>> 23) & 255) - 127;
  return 2 ** (Math.max(exponent, grid.exponentMin) - grid.mantissaBits);
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
