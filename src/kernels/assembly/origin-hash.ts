/**
 * Hashes of runs of words, four at a time: the 32-bit arithmetic of transcript/words.ts and of `grams` in the behaviour
 * laboratory, modulo 2³², so that lanes change nothing. What is written ends up to twelve bytes behind the last run.
 */

const FACTOR: u32 = 0x9e3779b1, MIX_A: u32 = 0x85ebca6b, MIX_B: u32 = 0xc2b2ae35;

/** The hash of two parts. */
// @ts-ignore: decorator
@inline
export function hashPair(a: u32, b: u32): u32 {
  let h = a * FACTOR + b;
  h = (h ^ (h >> 16)) * MIX_A;
  h = (h ^ (h >> 13)) * MIX_B;
  return h ^ (h >> 16);
}

// @ts-ignore: decorator
@inline
function hashPairs(a: v128, b: v128): v128 {
  let h = i32x4.add(i32x4.mul(a, i32x4.splat(FACTOR)), b);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(MIX_A));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(MIX_B));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** Runs of two words, into `twos`, and of four, into `fours`. @param count words */
export function hashFours(words: usize, count: i32, twos: usize, fours: usize): void {
  const end = (<usize>count) << 2;
  for (let at: usize = 0; at + 4 < end; at += 16)
    v128.store(twos + at, hashPairs(v128.load(words + at), v128.load(words + at, 4)));
  for (let at: usize = 0; at + 12 < end; at += 16)
    v128.store(fours + at, hashPairs(v128.load(twos + at), v128.load(twos + at, 8)));
}

/** Runs of nine words. @param count words, nine at the least @param fours as hashFours gives them @returns the end of what is written */
export function hashNines(words: usize, count: i32, fours: usize, into: usize): usize {
  const end = (<usize>(count - 8)) << 2;
  for (let at: usize = 0; at < end; at += 16)
    v128.store(
      into + at,
      hashPairs(hashPairs(v128.load(fours + at), v128.load(fours + at, 16)), v128.load(words + at, 32)),
    );
  return into + end;
}

/** Runs of n words as the family of phrases has them. @returns the end of what is written */
export function hashGrams(words: usize, count: i32, n: i32, into: usize): usize {
  if (count < n) return into;
  const end = (<usize>(count - n + 1)) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    let h = i32x4.splat(n);
    for (let k = 0; k < n; k++) {
      const word = v128.load(words + at + ((<usize>k) << 2));
      h = i32x4.add(
        i32x4.mul(v128.xor(h, word), i32x4.splat(FACTOR)),
        v128.xor(i32x4.shr_u(h, 15), i32x4.splat(k)),
      );
    }
    v128.store(into + at, hashPairs(h, i32x4.splat(n)));
  }
  return into + end;
}
