/**
 * Whole numbers below a bound by the million, for permutations: xorshift32 (Marsaglia 2003) begun from the house's
 * generator. A multiply and a shift take a draw into [0, bound); for bounds of a few dozen the bias is below 10⁻⁸.
 */
import type { Prng } from "../../../base/prng.js";

/** @param source gives the state; what is drawn follows from it alone */
export function fastDraws(source: Prng): Pick<Prng, "below"> {
  let state = source.uint32() || 1;
  return {
    below(bound) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return Math.floor(((state >>> 0) / 2 ** 32) * bound);
    },
  };
}
