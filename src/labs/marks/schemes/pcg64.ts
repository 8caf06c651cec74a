/**
 * NumPy's default generator as far as Unigram marks need it: SeedSequence over one 32-bit word, PCG64 (XSL-RR 128/64,
 * O'Neill 2014), and `Generator.shuffle` of a one-dimensional array.
 */
const MASK32 = 0xffffffff;
const MASK128 = (1n << 128n) - 1n;
const MULTIPLIER = 47026247687942121848144207491837523525n;
const POOL = 4;

/** `SeedSequence(entropy).generate_state(words, uint32)` for 0 ≤ entropy < 2^32. */
function seedSequence(entropy: number, count: number): Uint32Array {
  let hash = 0x43b0d7e5;
  const hashed = (value: number): number => {
    let v = (value ^ hash) >>> 0;
    hash = Math.imul(hash, 0x931e8875) >>> 0;
    v = Math.imul(v, hash) >>> 0;
    return (v ^ (v >>> 16)) >>> 0;
  };
  const mixed = (x: number, y: number): number => {
    const v = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) >>> 0;
    return (v ^ (v >>> 16)) >>> 0;
  };
  const pool = Array.from({ length: POOL }, (_, i) => hashed(i === 0 ? entropy : 0));
  for (let from = 0; from < POOL; from++)
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mixed(pool[to]!, hashed(pool[from]!));
  let state = 0x8b51f9dd;
  return Uint32Array.from({ length: count }, (_, i) => {
    let v = (pool[i % POOL]! ^ state) >>> 0;
    state = Math.imul(state, 0x58f38ded) >>> 0;
    v = Math.imul(v, state) >>> 0;
    return (v ^ (v >>> 16)) >>> 0;
  });
}

/** 32-bit words of `default_rng(entropy)`: the low half of each 64-bit output first. */
export function pcg64Words(entropy: number): () => number {
  const s = seedSequence(entropy, 8);
  const word64 = (i: number) => BigInt(s[2 * i]!) | (BigInt(s[2 * i + 1]!) << 32n);
  const increment = ((((word64(2) << 64n) | word64(3)) << 1n) | 1n) & MASK128;
  const step = (x: bigint) => (x * MULTIPLIER + increment) & MASK128;
  let state = step((step(0n) + ((word64(0) << 64n) | word64(1))) & MASK128);
  let held: number | null = null;
  return () => {
    if (held !== null) {
      const value = held;
      held = null;
      return value;
    }
    state = step(state);
    const folded = BigInt.asUintN(64, (state >> 64n) ^ state);
    const turn = state >> 122n;
    const out = BigInt.asUintN(64, (folded >> turn) | (folded << (-turn & 63n)));
    held = Number(out >> 32n);
    return Number(out & BigInt(MASK32));
  };
}

/** `Generator.shuffle` in place: Fisher–Yates from the end, each index by masked rejection (`random_interval`). */
export function shuffle(values: Uint8Array, words: () => number): void {
  for (let i = values.length - 1; i >= 1; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1;
    let j: number;
    do j = (words() & mask) >>> 0;
    while (j > i);
    const t = values[i]!;
    values[i] = values[j]!;
    values[j] = t;
  }
}
