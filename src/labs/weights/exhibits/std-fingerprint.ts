/**
 * The "intrinsic fingerprint" (arXiv 2507.03014): standard deviations of Q, K, V and O over layers, standardised,
 * Pearson's r by kind, the mean of four. Discredited: a smooth trend over depth has few degrees of freedom, and
 * unrelated public models reach 0.9. An exhibit only so that the claim can be held against its false positives.
 */

/** @param a by kind, one standard deviation a layer; both sides of one depth @returns null below three layers */
export function stdFingerprint(a: readonly number[][], b: readonly number[][]): number | null {
  if (a.some((x, k) => x.length !== b[k]!.length || x.length < 3)) return null;
  const correlations = a.map((x, k) => pearson(x, b[k]!));
  return correlations.reduce((sum, r) => sum + r, 0) / correlations.length;
}

/** Of the population (n, not n − 1), as the paper computes it. */
export function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((sum, z) => sum + z, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mx) * (y[i]! - my);
    xx += (x[i]! - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
