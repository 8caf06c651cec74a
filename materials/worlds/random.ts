/**
 * Seeded draws for worlds: xoshiro128** (Blackman and Vigna, 2018), its state filled from SHA-256 of a name and the
 * seed. Fast rather than portable to the last word: a world is checked by its files, not by its draws.
 */
import { createHash } from "node:crypto";

export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal (Box and Muller). */
  normal(): number;
  pick<T>(from: readonly T[]): T;
}

export function random(name: string, seed: string): Random {
  const digest = createHash("sha256").update(`${name}\u0000${seed}`).digest();
  const s = new Uint32Array([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)));
  if (s.every((word) => word === 0)) s[0] = 1;
  const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k));
  const next = () => {
    const result = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11);
    return result;
  };
  const unit = () => next() / 2 ** 32;
  const below = (bound: number) => Math.floor(unit() * bound);
  return {
    unit,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick: (from) => from[below(from.length)]!,
  };
}

/** Poisson draw: by products below 30, by the normal approximation above. */
export function poisson(mean: number, r: Random): number {
  if (mean <= 0) return 0;
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * r.normal()));
  const limit = Math.exp(-mean);
  let k = 0;
  for (let p = r.unit(); p > limit; p *= r.unit()) k++;
  return k;
}
