/**
 * Which way round the making went, from what was measured: the suspect is, value for value, what rounding, quantisation
 * or magnitude pruning makes of the reference. Each loses something, so the way back cannot supply it; and a reference
 * that had moved from the true origin, as a sibling has, would show values on the wrong side of some boundary. So one
 * exception is too many, and everything that was made otherwise (training, merging, dropped layers) has no direction
 * here. Whoever holds the coarse values can make up finer ones: only dates tell.
 */
import type { Making, TensorMaking } from "./observed.js";

/** Fewer values that the way there changed do not single a direction out: a sibling may have moved less than that. */
const MOVED_MIN = 10_000;
/** Values near the threshold of a mask, over all matrices: so many that a sibling would have some on the wrong side. */
const NEAR_MIN = 10_000;

export interface DirectionScore {
  /** log10 of the values that bear it out, none of them against; 0 where there is no such evidence. */
  statistic: number;
  /** How many that are. */
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
    return scored("rounding", sum(rounded.map(({ moved, cut }) => moved + cut)), MOVED_MIN);
  const masks = tensors.filter(isLayerMatrix).map(({ mask }) => mask[way]);
  if (masks.length > 0 && masks.every((mask) => mask !== null && mask.exceptions === 0))
    return scored("pruning", sum(masks.map((mask) => mask!.near)), NEAR_MIN);
  return NONE;
}

function scored(by: "rounding" | "pruning", n: number, least: number): DirectionScore {
  return n < least ? NONE : { statistic: Number(Math.log10(n).toFixed(4)), n, by };
}

/** Biases and gains are too few to prune. */
function isLayerMatrix({ tensor, referenceLayer }: TensorMaking): boolean {
  return referenceLayer !== null && /^(attention|mlp)\./.test(tensor) && !/bias|norm/.test(tensor);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}
