/**
 * Are these numbers positive beyond chance, when each could as well have had the other sign? Given their sizes, signs
 * are then independent fair coins, so for every λ ≥ 0
 *   E = Π exp(λ x) / cosh(λ x)
 * has expectation 1, exactly and whatever the sizes are. λ comes from a fixed grid in units of the root mean square,
 * which no sign changes, and the E are averaged (an e-value for a group of sign changes: Koning 2023, arXiv 2310.01153).
 * n numbers that are all alike and positive reach 2^n and no more. It cannot see why signs would agree in pairs.
 */
import { logMeanE } from "./combine.js";

/** λ in units of 1/rms: what suits faint likeness, up to numbers that are all alike. */
const EFFECTS = [0.25, 0.5, 1, 2, 4] as const;

/** ln of the e-value; 0 for no numbers, or none but noughts. */
export function logSignE(values: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < values.length; i++) square += values[i]! * values[i]!;
  if (!(square > 0)) return 0;
  const size = Math.sqrt(square / values.length);
  return logMeanE(
    EFFECTS.map((effect) => {
      let total = 0;
      for (let i = 0; i < values.length; i++) total += logTilted((effect * values[i]!) / size);
      return total;
    }),
  );
}

/** ln (exp(y) / cosh(y)) = ln 2 − ln(1 + exp(−2y)), for large |y| too. */
function logTilted(y: number): number {
  const tail = y > 0 ? Math.log1p(Math.exp(-2 * y)) : -2 * y + Math.log1p(Math.exp(2 * y));
  return Math.LN2 - tail;
}
