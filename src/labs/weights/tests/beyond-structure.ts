/**
 * Do values of two blocks still agree once everything is taken away that one structure could have made alike? Places
 * that are nought in either are left aside; of what remains, each row's and each column's own mean (values of one
 * sign, inputs with one sign each, a common lean), and the few directions in which the two agree most (an adapter or
 * a factor that both took over). What one model has from another agrees in the rest as well as in the whole.
 * It cannot see a public list of signs or values for single entries: that is a common part, and is called one.
 */
import type { Compute } from "../../../kernels/compute.js";

/** Standard errors of a correlation that what remains has to reach. */
const ERRORS = 4;
/** Share of the likeness that has to remain: copies keep nearly all of it, structure nearly none. */
const SHARE_MIN = 0.5;
/** Fewer places than this could not tell. */
const PLACES_MIN = 64;
/** Rows or columns an eighth of which are the directions taken away, and these at the most. */
const DIRECTIONS = 8;
const DIRECTIONS_MAX = 32;
/** Rounds of row and column means: they settle at once but where noughts are many. */
const ROUNDS = 3;
/** Of the energy: less is rounding, and the matrices are all of low rank. */
const NOTHING = 1e-3;
/** Rows or places of a column from which a mean says something. */
const MEANS_MIN = 4;

/** Equally many rows of both, the same units and columns. True where the agreement is more than structure's. */
export async function agreeBeyondStructure(
  a: Float32Array,
  b: Float32Array,
  columns: number,
  compute: Pick<Compute, "eigen">,
): Promise<boolean> {
  const rows = a.length / columns;
  const kept = new Uint8Array(a.length);
  let places = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== 0 && b[i] !== 0) places += kept[i] = 1;
  if (places < PLACES_MIN) return true;
  const [x, y] = [ofLengthOne(a, kept, columns), ofLengthOne(b, kept, columns)];
  const whole = agreement(x, y);
  for (const side of [x, y]) withoutMeans(side, kept, columns);
  const centred = agreement(x, y);
  if (!enough(centred, whole, places)) return false;
  const directions = Math.min(DIRECTIONS_MAX, Math.floor(Math.min(rows, columns) / DIRECTIONS));
  if (directions === 0) return true;
  const common = await commonDirections(x, y, columns, directions, compute);
  const before = [energy(x), energy(y)];
  for (const side of [x, y]) without(side, kept, columns, common);
  if (energy(x) < NOTHING * before[0]! || energy(y) < NOTHING * before[1]!) return true;
  return enough(agreement(x, y), whole, places);
}

function enough(left: number, whole: number, places: number): boolean {
  return left >= Math.max(SHARE_MIN * whole, ERRORS / Math.sqrt(places));
}

function ofLengthOne(values: Float32Array, kept: Uint8Array, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) if (kept[i]) out[i] = values[i]!;
  for (let at = 0; at < out.length; at += columns) {
    const row = out.subarray(at, at + columns);
    const length = Math.sqrt(energy(row));
    if (length > 0) for (let c = 0; c < columns; c++) row[c]! /= length;
  }
  return out;
}

function withoutMeans(x: Float64Array, kept: Uint8Array, columns: number): void {
  const [sums, counts] = [new Float64Array(columns), new Float64Array(columns)];
  for (let round = 0; round < ROUNDS; round++) {
    for (let at = 0; at < x.length; at += columns) {
      let [sum, n] = [0, 0];
      for (let i = at; i < at + columns; i++) {
        sum += x[i]!;
        n += kept[i]!;
      }
      if (n < MEANS_MIN) continue;
      for (let i = at; i < at + columns; i++) if (kept[i]) x[i]! -= sum / n;
    }
    // Row by row here too, as the values lie in memory.
    sums.fill(0);
    counts.fill(0);
    for (let at = 0; at < x.length; at += columns)
      for (let c = 0; c < columns; c++) {
        sums[c]! += x[at + c]!;
        counts[c]! += kept[at + c]!;
      }
    for (let at = 0; at < x.length; at += columns)
      for (let c = 0; c < columns; c++)
        if (kept[at + c] && counts[c]! >= MEANS_MIN) x[at + c]! -= sums[c]! / counts[c]!;
  }
}

/** Orthonormal rows: the directions of most energy of the sum, by the eigenvectors of its rows' inner products. */
async function commonDirections(
  x: Float64Array,
  y: Float64Array,
  columns: number,
  count: number,
  compute: Pick<Compute, "eigen">,
): Promise<Float64Array[]> {
  const rows = x.length / columns;
  const sum = new Float64Array(x.length);
  for (let i = 0; i < sum.length; i++) sum[i] = x[i]! + y[i]!;
  const gram = new Float64Array(rows * rows);
  for (let r = 0; r < rows; r++)
    for (let s = 0; s <= r; s += 4) {
      // Four at once, each in the order of its columns: a sum waits for its last addition, four do not.
      const [p, q, t, w] = [0, 1, 2, 3].map((k) => Math.min(s + k, r) * columns) as [number, number, number, number];
      let [d0, d1, d2, d3] = [0, 0, 0, 0];
      for (let c = 0; c < columns; c++) {
        const value = sum[r * columns + c]!;
        d0 += value * sum[p + c]!;
        d1 += value * sum[q + c]!;
        d2 += value * sum[t + c]!;
        d3 += value * sum[w + c]!;
      }
      for (const [k, dot] of [d0, d1, d2, d3].entries())
        if (s + k <= r) gram[r * rows + s + k] = gram[(s + k) * rows + r] = dot;
    }
  const [vectors] = await compute.eigen({ width: rows, matrices: [gram] });
  const out: Float64Array[] = [];
  // Ascending: the last are the largest.
  for (let k = rows - 1; k >= Math.max(0, rows - count); k--) {
    const direction = new Float64Array(columns);
    for (let r = 0; r < rows; r++) {
      const share = vectors![k * rows + r]!;
      for (let c = 0; c < columns; c++) direction[c]! += share * sum[r * columns + c]!;
    }
    const length = Math.sqrt(energy(direction));
    for (let c = 0; c < columns; c++) direction[c]! /= length;
    if (length > 0) out.push(direction);
  }
  return out;
}

function without(x: Float64Array, kept: Uint8Array, columns: number, directions: readonly Float64Array[]): void {
  const along = new Float64Array(columns);
  for (let at = 0; at < x.length; at += columns) {
    along.fill(0);
    // What lies along each direction is taken from the row as it was, then all of it at once from the row.
    for (const direction of directions) {
      let share = 0;
      for (let c = 0; c < columns; c++) share += direction[c]! * x[at + c]!;
      for (let c = 0; c < columns; c++) along[c]! += share * direction[c]!;
    }
    for (let c = 0; c < columns; c++) x[at + c] = kept[at + c] ? x[at + c]! - along[c]! : 0;
  }
}

function agreement(x: Float64Array, y: Float64Array): number {
  const size = Math.sqrt(energy(x) * energy(y));
  if (!(size > 0)) return 0;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum / size;
}

function energy(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  return sum;
}
