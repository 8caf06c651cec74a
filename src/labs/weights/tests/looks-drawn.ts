/**
 * Could these rows be a draw that nobody trained? A draw prefers no sign: whatever the sizes of its entries are, their
 * signs are fair coins. So its strongest direction is set beside those of the same sizes with signs thrown anew; scales
 * of rows and columns, masks and public profiles of sizes are in both. Lengths of rows and columns are evened out first,
 * lest a few of them hide the rest. Training makes directions, and turning the residual stream leaves them.
 */
import { prng, signs } from "../../../base/prng.js";

/** Of the largest of those thrown. Of 100 drawn matrices one was beyond it; of seven trained models all, in most layers. */
const OUT_MIN = 1.05;
const THROWS = 16;
/** Rounds in which rows and columns are brought to one length. */
const ROUNDS = 2;
/** Of the power method: its error is the same on both sides of the comparison. */
const STEPS = 100;

/** Values looked at: 64 rows of 4,096, and all that the caller has of narrower ones. */
const VALUES_MAX = 2 ** 18;

/** Has it no direction that stands out of those of thrown signs? @param x rows of `columns` values each */
export function looksDrawn(x: Float32Array, columns: number): boolean {
  const rows = Math.min(x.length / columns, Math.max(16, Math.floor(VALUES_MAX / columns)));
  const own = evened(Float64Array.from(x.subarray(0, rows * columns)), columns);
  const source = prng("assay/looks-drawn/v1", `${x.length} ${columns}`);
  let most = 0;
  for (let k = 0; k < THROWS; k++) {
    const thrown = signs(own.length, source);
    most = Math.max(
      most,
      strongest(
        own.map((value, i) => value * thrown[i]!),
        columns,
      ),
    );
  }
  return most > 0 && strongest(own, columns) <= OUT_MIN * most;
}

/** Rows and columns of mean square one over what is not nought; in place. */
function evened(x: Float64Array, columns: number): Float64Array {
  const rows = x.length / columns;
  for (let round = 0; round < ROUNDS; round++) {
    even(x, rows, columns, (r, c) => r * columns + c);
    even(x, columns, rows, (c, r) => r * columns + c);
  }
  return x;
}

function even(x: Float64Array, lines: number, many: number, at: (line: number, i: number) => number): void {
  for (let line = 0; line < lines; line++) {
    let [sum, n] = [0, 0];
    for (let i = 0; i < many; i++) {
      const value = x[at(line, i)]!;
      sum += value * value;
      if (value !== 0) n++;
    }
    if (n === 0) continue;
    const by = Math.sqrt(n / sum);
    for (let i = 0; i < many; i++) x[at(line, i)]! *= by;
  }
}

/** The largest squared singular value, by the power method on the inner products of the shorter side. */
function strongest(x: Float64Array, columns: number): number {
  const rows = x.length / columns;
  const byRows = rows <= columns;
  const [n, m] = byRows ? [rows, columns] : [columns, rows];
  const [across, along] = byRows ? [columns, 1] : [1, columns];
  const gram = new Float64Array(n * n);
  for (let p = 0; p < n; p++)
    for (let q = 0; q <= p; q++) {
      let dot = 0;
      for (let k = 0; k < m; k++) dot += x[p * across + k * along]! * x[q * across + k * along]!;
      gram[p * n + q] = gram[q * n + p] = dot;
    }
  let v = Float64Array.from({ length: n }, (_, i) => 1 + (i % 7) / 7);
  let size = 0;
  for (let step = 0; step < STEPS; step++) {
    const next = new Float64Array(n);
    for (let p = 0; p < n; p++) for (let q = 0; q < n; q++) next[p]! += gram[p * n + q]! * v[q]!;
    size = Math.sqrt(next.reduce((sum, y) => sum + y * y, 0));
    if (!(size > 0)) return 0;
    v = next.map((y) => y / size);
  }
  return size;
}
