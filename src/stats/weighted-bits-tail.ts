/**
 * The upper tail of S = Σ_l w_l B_l with independent B_l ~ Bin(n, rate) and whole weights, by Fourier inversion of the
 * exponentially tilted law (Lugannani and Rice 1980 for the tilt; the trapezoidal sum over a lattice is exact up to
 * wrap-around, which the tilt makes negligible). Cost does not grow with n; exact to about ten digits of log10 p.
 */
import { assert } from "../base/error.js";

/** Width of the periodic window in tilted standard deviations and in decay lengths 1/s: wrapped terms lose e^−60. */
const WINDOW_SD = 60;
/** Beyond this many standard deviations the tilted characteristic function is below 1e-22 where n is large. */
const FREQUENCY_SD = 10.5;
/** With fewer fair bits than this every frequency is summed: resonances of the weights have not died away yet. */
const ALL_FREQUENCIES_BELOW = 1000;

/**
 * log10 P(S ≥ x).
 * @param weights positive integers, one a layer
 * @param n trials a layer
 * @param rate of ones, above 0; at 1 every sum is reached
 */
export function log10WeightedBitsTail(x: number, weights: readonly number[], n: number, rate = 0.5): number {
  const total = weights.reduce((sum, w) => sum + w, 0);
  assert(
    weights.every((w) => Number.isInteger(w) && w > 0) && Number.isInteger(x),
    "weightedBitsTail: expected integers",
  );
  if (x <= 0 || rate >= 1) return 0;
  // A common divisor would put a second peak beside the first.
  const divisor = weights.reduce(greatestCommonDivisor);
  if (divisor > 1)
    return log10WeightedBitsTail(
      Math.ceil(x / divisor),
      weights.map((w) => w / divisor),
      n,
      rate,
    );
  if (x > n * total) return Number.NEGATIVE_INFINITY;
  if (x === n * total) return (n * weights.length * Math.log(rate)) / Math.LN10;
  const mean = n * total * rate;
  // At or below the mean: with ones and noughts changed over, P(S ≥ x) = 1 − P(S ≥ nΣw − x + 1).
  if (x <= mean) return Math.log1p(-(10 ** log10WeightedBitsTail(n * total - x + 1, weights, n, 1 - rate))) / Math.LN10;
  const odds = (1 - rate) / rate;
  const s = tilt(x, weights, n, odds);
  let variance = 0;
  let logMgf = 0;
  const on = weights.map((w) => 1 / (1 + odds * Math.exp(-s * w)));
  for (const [l, w] of weights.entries()) {
    variance += n * w * w * on[l]! * (1 - on[l]!);
    logMgf += n * (s * w + Math.log(rate) - Math.log(on[l]!));
  }
  const sd = Math.sqrt(variance);
  const period = Math.ceil(WINDOW_SD * sd + WINDOW_SD / s + 64);
  const half = Math.floor(period / 2);
  const central = Math.ceil((FREQUENCY_SD / sd) * (period / (2 * Math.PI)));
  const frequencies = n * weights.length < ALL_FREQUENCIES_BELOW ? half : Math.min(half, central);
  let sum = 0;
  for (let k = 0; k <= frequencies; k++) {
    const term = realPart((2 * Math.PI * k) / period, s, x, weights, on, n);
    sum += k === 0 || 2 * k === period ? term : 2 * term;
  }
  return Math.min(0, (logMgf - s * x + Math.log(sum / period)) / Math.LN10);
}

/** Re of φ(θ) e^{−iθx} / (1 − e^{−s−iθ}), φ the tilted characteristic function. */
function realPart(theta: number, s: number, x: number, weights: readonly number[], on: readonly number[], n: number) {
  let logAbs = 0;
  let angle = -theta * x;
  for (const [l, w] of weights.entries()) {
    const p = on[l]!;
    const re = 1 - p + p * Math.cos(theta * w);
    const im = p * Math.sin(theta * w);
    logAbs += 0.5 * n * Math.log(re * re + im * im);
    angle += n * Math.atan2(im, re);
  }
  if (logAbs < -60) return 0;
  const decay = Math.exp(-s);
  const dRe = 1 - decay * Math.cos(theta);
  const dIm = decay * Math.sin(theta);
  const scale = Math.exp(logAbs) / (dRe * dRe + dIm * dIm);
  return scale * (Math.cos(angle) * dRe + Math.sin(angle) * dIm);
}

/** The s at which the tilted mean is x. */
function tilt(x: number, weights: readonly number[], n: number, odds: number): number {
  let low = 0;
  let high = 1;
  const mean = (s: number) => weights.reduce((sum, w) => sum + (n * w) / (1 + odds * Math.exp(-s * w)), 0);
  while (mean(high) < x && high < 64) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step++) {
    const mid = (low + high) / 2;
    if (mean(mid) < x) low = mid;
    else high = mid;
  }
  // Just above the mean a tilt near zero would divide by it; any positive tilt is exact.
  return Math.max((low + high) / 2, 0.05 / Math.sqrt(n * weights.reduce((sum, w) => sum + w * w, 0)));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
