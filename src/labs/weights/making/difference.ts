/**
 * The difference of two aligned matrices: how large, and of what rank. A low-rank adapter (LoRA, arXiv 2106.09685)
 * merged into a matrix leaves a difference of its rank over a floor of rounding; ordinary training leaves one of full
 * rank. Read on at most 128 rows, so a rank is one of those rows and at most that of the whole.
 */
import { zeros } from "../../../kernels/rotation/dense.js";
import { symmetricEigen } from "../../../kernels/rotation/eigen.js";

export interface Difference {
  /** ‖suspect − reference‖ / ‖reference‖, Frobenius. */
  relative: number;
  /** Null where nothing singles out a low rank. */
  rank: { rank: number; rows: number; gap: number; energy: number } | null;
}

const ROWS_MAX = 128;
const ROWS_MIN = 16;
/** The last singular value that counts must stand this far above the next, and all that count hold this share. */
const GAP_MIN = 3;
const ENERGY_MIN = 0.9;

export function relativeChange(a: Float32Array, b: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (b[i]! - a[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return norm > 0 ? Math.sqrt(difference / norm) : 0;
}

export function differenceRank(a: Float32Array, b: Float32Array, rows: number, columns: number): Difference["rank"] {
  const n = Math.min(rows, columns, ROWS_MAX);
  if (n < ROWS_MIN) return null;
  // Rows spread over what was read.
  const every = Math.floor(rows / n);
  const d = new Float64Array(n * columns);
  for (let r = 0; r < n; r++)
    for (let c = 0; c < columns; c++) {
      const i = r * every * columns + c;
      d[r * columns + c] = b[i]! - a[i]!;
    }
  const gram = zeros(n, n);
  for (let r = 0; r < n; r++)
    for (let s = 0; s <= r; s++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += d[r * columns + c]! * d[s * columns + c]!;
      gram.data[r * n + s] = sum;
      gram.data[s * n + r] = sum;
    }
  let total = 0;
  for (let r = 0; r < n; r++) total += gram.data[r * n + r]!;
  if (!(total > 0)) return null;
  const values = Array.from(symmetricEigen(gram).values, (x) => Math.sqrt(Math.max(x, 0))).reverse();
  return lowRank(values, n);
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
