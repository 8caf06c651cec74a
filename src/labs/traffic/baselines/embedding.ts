/**
 * Prompts as vectors for the baselines that ask for an encoder: fingerprints of word sequences (templates/features.ts)
 * folded into a fixed number of signed coordinates, length one (feature hashing, Weinberger et al., ICML 2009).
 * The papers use neural encoders; those see meaning, this one sees words. What a baseline does with a better encoder is
 * not shown by it.
 */
const DIMENSIONS = 128;

/**
 * @param features 32-bit fingerprints of one prompt @returns DIMENSIONS coordinates of length one; noughts for no
 * feature
 */
export function embed(features: ArrayLike<number>): Float64Array {
  const out = new Float64Array(DIMENSIONS);
  for (let i = 0; i < features.length; i++) {
    const h = Math.imul(features[i]! ^ (features[i]! >>> 15), 0x2c1b3c6d) >>> 0;
    out[h % DIMENSIONS]! += h & 0x8000_0000 ? 1 : -1;
  }
  let norm = 0;
  for (const x of out) norm += x * x;
  return norm === 0 ? out : out.map((x) => x / Math.sqrt(norm));
}

/** Between vectors of one length, which is not checked. */
export function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
