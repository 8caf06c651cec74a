/**
 * The bounds behind the init anchor. Under the null the claimant's initial weights are independent normal numbers of
 * mean zero, one (unknown) standard deviation a tensor, and independent of the suspect. Only directions of the draw
 * are used, so no standard deviation has to be stated or trusted.
 *
 * Nothing moved. U = θ/‖θ‖ is uniform on the sphere S^(N−1), W any fixed vector of length one. E⟨√N U, W⟩^(2m) =
 * (2m−1)!! N^m / (N(N+2)…(N+2m−2)) ≤ (2m−1)!!, and odd moments vanish: the moment generating function lies below the
 * normal one. So for tensors t and weights w with Σ w² = 1, z = Σ w_t √N_t ⟨U_t, W_t⟩ has P(z ≥ x) ≤ exp(−x²/2).
 *
 * Residual stream rotated. For one pairing of rows, g(θ) = sup over rotations Q of Σ_i ⟨θ_i/σ, Q w_i⟩/√M is a
 * 1-Lipschitz function of the normal draw with mean ≤ d (nuclear norm ≤ √d × Frobenius norm), so P(g ≥ x) ≤
 * exp(−(x−d)₊²/2). Lengths instead of σ: the length ‖G_t‖ of a tensor is independent of its direction, and where each
 * tensor's share of the sum is positive, making every ‖G_t‖ ≥ √N_t only enlarges the sum. Hence P(g(√N U) ≥ x) ≤
 * P(g(G) ≥ x) / Π_t P(χ²_N ≥ N), and P(χ²_N ≥ N) ≥ P(χ²_1 ≥ 1) > 0.317 for every N. The tensors that enter may be
 * chosen (2 ways each); choices of layers, units, signs and seeds are paid for by a union bound.
 */
import { logFactorial } from "../../../stats/log-factorial.js";

/** P(χ²_1 ≥ 1) = 0.31731, rounded down. */
const LENGTH_PROBABILITY_MIN = 0.317;
/** ln of what one tensor costs in the rotated case: its length, and whether it enters. */
export const LOG_COST_TENSOR = Math.LN2 - Math.log(LENGTH_PROBABILITY_MIN);

/** ln p of z when nothing but the listed choices was free. */
export function lnPStored(z: number, logChoices: number): number {
  return Math.min(0, z > 0 ? -(z * z) / 2 + logChoices : 0);
}

/** ln p of z maximised over rotations of a stream of `width` dimensions. */
export function lnPRotated(z: number, width: number, logChoices: number): number {
  return Math.min(0, -(Math.max(0, z - width) ** 2) / 2 + logChoices);
}

/** ln of the ways to give each of the fewer one of the more. */
export function logInjections(n1: number, n2: number): number {
  return logFactorial(Math.max(n1, n2)) - logFactorial(Math.abs(n1 - n2));
}

/** Tests in the order in which they are planned, each staking the same share: p = tests × the smallest. */
export function log10PCombined(lnP: readonly number[]): number {
  const smallest = Math.min(0, ...lnP) + Math.log(lnP.length);
  return Math.min(0, smallest / Math.LN10);
}
