/**
 * What each of millions of fingerprints stands for, in two flat arrays (open addressing, linear probing): a Map of as many
 * numbers takes several times the memory and the time of a look.
 */
export class FeatureTable {
  readonly #keys: Uint32Array;
  /** Value and one more; 0 where the place is free. */
  readonly #values: Uint32Array;
  readonly #shift: number;

  /** @param features each once; @param values below 2^32 − 1, beside them */
  constructor(features: ArrayLike<number>, values: ArrayLike<number>) {
    const bits = Math.max(4, Math.ceil(Math.log2(2 * features.length + 1)));
    this.#keys = new Uint32Array(2 ** bits);
    this.#values = new Uint32Array(2 ** bits);
    this.#shift = 32 - bits;
    const mask = 2 ** bits - 1;
    for (let i = 0; i < features.length; i++) {
      let at = Math.imul(features[i]!, 0x9e3779b1) >>> this.#shift;
      while (this.#values[at] !== 0) at = (at + 1) & mask;
      this.#keys[at] = features[i]!;
      this.#values[at] = values[i]! + 1;
    }
  }

  /** −1 where the fingerprint stands for nothing. */
  get(feature: number): number {
    const keys = this.#keys;
    const values = this.#values;
    const mask = keys.length - 1;
    for (let at = Math.imul(feature, 0x9e3779b1) >>> this.#shift; values[at] !== 0; at = (at + 1) & mask)
      if (keys[at] === feature) return values[at]! - 1;
    return -1;
  }
}
