/**
 * Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405): a block of four words from a counter and a key, by
 * whole-number arithmetic alone, so that a processor and any graphics card draw the same.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/** The upper 32 bits of a product of two 32-bit words. */
function high(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = (ah * bl + ((al * bl) >>> 16)) >>> 0;
  const other = ((middle & 0xffff) + al * bh) >>> 0;
  return (ah * bh + (middle >>> 16) + (other >>> 16)) >>> 0;
}

/** Replaces the counter in `block` (four words) by its draw under the key. */
export function philox(block: Uint32Array, key0: number, key1: number): void {
  let c0 = block[0]!;
  let c1 = block[1]!;
  let c2 = block[2]!;
  let c3 = block[3]!;
  let k0 = key0 >>> 0;
  let k1 = key1 >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const h0 = high(c0, M0);
    const l0 = Math.imul(c0, M0);
    const h1 = high(c2, M1);
    const l1 = Math.imul(c2, M1);
    c0 = (h1 ^ c1 ^ k0) >>> 0;
    c1 = l1 >>> 0;
    c2 = (h0 ^ c3 ^ k1) >>> 0;
    c3 = l0 >>> 0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}
