/**
 * Weights of tournament layers: ten for the first down to one for the last, as the weighted-mean detector of the
 * SynthID-Text reference repository, rounded to whole numbers so that the law of the sum is exact.
 */
const FIRST = 10;
const LAST = 1;

/** Whole numbers from ten down to one; one layer weighs 1. */
export function layerWeights(layers: number): number[] {
  if (layers === 1) return [1];
  return Array.from({ length: layers }, (_, l) => Math.round(FIRST - ((FIRST - LAST) * l) / (layers - 1)));
}

/** @param bits two words a tuple, low then high; bit l is layer l */
export function weightedSums(bits: Uint32Array, weights: readonly number[]): Float64Array {
  // Byte by byte: eight look-ups a tuple.
  const tables = Array.from({ length: Math.ceil(weights.length / 8) }, (_, byte) =>
    Float64Array.from({ length: 256 }, (_, value) => {
      let sum = 0;
      for (let b = 0; b < 8; b++) if ((value >> b) & 1) sum += weights[8 * byte + b] ?? 0;
      return sum;
    }),
  );
  const sums = new Float64Array(bits.length / 2);
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let byte = 0; byte < tables.length; byte++)
      sum += tables[byte]![(bits[2 * i + (byte >> 2)]! >>> (8 * (byte & 3))) & 0xff]!;
    sums[i] = sum;
  }
  return sums;
}
