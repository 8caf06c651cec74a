/**
 * MinHash (Broder 1997): the share of equal minima over K permutations estimates the Jaccard similarity of two sets.
 * Permutations are h → mix(h·a + b), odd a, drawn from SplitMix32 so that another implementation draws the same.
 */
import { minima } from "../../../kernels/minima.js";
import type { Sets } from "./sets.js";

/** K: the estimate's standard error at similarity 0.5 is 0.06. */
export const SIGNATURE = 64;

/** Signatures of all sets, K numbers each; an empty set has 0xffffffff throughout. */
export function signatures({ starts, values }: Sets): Uint32Array {
  return minima(starts, values, permutations(SIGNATURE));
}

function permutations(k: number): { a: Uint32Array; b: Uint32Array } {
  const a = new Uint32Array(k);
  const b = new Uint32Array(k);
  let state = 0x61737361;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  for (let p = 0; p < k; p++) {
    a[p] = next() | 1;
    b[p] = next();
  }
  return { a, b };
}

/** Share of equal minima. */
export function agreement(signature: Uint32Array, k: number, i: number, j: number): number {
  let equal = 0;
  for (let p = 0; p < k; p++) if (signature[i * k + p] === signature[j * k + p]) equal++;
  return equal / k;
}
