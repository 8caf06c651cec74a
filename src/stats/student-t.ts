/**
 * Upper tail of Student's t as log10, by the continued fraction of the incomplete beta function (Abramowitz and Stegun
 * 26.5.8 and 26.7.1, Lentz's way): P(T ≥ t) = ½ I_x(ν/2, ½) at x = ν/(ν + t²). It says nothing of whether what was
 * measured is distributed so.
 */
import { assert } from "../base/error.js";
import { logFactorial } from "./log-factorial.js";

/** log10 P(T ≥ t). @param degrees of freedom, a whole number from 1 */
export function log10StudentTail(t: number, degrees: number): number {
  assert(
    Number.isInteger(degrees) && degrees > 0 && Number.isFinite(t),
    "log10StudentTail: expected whole degrees and t",
  );
  if (t === 0) return -Math.log10(2);
  const half = log10Half(Math.abs(t), degrees);
  return t >= 0 ? half : Math.log10(1 - 10 ** half);
}

/** For t ≥ 0. */
function log10Half(t: number, degrees: number): number {
  const [a, b] = [degrees / 2, 0.5];
  const x = degrees / (degrees + t * t);
  // t²/(ν + t²) keeps its digits where x is near 1.
  const y = (t * t) / (degrees + t * t);
  const front =
    logGammaOfHalf(degrees + 1) - logGammaOfHalf(degrees) - 0.5 * Math.log(Math.PI) + a * Math.log(x) + b * Math.log(y);
  if (x < (a + 1) / (a + b + 2)) return (front - Math.log(a) + Math.log(fraction(x, a, b))) / Math.LN10 - Math.log10(2);
  return Math.log10((1 - (Math.exp(front) * fraction(y, b, a)) / b) / 2);
}

const STEPS_MAX = 10_000;

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let value = d;
  for (let m = 1; m < STEPS_MAX; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + term * d || tiny);
      c = 1 + term / c || tiny;
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** ln Γ(n/2). */
function logGammaOfHalf(n: number): number {
  if (n % 2 === 0) return logFactorial(n / 2 - 1);
  const k = (n - 1) / 2;
  return logFactorial(2 * k) - k * Math.log(4) - logFactorial(k) + 0.5 * Math.log(Math.PI);
}
