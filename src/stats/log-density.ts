/**
 * ln of binomial and Poisson probabilities by Loader's saddle-point form (2000): relative error near 1e-15 for any n,
 * where differences of log-gammas lose digits.
 */
const HALF_LN_2PI = 0.5 * Math.log(2 * Math.PI);

/** ln n! − Stirling's ln √(2πn) (n/e)^n for n = 0..15, exact to double precision. */
const STIRLING_ERROR = Array.from({ length: 16 }, (_, n) => {
  let logFactorial = 0;
  for (let i = 2; i <= n; i++) logFactorial += Math.log(i);
  return n === 0 ? 0 : logFactorial - (HALF_LN_2PI + 0.5 * Math.log(n) + n * Math.log(n) - n);
});

function stirlingError(n: number): number {
  if (n <= 15) return STIRLING_ERROR[n]!;
  const s = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / s) / s) / s) / s) / n;
}

/** x ln(x/m) + m − x without cancellation near x = m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** ln P(Bin(n, p) = k), 0 ≤ k ≤ n, 0 < p < 1. */
export function logBinomialDensity(k: number, n: number, p: number): number {
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  const rest = n - k;
  const form = stirlingError(n) - stirlingError(k) - stirlingError(rest);
  return (
    form -
    deviance(k, n * p) -
    deviance(rest, n * (1 - p)) -
    HALF_LN_2PI +
    0.5 * (Math.log(n) - Math.log(k) - Math.log(rest))
  );
}

/** ln P(Poisson(mean) = k). */
export function logPoissonDensity(k: number, mean: number): number {
  if (k === 0) return -mean;
  return -stirlingError(k) - deviance(k, mean) - HALF_LN_2PI - 0.5 * Math.log(k);
}
