/**
 * Seeded integers: SHA-256 in counter mode over a domain name and a seed, so that another implementation can draw
 * the same numbers from this description alone. Integer arithmetic only: the same on every machine.
 *   block(i) = SHA-256(utf8(domain) || 0x00 || utf8(seed) || uint32be(i)), read as eight big-endian uint32.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "./bytes.js";
import { assert } from "./error.js";

export interface Prng {
  /** Uniform in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, bound), by rejection. */
  below(bound: number): number;
}

/** One stream for each domain and seed, as this file's head describes; drawing from one never moves another. */
export function prng(domain: string, seed: string): Prng {
  const prefix = concatBytes([utf8(domain), new Uint8Array(1), utf8(seed)]);
  let counter = 0;
  let block = new DataView(new ArrayBuffer(0));
  let at = 0;
  function uint32(): number {
    if (at >= block.byteLength) {
      const tail = new Uint8Array(4);
      new DataView(tail.buffer).setUint32(0, counter++);
      const digest = sha256(concatBytes([prefix, tail]));
      block = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
      at = 0;
    }
    const value = block.getUint32(at);
    at += 4;
    return value;
  }
  function below(bound: number): number {
    assert(Number.isInteger(bound) && bound > 0 && bound <= 2 ** 32, "prng.below: expected 0 < bound <= 2^32");
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = uint32();
      if (value < limit) return value % bound;
    }
  }
  return { uint32, below };
}

/** The first `count` entries of a seeded uniform permutation of 0..n-1 (Fisher–Yates). */
export function sample(n: number, count: number, source: Prng): Uint32Array {
  assert(count <= n, "prng.sample: expected count <= n");
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + source.below(n - i);
    const t = all[i]!;
    all[i] = all[j]!;
    all[j] = t;
  }
  return all.slice(0, count);
}

/** `count` signs, +1 or −1. */
export function signs(count: number, source: Prng): Float32Array {
  const out = new Float32Array(count);
  let bits = 0;
  for (let i = 0; i < count; i++) {
    if (i % 32 === 0) bits = source.uint32();
    out[i] = (bits >>> (i % 32)) & 1 ? 1 : -1;
  }
  return out;
}
