/**
 * Evidence from many faint likenesses at once: is the likeness of equal labels larger, in sum, than the likeness of
 * labels shifted by one, two, …? For units too far apart to be each other's nearest, as after long training.
 *
 * Labels are cut into blocks of b. Turning the labels of one side round within a block is a subgroup of all
 * relabellings, so given what the turns of a block would show, T_0 … T_(b−1), each was equally likely to be the one
 * seen, and blocks are independent given all of them. So for every λ ≥ 0
 *   E = Π over blocks  exp(λ T_0) / mean_k exp(λ T_k)
 * has expectation 1, exactly (Koning 2023, arXiv 2310.01153: e-values for group invariance). λ comes from a fixed grid
 * in units of the sd of all likenesses within blocks, which no turn changes, and the E are averaged. Turning either
 * side shows the same sums, so E is the same whichever side is exchangeable.
 * Neighbouring labels are compared, so a slow trend along the labels that both sides share adds little. It cannot see
 * units that kept their order but not their numbers.
 */
import { logMeanE } from "./combine.js";

/** Labels a block. More would weigh faint likeness better and bound the total (b^(n/b)) lower. */
export const SHIFT_BLOCK = 8;

/** λ in units of 1/sd: the likeness of equal labels, in sd of the others, at which each is best. */
const EFFECTS = [0.25, 0.5, 1, 2, 4] as const;

/**
 * ln of the e-value.
 * @param sums T_0 … T_(b−1) of each block, b its length
 * @param squares Σ of the squared likenesses within all blocks, and how many there are
 */
export function logShiftE(
  sums: readonly ArrayLike<number>[],
  squares: { readonly sum: number; readonly count: number },
): number {
  const deviation = Math.sqrt(squares.sum / squares.count);
  if (!(deviation > 0)) return 0;
  return logMeanE(
    EFFECTS.map((effect) => {
      const lambda = effect / deviation;
      let total = 0;
      for (const turns of sums) total += lambda * turns[0]! - logSumExpOf(turns, lambda) + Math.log(turns.length);
      return total;
    }),
  );
}

/** ln Σ exp(λ t). */
function logSumExpOf(turns: ArrayLike<number>, lambda: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < turns.length; k++) if (lambda * turns[k]! > top) top = lambda * turns[k]!;
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let k = 0; k < turns.length; k++) sum += Math.exp(lambda * turns[k]! - top);
  return top + Math.log(sum);
}
