/**
 * Whether a difference of two matrices looks like white noise: every row and column equally large as far as chance
 * allows, no direction preferred beyond the edge that random matrices have (Marchenko and Pastur 1967), nothing of the
 * reference in it. Training prefers rows, columns and a few directions. It cannot tell who added the noise, or why.
 */

interface Whiteness {
  /** Variance of the rows' mean squares over what independent entries of this kurtosis give; about 1 for noise. */
  rows: number;
  columns: number;
  /** Largest singular value over the edge σ(√m + √n), on at most 96 rows; null where rows or columns told already. */
  edge: number | null;
  /** Of the difference with the reference. */
  correlation: number;
}

/** Fewer rows or columns show nothing. */
const SIDE_MIN = 16;
const ROWS_MAX = 96;
const COLUMNS_MAX = 512;
const POWER_STEPS = 60;

/** @returns null for matrices too small to tell, and for no difference */
export function whitenessOf(a: Float32Array, b: Float32Array, rows: number, columns: number): Whiteness | null {
  if (rows < SIDE_MIN || columns < SIDE_MIN) return null;
  const byRow = new Float64Array(rows);
  const byColumn = new Float64Array(columns);
  let [square, fourth, cross, size] = [0, 0, 0, 0];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const x = a[r * columns + c]!;
      const d = b[r * columns + c]! - x;
      const d2 = d * d;
      byRow[r]! += d2;
      byColumn[c]! += d2;
      square += d2;
      fourth += d2 * d2;
      cross += d * x;
      size += x * x;
    }
  const n = rows * columns;
  if (!(square > 0) || !(size > 0)) return null;
  // Variance of one squared entry, from the kurtosis of the difference itself; a tenth at least, for two-valued steps.
  const variance = Math.max(fourth / n - (square / n) ** 2, 0.1 * (square / n) ** 2);
  const seen = {
    rows: dispersion(byRow, columns, square / n, variance),
    columns: dispersion(byColumn, rows, square / n, variance),
    correlation: cross / Math.sqrt(square * size),
  };
  const deviation = Math.sqrt(square / n);
  return { ...seen, edge: isEven(seen, rows, columns) ? edgeOf(a, b, { rows, columns, deviation }) : null };
}

/** @param of sums of squares, each of `entries` entries */
function dispersion(of: Float64Array, entries: number, mean: number, variance: number): number {
  let sum = 0;
  for (const x of of) sum += (x / entries - mean) ** 2;
  return sum / (of.length - 1) / (variance / entries);
}

function edgeOf(
  a: Float32Array,
  b: Float32Array,
  { rows, columns, deviation }: { rows: number; columns: number; deviation: number },
): number {
  const m = Math.min(rows, ROWS_MAX);
  const n = Math.min(columns, COLUMNS_MAX);
  const every = Math.floor(rows / m);
  const d = new Float64Array(m * n);
  for (let r = 0; r < m; r++)
    for (let c = 0; c < n; c++) {
      const i = r * every * columns + c;
      d[r * n + c] = b[i]! - a[i]!;
    }
  const gram = new Float64Array(m * m);
  for (let r = 0; r < m; r++)
    for (let q = 0; q <= r; q++) {
      let sum = 0;
      for (let c = 0; c < n; c++) sum += d[r * n + c]! * d[q * n + c]!;
      gram[r * m + q] = sum;
      gram[q * m + r] = sum;
    }
  let v = Float64Array.from({ length: m }, (_, r) => 1 + (r % 7) / 7);
  let top = 0;
  for (let step = 0; step < POWER_STEPS; step++) {
    const next = new Float64Array(m);
    for (let r = 0; r < m; r++) for (let q = 0; q < m; q++) next[r]! += gram[r * m + q]! * v[q]!;
    const length = Math.hypot(...next);
    if (!(length > 0)) return 0;
    top = Math.sqrt(length / Math.hypot(...v));
    v = next.map((x) => x / length);
  }
  return top / (deviation * (Math.sqrt(m) + Math.sqrt(n)));
}

/** Standard errors that a dispersion of independent entries may stand above one. */
const ERRORS = 5;
const EDGE_MAX = 1.1;
/** Noise knows nothing of the weights: decay and averaging do. */
const CORRELATION_ERRORS = 5;

/** @param m rows @param n columns of the difference that `seen` was measured on */
export function isWhite(seen: Whiteness, m: number, n: number): boolean {
  return seen.edge !== null && seen.edge <= EDGE_MAX && isEven(seen, m, n);
}

function isEven({ rows, columns, correlation }: Omit<Whiteness, "edge">, m: number, n: number): boolean {
  const allowed = (of: number) => 1 + ERRORS * Math.sqrt(2 / of);
  return rows <= allowed(m) && columns <= allowed(n) && Math.abs(correlation) <= CORRELATION_ERRORS / Math.sqrt(m * n);
}
