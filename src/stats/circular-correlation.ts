/**
 * Sums over all rotations of a table of whole numbers: out[c] = Σ_d counts[d] · table[(d + c) mod m], m a power of two,
 * by a fast Fourier transform in doubles. Entries are whole and below 2²⁴ in sum, so rounding gives them exactly.
 */
import { assert } from "../base/error.js";

type Rotations = (counts: Float64Array) => Float64Array;

/** @param table of 2^k entries; what depends on it alone is done once */
export function rotationSums(table: ArrayLike<number>): Rotations {
  const m = table.length;
  assert(m >= 2 && (m & (m - 1)) === 0 && m <= 2 ** 24, "rotationSums: expected 2 to 2^24 entries, a power of two");
  const cosines = new Float64Array(m >> 1);
  const sines = new Float64Array(m >> 1);
  for (let i = 0; i < m >> 1; i++) {
    cosines[i] = Math.cos((2 * Math.PI * i) / m);
    sines[i] = Math.sin((2 * Math.PI * i) / m);
  }
  const transform = (real: Float64Array, imaginary: Float64Array) => fourier(real, imaginary, cosines, sines);
  const tableReal = Float64Array.from(table);
  const tableImaginary = new Float64Array(m);
  transform(tableReal, tableImaginary);
  return (counts) => {
    assert(counts.length === m, "rotationSums: expected as many counts as the table has entries");
    const real = counts.slice();
    const imaginary = new Float64Array(m);
    transform(real, imaginary);
    // conj(F(counts)) · F(table), conjugated once more: a forward transform of it is m times the inverse.
    for (let i = 0; i < m; i++) {
      const [a, b, c, d] = [real[i]!, imaginary[i]!, tableReal[i]!, tableImaginary[i]!];
      real[i] = a * c + b * d;
      imaginary[i] = -(a * d - b * c);
    }
    transform(real, imaginary);
    for (let i = 0; i < m; i++) real[i] = Math.round(real[i]! / m);
    return real;
  };
}

/** In place: radix two, decimation in time. */
function fourier(real: Float64Array, imaginary: Float64Array, cosines: Float64Array, sines: Float64Array): void {
  const m = real.length;
  for (let i = 1, j = 0; i < m; i++) {
    let bit = m >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const a = real[i]!;
    real[i] = real[j]!;
    real[j] = a;
    const b = imaginary[i]!;
    imaginary[i] = imaginary[j]!;
    imaginary[j] = b;
  }
  for (let size = 2; size <= m; size *= 2) {
    const half = size >> 1;
    const step = m / size;
    for (let from = 0; from < m; from += size)
      for (let k = 0; k < half; k++) {
        const [i, j] = [from + k, from + k + half];
        const c = cosines[k * step]!;
        const s = -sines[k * step]!;
        const x = real[j]! * c - imaginary[j]! * s;
        const y = real[j]! * s + imaginary[j]! * c;
        real[j] = real[i]! - x;
        imaginary[j] = imaginary[i]! - y;
        real[i]! += x;
        imaginary[i]! += y;
      }
  }
}
