/**
 * How many distinct tuples an inheritance test needs: n = γ(1−γ) ((z_α + z_β) / d)² for a lift d of the green rate,
 * taken as proportional to the share of marked text in training. The lift at full share is an input: it depends on the
 * mark's strength, the context width and how often the text was seen (0.0088 at 5 % in Sander et al. 2024, γ ¼, δ 3).
 */
import { assert } from "../../../base/error.js";

/** Normal quantiles: one-sided 10⁻⁶, and power 50 %, 90 %, 99 %. */
const Z_ALPHA = 4.753424;
const Z_POWER = [
  { power: 0.5, z: 0 },
  { power: 0.9, z: 1.281552 },
  { power: 0.99, z: 2.326348 },
] as const;

interface SampleSize {
  power: number;
  tuples: number;
}

/** @param lift rise of the green rate when all training text is marked; @param share of marked text, 0 to 1 */
export function tuplesNeeded(gamma: number, lift: number, share: number): SampleSize[] {
  assert(gamma > 0 && gamma < 1 && lift > 0 && share > 0 && share <= 1, "tuplesNeeded: expected rates in (0, 1]");
  const d = lift * share;
  return Z_POWER.map(({ power, z }) => ({ power, tuples: Math.ceil(gamma * (1 - gamma) * ((Z_ALPHA + z) / d) ** 2) }));
}
