/**
 * The difference of two aligned matrices: how large, and of what rank. A low-rank adapter (LoRA, arXiv 2106.09685)
 * merged into a matrix leaves a difference of its rank over a floor of rounding; ordinary training leaves one of full
 * rank. Read on at most 128 rows, so a rank is one of those rows and at most that of the whole.
 */
import { zeros } from "../../../kernels/rotation/dense.js";
import { symmetricEigen } from "../../../kernels/rotation/eigen.js";

interface Difference {
  /** ‖suspect − reference‖ / ‖reference‖, Frobenius. */
  relative: number;
  /** Null where nothing singles out a low rank. */
  rank: { rank: number; rows: number; gap: number; energy: number } | null;
}

const ROWS_MAX = 128;
const ROWS_MIN = 16;
/** Columns of the first look: four times the most rows. */
const COLUMNS_FIRST = 4 * ROWS_MAX;
/** The last singular value that counts must stand this far above the next, and all that count hold this share. */
const GAP_MIN = 3;
const ENERGY_MIN = 0.9;
/** Pivots leave up to a few times what the best approximation of that rank leaves, which is 1 − ENERGY_MIN here. */
const RESIDUE_MAX = 0.5;

/** Frobenius norm of b − a over that of a; 0 where a is nought. */
export function relativeChange(a: Float32Array, b: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (b[i]! - a[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return norm > 0 ? Math.sqrt(difference / norm) : 0;
}

/**
 * @param a row-major, rows × columns @returns null where the difference is of full rank, nought, or too small to tell
 */
export function differenceRank(a: Float32Array, b: Float32Array, rows: number, columns: number): Difference["rank"] {
  const n = Math.min(rows, columns, ROWS_MAX);
  if (n < ROWS_MIN) return null;
  // Rows spread over what was read.
  const picked = { rows: n, every: Math.floor(rows / n), columns };
  // A part of a low-rank matrix has low rank as well, and costs less to look at.
  if (columns >= 2 * COLUMNS_FIRST && !mayBeLow(gramOf(a, b, { ...picked, first: COLUMNS_FIRST }), n)) return null;
  const gram = gramOf(a, b, { ...picked, first: columns });
  if (!mayBeLow(gram, n)) return null;
  if (gram.data.every((x) => x === 0)) return null;
  const values = Array.from(symmetricEigen(gram).values, (x) => Math.sqrt(Math.max(x, 0))).reverse();
  return lowRank(values, n);
}

/** Gram matrix of the difference's rows, over its first columns. */
function gramOf(
  a: Float32Array,
  b: Float32Array,
  { rows, every, columns, first }: { rows: number; every: number; columns: number; first: number },
) {
  const d = new Float64Array(rows * first);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < first; c++) {
      const i = r * every * columns + c;
      d[r * first + c] = b[i]! - a[i]!;
    }
  const gram = zeros(rows, rows);
  for (let r = 0; r < rows; r++)
    for (let s = 0; s <= r; s++) {
      let sum = 0;
      for (let c = 0; c < first; c++) sum += d[r * first + c]! * d[s * first + c]!;
      gram.data[r * rows + s] = sum;
      gram.data[s * rows + r] = sum;
    }
  return gram;
}

/** Whether a quarter of the rows accounts for half of the difference, with pivots and not at its best. */
function mayBeLow({ data }: { data: Float64Array }, n: number): boolean {
  let total = 0;
  for (let r = 0; r < n; r++) total += data[r * n + r]!;
  return residueAfter(Math.ceil(n / 4), data, n) <= RESIDUE_MAX * total;
}

/**
 * What is left of the trace after so many steps of Cholesky's method with pivots: near to nothing where the rank is low,
 * so that eigenvalues need not be computed where it is not.
 */
function residueAfter(steps: number, gram: Float64Array, n: number): number {
  const left = Float64Array.from({ length: n }, (_, i) => gram[i * n + i]!);
  const columns: Float64Array[] = [];
  for (let k = 0; k < steps; k++) {
    let pivot = 0;
    for (let i = 1; i < n; i++) if (left[i]! > left[pivot]!) pivot = i;
    if (!(left[pivot]! > 0)) return 0;
    const root = Math.sqrt(left[pivot]!);
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let x = gram[i * n + pivot]!;
      for (const c of columns) x -= c[i]! * c[pivot]!;
      column[i] = x / root;
    }
    for (let i = 0; i < n; i++) left[i] = Math.max(0, left[i]! - column[i]! ** 2);
    left[pivot] = 0;
    columns.push(column);
  }
  return left.reduce((sum, x) => sum + x, 0);
}

/** @param values singular values, descending */
function lowRank(values: readonly number[], rows: number): Difference["rank"] {
  const total = values.reduce((sum, x) => sum + x * x, 0);
  let best: Difference["rank"] = null;
  let held = 0;
  for (let r = 1; r <= rows / 4; r++) {
    held += values[r - 1]! ** 2;
    // Below 10⁻⁷ of the largest there is nothing but the rounding of this computation.
    const gap = values[r - 1]! / Math.max(values[r]!, 1e-7 * values[0]!);
    const energy = held / total;
    if (gap >= GAP_MIN && energy >= ENERGY_MIN && gap > (best?.gap ?? 0)) best = { rank: r, rows, gap, energy };
  }
  return best;
}
