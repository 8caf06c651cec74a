/**
 * Which way round the making went, from what was measured: the suspect is, value for value, what rounding, quantisation
 * or magnitude pruning makes of the reference. Each loses something, so the way back cannot supply it; and a reference
 * that had moved from the true origin, as a sibling has, would show values on the wrong side of some boundary. So one
 * exception is too many, and everything that was made otherwise (training, merging, dropped layers) has no direction
 * here. Whoever holds the coarse values can make up finer ones: only dates tell, so the finding concludes nothing from it.
 */
import type { Making, TensorMaking } from "./observed.js";

/**
 * A reference that had moved from the true origin by this share of its size, evenly and at random, must be expected to
 * show CROSSED_MIN values on the wrong side of a boundary: that none is seen then has a chance of e⁻¹⁰. Ten steps of
 * training at a rate of 10⁻⁵ move a model by a thousand times as much.
 */
const MOVE = 1e-6;
const CROSSED_MIN = 10;
/** Fewer values that the way there changed are an accident of few values. */
const MOVED_MIN = 1000;

export interface DirectionScore {
  /**
   * log10 of how many values would be exceptions, had the finer side moved by one millionth of its size, where none is;
   * 0 where there is no such evidence.
   */
  statistic: number;
  /** Values that rounding changed or that lie near the threshold of a mask. */
  n: number;
  by: "rounding" | "pruning" | null;
}

const NONE: DirectionScore = { statistic: 0, n: 0, by: null };

/** Forward: the suspect from the reference. Backward: the reference from the suspect. */
export function directionScores(making: Making): { forward: DirectionScore; backward: DirectionScore } {
  const forward = score(making, "forward");
  const backward = score(making, "backward");
  // What can be had from either side is no evidence of direction.
  if (forward.n > 0 && backward.n > 0) return { forward: NONE, backward: NONE };
  return { forward, backward };
}

function score({ tensors, unpaired }: Making, way: "forward" | "backward"): DirectionScore {
  const made = way === "forward" ? unpaired.suspect : unpaired.reference;
  if (tensors.length === 0 || made > 0) return NONE;
  const rounded = tensors.map(({ rounding }) => rounding[way]);
  if (rounded.every(({ exceptions }) => exceptions === 0))
    return scored(
      "rounding",
      rounded.map(({ moved, sharpness }) => ({ n: moved, sharpness })),
    );
  const masks = tensors.filter(isLayerMatrix).map(({ mask }) => mask[way]);
  if (masks.length > 0 && masks.every((mask) => mask !== null && mask.exceptions === 0))
    return scored(
      "pruning",
      masks.map((mask) => ({ n: mask!.near, sharpness: mask!.sharpness })),
    );
  return NONE;
}

function scored(by: "rounding" | "pruning", tensors: readonly { n: number; sharpness: number }[]): DirectionScore {
  const n = sum(tensors.map((t) => t.n));
  const crossed = MOVE * sum(tensors.map((t) => t.sharpness));
  if (n < MOVED_MIN || crossed < CROSSED_MIN) return NONE;
  return { statistic: Number(Math.log10(crossed).toFixed(4)), n, by };
}

/** Biases and gains are too few to prune. */
function isLayerMatrix({ tensor, referenceLayer }: TensorMaking): boolean {
  return referenceLayer !== null && /^(attention|mlp)\./.test(tensor) && !/bias|norm/.test(tensor);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}
