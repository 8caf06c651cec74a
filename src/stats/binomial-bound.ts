/**
 * Whether a stated rate is a Clopper–Pearson bound (1934), checked by what defines it, the binomial tail itself. Needs
 * no quantile function, so a verifier can check a bound with nothing installed. It checks bounds; it does not find them
 * (see clopper-pearson.ts).
 */
import { LOG_FACTORIAL_MAX, logChoose, logSumExp } from "./log-factorial.js";

const TAIL = 0.05;
/** Relative slack for rounding in sums of logarithms of factorials. */
const SLACK = 1e-6;

/** P(X ≤ k) for n trials at the rate. */
function lowerTail(k: number, n: number, rate: number): number {
  if (rate <= 0) return 1;
  if (rate >= 1) return k >= n ? 1 : 0;
  const terms = Array.from(
    { length: k + 1 },
    (_, i) => logChoose(n, i) + i * Math.log(rate) + (n - i) * Math.log1p(-rate),
  );
  return Math.exp(logSumExp(terms));
}

function counts(k: number, n: number): boolean {
  return Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n && n <= LOG_FACTORIAL_MAX;
}

/** True when `rate` is the 95 % upper bound of k in n, rounded up by at most `step`. */
export function isUpper95(rate: number, k: number, n: number, step: number): boolean {
  if (!counts(k, n)) return false;
  if (k === n) return rate === 1;
  const reaches = lowerTail(k, n, rate) <= TAIL * (1 + SLACK);
  return reaches && lowerTail(k, n, rate - 2 * step) >= TAIL * (1 - SLACK);
}

/** True when `rate` is not above the 95 % lower bound of k in n. */
export function atMostLower95(rate: number, k: number, n: number): boolean {
  if (!counts(k, n)) return false;
  if (k === 0) return rate <= 0;
  return lowerTail(n - k, n, 1 - rate) <= TAIL * (1 + SLACK);
}
