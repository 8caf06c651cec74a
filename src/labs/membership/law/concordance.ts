/**
 * Kendall's rank correlation against an order that was drawn uniformly, with its exact upper tail. The number of concordant
 * pairs is a sum of independent uniform whole numbers on 0 … i, i = 1 … n − 1 (Kendall 1938). Up to 60 values the law is
 * summed; beyond, the tail is read off its characteristic function after exponential tilting, by the trapezoid rule, whose
 * error falls geometrically for such a function (Trefethen and Weideman 2014; below 10^-12 of the tail here, and the two
 * ways agree where both are used). Ties count against the claim. It is Jonckheere's test with one value a group.
 */
import { logFactorial } from "../../../stats/log-factorial.js";

/** n up to which the law is summed term by term. */
const SUMMED_MAX = 60;

/** Pairs i < j with values[i] < values[j]: equal values are not concordant. */
export function concordantPairs(values: readonly number[]): number {
  let from = Float64Array.from(values);
  let to = new Float64Array(values.length);
  let count = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let left = 0; left < values.length; left += 2 * width) {
      const [middle, end] = [Math.min(left + width, values.length), Math.min(left + 2 * width, values.length)];
      let [i, j] = [left, middle];
      for (let k = left; k < end; k++) {
        // All that are left of the first half are larger or equal; what went before is smaller.
        if (i < middle && (j >= end || from[i]! < from[j]!)) to[k] = from[i++]!;
        else {
          count += i - left;
          to[k] = from[j++]!;
        }
      }
    }
    [from, to] = [to, from];
  }
  return count;
}

/** log10 P(concordant pairs of n ≥ c) under a uniform order. Nought (p = 1) where c is near or below its mean. */
export function log10Concordance(n: number, c: number): number {
  const all = (n * (n - 1)) / 2;
  if (c >= all) return -logFactorial(n) / Math.LN10;
  if (c <= 0) return 0;
  return Math.min(0, n <= SUMMED_MAX ? summed(n, c) : inverted(n, c));
}

function summed(n: number, c: number): number {
  const all = (n * (n - 1)) / 2;
  let law = new Float64Array(all + 1);
  law[0] = 1;
  for (let i = 1; i < n; i++) {
    const next = new Float64Array(all + 1);
    for (let k = 0; k <= ((i - 1) * i) / 2; k++) for (let j = 0; j <= i; j++) next[k + j]! += law[k]! / (i + 1);
    law = next;
  }
  let tail = 0;
  for (let k = all; k >= c; k--) tail += law[k]!;
  return Math.log10(tail);
}

/** Standard deviations from the mean below which nothing is said: p is above a third there. */
const LEAST_Z = 0.4;

function inverted(n: number, c: number): number {
  const mean = (n * (n - 1)) / 4;
  const sd = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 72);
  if (c - mean < LEAST_Z * sd) return 0;
  const t = tilt(n, c);
  const spread = Math.sqrt(moments(n, t).variance);
  const most = Math.min(Math.PI, 10 / spread);
  const steps = Math.ceil(most / Math.min(t / 7, 0.6 / spread));
  const step = most / steps;
  const at0 = exponent(n, c, t, 0).re;
  let sum = 0;
  for (let j = 0; j <= steps; j++) {
    const theta = j * step;
    const { re, im } = exponent(n, c, t, theta);
    // exp(re + i im) / (1 − exp(−(t + iθ))): the geometric sum over all counts from c on.
    const [a, b] = [1 - Math.exp(-t) * Math.cos(theta), Math.exp(-t) * Math.sin(theta)];
    const size = Math.exp(re - at0) / (a * a + b * b);
    sum += (j === 0 || j === steps ? 0.5 : 1) * size * (a * Math.cos(im) + b * Math.sin(im));
  }
  return (at0 + Math.log((sum * step) / Math.PI)) / Math.LN10;
}

/** ln E exp(z (C − c)) at z = t + iθ, as modulus and angle. */
function exponent(n: number, c: number, t: number, theta: number): { re: number; im: number } {
  const [oneRe, oneIm] = logOneMinusExp(t, theta);
  let [re, im] = [-t * c, -theta * c];
  for (let i = 1; i < n; i++) {
    const [more, angle] = logOneMinusExp(t * (i + 1), theta * (i + 1));
    re += t * i + more - oneRe - Math.log(i + 1);
    im += theta * i + angle - oneIm;
  }
  return { re, im };
}

/** ln(1 − exp(−(x + iy))) for x > 0. */
function logOneMinusExp(x: number, y: number): [number, number] {
  const small = Math.exp(-x);
  const re = y === 0 ? -Math.expm1(-x) : 1 - small * Math.cos(y);
  const im = small * Math.sin(y);
  return [0.5 * Math.log(re * re + im * im), Math.atan2(im, re)];
}

/** Mean and variance of the tilted count. */
function moments(n: number, t: number): { mean: number; variance: number } {
  let [mean, variance] = [0, 0];
  for (let i = 1; i < n; i++) {
    // Uniform on 0 … i with weights exp(t k).
    const far = (i + 1) * t;
    const part = (x: number) => 1 / -Math.expm1(-x);
    mean += far < 1e-5 ? i / 2 : i + (i + 1) * (part(far) - 1) - (part(t) - 1);
    const square = (x: number) => (part(x) - 1) * part(x);
    variance += far < 1e-4 ? (i * (i + 2)) / 12 : square(t) - (i + 1) ** 2 * square(far);
  }
  return { mean, variance };
}

/** The tilt at which c is the mean. */
function tilt(n: number, c: number): number {
  let [low, high] = [0, 50];
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2;
    if (moments(n, middle).mean < c) low = middle;
    else high = middle;
  }
  return high;
}
