/**
 * Whether a matrix's rows (or columns) are the other's in another order: sorted by their length, which no order changes,
 * each row has to have its equal close by in the other list. It does not see rows that were moved and changed.
 */

interface Moved {
  axis: "rows" | "columns";
  /** Rows (or columns) that have their equal on the other side, of how many, and how many of them stand elsewhere. */
  matched: number;
  of: number;
  elsewhere: number;
}

/** Equal but for what a change of number format makes. */
const ALIKE = 0.01;
/** Most of the rows have to be found again, or the order is not what changed. */
const MATCHED_MIN = 0.9;
/** Rows of nearly one length change places in the list when they are rounded: looked at on both sides. */
const PLACES = 12;
/** Entries after which rows that have nothing to do with each other are let go. */
const GLANCE = 16;

/**
 * @param a row-major, rows × columns, as b @returns null where too few rows and columns have their equal on the other
 * side
 */
export function movedOf(a: Float32Array, b: Float32Array, rows: number, columns: number): Moved | null {
  if (rows < 2 || columns < 2) return null;
  for (const axis of ["rows", "columns"] as const) {
    const [count, step, length, inner] = axis === "rows" ? [rows, columns, columns, 1] : [columns, 1, rows, columns];
    const at = (i: number, k: number) => i * step + k * inner;
    const first = sorted(a, count, step, length, inner);
    const second = sorted(b, count, step, length, inner);
    const apart = (i: number, j: number): boolean => {
      let [difference, size] = [0, 0];
      for (let k = 0; k < length; k++) {
        const x = a[at(first[i]!, k)]!;
        difference += (b[at(second[j]!, k)]! - x) ** 2;
        size += x * x;
        if (k === GLANCE && difference > size) return true;
      }
      return difference > ALIKE ** 2 * size;
    };
    let [matched, elsewhere] = [0, 0];
    const taken = new Uint8Array(count);
    // Given up as soon as too few can still be found: rows that did not change places only cost.
    for (let i = 0; i < count && count - i + matched >= MATCHED_MIN * count; i++) {
      const near = neighbours(i, count).find((j) => taken[j] === 0 && !apart(i, j));
      if (near === undefined) continue;
      taken[near] = 1;
      matched++;
      elsewhere += Number(first[i] !== second[near]);
    }
    if (matched >= MATCHED_MIN * count && elsewhere >= 2) return { axis, matched, of: count, elsewhere };
  }
  return null;
}

/** Itself first, then outwards. */
function neighbours(i: number, count: number): number[] {
  const out = [i];
  for (let k = 1; k <= PLACES; k++) {
    if (i - k >= 0) out.push(i - k);
    if (i + k < count) out.push(i + k);
  }
  return out;
}

function sorted(x: Float32Array, count: number, step: number, length: number, inner: number): Uint32Array {
  const size = new Float64Array(count);
  // As the values lie in memory; each sum is in one order either way.
  if (inner === 1)
    for (let i = 0; i < count; i++) for (let k = 0; k < length; k++) size[i]! += x[i * step + k]! * x[i * step + k]!;
  else
    for (let k = 0; k < length; k++)
      for (let i = 0; i < count; i++) size[i]! += x[i * step + k * inner]! * x[i * step + k * inner]!;
  return Uint32Array.from({ length: count }, (_, i) => i).sort((i, j) => size[i]! - size[j]! || i - j);
}
