/**
 * The W statistic of Shapiro and Wilk (1965) with Royston's coefficients (Applied Statistics 44, 1995, algorithm AS R94),
 * for 12 to 5,000 values; W alone, no p-value. A constant sample has W = 0 here: it is anything but normal.
 */
export function shapiroWilk(values: readonly number[]): number {
  const x = [...values].sort((a, b) => a - b);
  const n = x.length;
  const m = x.map((_, i) => normalQuantile((i + 1 - 0.375) / (n + 0.25)));
  const squares = m.reduce((sum, v) => sum + v * v, 0);
  const u = 1 / Math.sqrt(n);
  const poly = (c: readonly number[], start: number) => c.reduce((sum, k, i) => sum + k * u ** (i + 1), start);
  const last = poly([0.221157, -0.147981, -2.07119, 4.434685, -2.706056], m[n - 1]! / Math.sqrt(squares));
  const second = poly([0.042981, -0.293762, -1.752461, 5.682633, -3.582633], m[n - 2]! / Math.sqrt(squares));
  const phi = (squares - 2 * m[n - 1]! ** 2 - 2 * m[n - 2]! ** 2) / (1 - 2 * last ** 2 - 2 * second ** 2);
  const a = m.map((v) => v / Math.sqrt(phi));
  [a[n - 1], a[n - 2], a[0], a[1]] = [last, second, -last, -second];
  const mean = x.reduce((sum, v) => sum + v, 0) / n;
  const spread = x.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  if (spread === 0) return 0;
  return x.reduce((sum, v, i) => sum + a[i]! * v, 0) ** 2 / spread;
}

/** Φ⁻¹ by Wichura's rational approximation (Applied Statistics 37, 1988, algorithm AS 241, PPND7: seven figures). */
function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((59.109374 * r + 159.29113) * r + 50.434271) * r + 3.3871327)) /
      (((67.1875636 * r + 78.757757) * r + 17.895169) * r + 1)
    );
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const t = r <= 5 ? r - 1.6 : r - 5;
  const value =
    r <= 5
      ? (((0.17023821 * t + 1.3067284) * t + 2.75681539) * t + 1.42343711) / ((0.12021132 * t + 0.7370016) * t + 1)
      : (((0.017337203 * t + 0.42868294) * t + 3.081226) * t + 6.657905) / ((0.012258202 * t + 0.24197895) * t + 1);
  return q < 0 ? -value : value;
}
