/**
 * The integer arithmetic of token watermarks: PyTorch's CPU generator (MT19937, Matsumoto and Nishimura 1998, with the
 * draws of torch.randperm, torch.rand and torch.randint), SynthID-Text's 64-bit hash, and the marks of serving
 * engines over Philox, and this project's own mark.
 * Integers only: the same bits on every machine. The caller lays out memory; pointers are byte offsets, counts are
 * elements. It knows nothing of texts.
 */

const N = 624, M = 397;
const UPPER: u32 = 0x80000000, LOWER: u32 = 0x7fffffff, MATRIX: u32 = 0x9908b0df;
/** MT19937 state, then the tempered words, at fixed places below `heapBase` of the caller. */
const STATE: usize = 1024;
const WORDS: usize = STATE + (N << 2);
let index: i32 = N;

// @ts-ignore: decorator
@inline
function blend(a: u32, b: u32): u32 {
  const y = (a & UPPER) | (b & LOWER);
  return (y >> 1) ^ (MATRIX & (0 - (y & 1)));
}

export function seedTorch(seed: u32): void {
  let s = seed;
  store<u32>(STATE, s);
  for (let j = 1; j < N; j++) {
    s = 1812433253 * (s ^ (s >> 30)) + j;
    store<u32>(STATE + (<usize>j << 2), s);
  }
  index = N;
}

// @ts-ignore: decorator
@inline
function blend4(at: usize, far: usize): void {
  const y = v128.or(
    v128.and(v128.load(at), i32x4.splat(UPPER)),
    v128.and(v128.load(at, 4), i32x4.splat(LOWER)),
  );
  const odd = i32x4.neg(v128.and(y, i32x4.splat(1)));
  v128.store(at, v128.xor(v128.xor(v128.load(far), i32x4.shr_u(y, 1)), v128.and(odd, i32x4.splat(MATRIX))));
}

function twist(): void {
  let i = 0;
  for (; i + 4 <= N - M; i += 4) blend4(STATE + (<usize>i << 2), STATE + (<usize>(i + M) << 2));
  for (; i < N - M; i++) {
    const at = STATE + (<usize>i << 2);
    store<u32>(at, load<u32>(STATE + (<usize>(i + M) << 2)) ^ blend(load<u32>(at), load<u32>(at, 4)));
  }
  for (; i + 4 <= N - 1; i += 4) blend4(STATE + (<usize>i << 2), STATE + (<usize>(i + M - N) << 2));
  for (; i < N; i++) {
    const at = STATE + (<usize>i << 2);
    const next = load<u32>(i + 1 == N ? STATE : at + 4);
    store<u32>(at, load<u32>(STATE + (<usize>(i + M - N) << 2)) ^ blend(load<u32>(at), next));
  }
  for (i = 0; i < N; i += 4) {
    let y = v128.load(STATE + (<usize>i << 2));
    y = v128.xor(y, i32x4.shr_u(y, 11));
    y = v128.xor(y, v128.and(i32x4.shl(y, 7), i32x4.splat(0x9d2c5680)));
    y = v128.xor(y, v128.and(i32x4.shl(y, 15), i32x4.splat(0xefc60000)));
    y = v128.xor(y, i32x4.shr_u(y, 18));
    v128.store(WORDS + (<usize>i << 2), y);
  }
  index = 0;
}

// @ts-ignore: decorator
@inline
function next(): u32 {
  if (index == N) twist();
  const at = WORDS + (<usize>index << 2);
  index += 1;
  return load<u32>(at);
}

/** out[0..count) := raw 32-bit words. */
export function words(count: i32, out: usize): void {
  for (let i = 0; i < count; i++) store<u32>(out + (<usize>i << 2), next());
}

/** out[0..n) := torch.randperm(n) of the generator as it stands (n below 2^32 / 20). */
export function randperm(n: u32, out: usize): void {
  for (let i: u32 = 0; i < n; i++) store<u32>(out + (<usize>i << 2), i);
  for (let i: u32 = 0; i + 1 < n; i++) {
    const j = i + (next() % (n - i));
    const a = out + (<usize>i << 2), b = out + (<usize>j << 2);
    const t = load<u32>(a);
    store<u32>(a, load<u32>(b));
    store<u32>(b, t);
  }
}

/**
 * Sets a bit for each of the first `count` entries of randperm(n). `identity` holds 0..n-1 before and after; `jumps`
 * has room for `count` words. Only `count` draws are needed: later swaps never touch the entries before them.
 */
export function firstOfPermutation(seed: u32, n: u32, count: u32, identity: usize, jumps: usize, bits: usize): void {
  seedTorch(seed);
  const steps = count < n ? count : n - 1;
  for (let i: u32 = 0; i < steps; i++) {
    const j = i + (next() % (n - i));
    store<u32>(jumps + (<usize>i << 2), j);
    const a = identity + (<usize>i << 2), b = identity + (<usize>j << 2);
    const t = load<u32>(a);
    store<u32>(a, load<u32>(b));
    store<u32>(b, t);
  }
  for (let i: u32 = 0; i < count; i++) {
    const v = load<u32>(identity + (<usize>i << 2));
    const at = bits + (<usize>(v >> 5) << 2);
    store<u32>(at, load<u32>(at) | (<u32>1 << (v & 31)));
  }
  for (let i: u32 = 0; i < steps; i++) {
    const j = load<u32>(jumps + (<usize>i << 2));
    store<u32>(identity + (<usize>i << 2), i);
    store<u32>(identity + (<usize>j << 2), j);
  }
}

/**
 * out[k] := 1 when tokens[k] is among the first `count` entries of randperm(n), without making the permutation: each
 * watched element is followed through the swaps. `places` has room for `watched` words, `map` is a bit set of n bits,
 * zero before and after.
 */
export function watchPermutation(
  seed: u32, n: u32, count: u32, tokens: usize, watched: i32, places: usize, map: usize, out: usize,
): void {
  seedTorch(seed);
  const steps = count < n ? count : n - 1;
  for (let k = 0; k < watched; k++) {
    const t = load<u32>(tokens + (<usize>k << 2));
    store<u32>(places + (<usize>k << 2), t);
    store<u8>(out + k, 0);
    flip(map, t);
  }
  for (let i: u32 = 0; i < steps; i++) {
    const j = i + (next() % (n - i));
    const here = isSet(map, i), there = isSet(map, j);
    if (!(here | there)) continue;
    if (i == j) {
      const k = find(places, watched, i);
      store<u8>(out + k, 1);
      store<u32>(places + (<usize>k << 2), 0xffffffff);
      flip(map, i);
      continue;
    }
    const a = here ? find(places, watched, i) : -1;
    if (there) {
      const k = find(places, watched, j);
      store<u8>(out + k, 1);
      store<u32>(places + (<usize>k << 2), 0xffffffff);
      flip(map, j);
    }
    if (here) {
      store<u32>(places + (<usize>a << 2), j);
      flip(map, i);
      flip(map, j);
    }
  }
  for (let k = 0; k < watched; k++) {
    const place = load<u32>(places + (<usize>k << 2));
    if (place == 0xffffffff) continue;
    flip(map, place);
    // All n entries are "first" when the list is the whole vocabulary.
    if (place < count) store<u8>(out + k, 1);
  }
}

// @ts-ignore: decorator
@inline
function isSet(map: usize, at: u32): bool {
  return ((load<u32>(map + (<usize>(at >> 5) << 2)) >> (at & 31)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
function flip(map: usize, at: u32): void {
  const word = map + (<usize>(at >> 5) << 2);
  store<u32>(word, load<u32>(word) ^ (<u32>1 << (at & 31)));
}

function find(places: usize, count: i32, place: u32): i32 {
  for (let k = 0; k < count; k++) if (load<u32>(places + (<usize>k << 2)) == place) return k;
  return -1;
}

/** out[k] := the 24 random bits of torch.rand at tokens[k]; tokens ascending. A float is these bits times 2^-24. */
export function uniformsAt(seed: u32, tokens: usize, count: i32, out: usize): void {
  seedTorch(seed);
  let drawn: u32 = 0, y: u32 = 0;
  for (let k = 0; k < count; k++) {
    const t = load<u32>(tokens + (<usize>k << 2));
    for (; drawn <= t; drawn++) y = next();
    store<u32>(out + (<usize>k << 2), y & 0xffffff);
  }
}

const LCG: i64 = 6364136223846793005;

// @ts-ignore: decorator
@inline
function fold(h: i64, datum: i64): i64 {
  return (h + datum) * LCG + 1;
}

/** SynthID-Text's hash of the `width` ids from `at` on, before any layer's key. */
// @ts-ignore: decorator
@inline
function foldWindow(at: usize, width: i32, iv: i64): i64 {
  let h = iv;
  for (let k = 0; k < width; k++) h = fold(h, <i64>load<u32>(at + (<usize>k << 2)));
  return h;
}

/** The reference repository's twelve rounds of fold(x, 1) >> 5, written out: the loop would cost as much as the rounds. */
// @ts-ignore: decorator
@inline
function referenceBit(state: i64, key: i64): u64 {
  const c = LCG + 1;
  let x = (state + key) * LCG + 1;
  x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5;
  x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5;
  x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5; x = (x * LCG + c) >> 5;
  return <u64>((x >> 30) & 1);
}

// @ts-ignore: decorator
@inline
function layerBits(h: i64, keys: usize, layers: i32, table: usize, tableSize: i64, mask: i64): u64 {
  let bits: u64 = 0;
  for (let l = 0; l < layers; l++) {
    const key = load<i64>(keys + (<usize>l << 3));
    let g: u64;
    if (tableSize == 0) g = referenceBit(h, key);
    else {
      let slot = fold(h, key);
      if (mask >= 0) slot &= mask;
      else {
        slot %= tableSize;
        if (slot < 0) slot += tableSize;
      }
      g = <u64>load<u8>(table + <usize>slot);
    }
    bits |= g << l;
  }
  return bits;
}

/**
 * SynthID-Text g-values of each window of `width` ids: out[w] has bit l for layer l (at most 64 layers).
 * tableSize 0: the reference repository's bit (twelve rounds, shift 5); else table[key mod tableSize] as transformers.
 */
export function synthId(
  ids: usize, windows: i32, width: i32, keys: usize, layers: i32, iv: i64, table: usize, tableSize: i64, out: usize,
): void {
  const mask = (tableSize & (tableSize - 1)) == 0 ? tableSize - 1 : -1;
  for (let w = 0; w < windows; w++) {
    const h = foldWindow(ids + (<usize>(w * width) << 2), width, iv);
    store<u64>(out + (<usize>w << 3), layerBits(h, keys, layers, table, tableSize, mask));
  }
}

/** The same from states as synthIdNames wrote them (high word first). */
export function synthIdOfNames(
  names: usize, count: i32, keys: usize, layers: i32, table: usize, tableSize: i64, out: usize,
): void {
  const mask = (tableSize & (tableSize - 1)) == 0 ? tableSize - 1 : -1;
  for (let w = 0; w < count; w++) {
    const h = <i64>rotl(load<u64>(names + (<usize>w << 3)), 32);
    store<u64>(out + (<usize>w << 3), layerBits(h, keys, layers, table, tableSize, mask));
  }
}

/** out[i] := the hash of the `width` ids that end before ids[positions[i] + 1], bits of `mask` alone, high word first. */
export function synthIdNames(
  ids: usize, positions: usize, count: i32, width: i32, iv: i64, mask: u64, out: usize,
): void {
  for (let i = 0; i < count; i++) {
    const at = <i32>load<u32>(positions + (<usize>i << 2)) - width + 1;
    const h = foldWindow(ids + (<usize>at << 2), width, iv);
    store<u64>(out + (<usize>i << 3), rotl(<u64>h & mask, 32));
  }
}

// @ts-ignore: decorator
@inline
function mix(value: u64): u64 {
  let z = value;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Own mark (docs/mark-spec.md): out[k] := the 64 bits of tokens[k] under the context key (a, b). */
export function tokenBits(a: u64, b: u64, tokens: usize, count: i32, out: usize): void {
  for (let k = 0; k < count; k++) {
    const t = <u64>load<u32>(tokens + (<usize>k << 2));
    store<u64>(out + (<usize>k << 3), mix(mix(a + (t + 1) * 0x9e3779b97f4a7c15) ^ b));
  }
}

/**
 * Sums of independent draws, one a part: part i is drawn from an alias table of 2^13 cells (two words a cell: threshold,
 * alias) at tables + i * 2^16 bytes, and adds the number of the cell. Counts sums that reach `low` and `high` (low <=
 * high) at counts (two u64). rest[i] is the most that the parts behind i can add: a sum that cannot reach `low` is given
 * up. Random numbers: xoshiro256++ (Blackman and Vigna 2019), its state kept at `state`.
 */
export function sumsReaching(
  tables: usize, parts: i32, rest: usize, low: i32, high: i32, draws: u32, state: usize, counts: usize,
): void {
  let a = load<u64>(state), b = load<u64>(state, 8), c = load<u64>(state, 16), d = load<u64>(state, 24);
  let reachLow: u64 = 0, reachHigh: u64 = 0;
  for (let n: u32 = 0; n < draws; n++) {
    let sum: i32 = 0;
    let i = 0;
    for (; i < parts; i++) {
      const r = rotl(a + d, 23) + a;
      const t = b << 17;
      c ^= a; d ^= b; b ^= c; a ^= d;
      c ^= t;
      d = rotl(d, 45);
      const cell = <i32>(r >> 51);
      const at = tables + (<usize>i << 16) + (<usize>cell << 3);
      sum += <u32>r < load<u32>(at) ? cell : <i32>load<u32>(at, 4);
      if (sum + load<i32>(rest + (<usize>i << 2)) < low) break;
    }
    if (i < parts) continue;
    reachLow += 1;
    if (sum >= high) reachHigh += 1;
  }
  store<u64>(state, a); store<u64>(state, b, 8); store<u64>(state, c, 16); store<u64>(state, d, 24);
  store<u64>(counts, load<u64>(counts) + reachLow);
  store<u64>(counts, load<u64>(counts, 8) + reachHigh, 8);
}

/** Where four blocks of four words stand while Philox works on them, below `heapBase` of the caller. */
const BLOCKS: usize = 512;

// @ts-ignore: decorator
@inline
function upper(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function lower(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** Philox4x32-10 (Salmon et al. 2011) of four counters at BLOCKS (word by word, a lane a counter), each under its key. */
function philox4(key0: v128, key1: v128): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  const w0 = i32x4.splat(0x9e3779b9), w1 = i32x4.splat(0xbb67ae85);
  let c0 = v128.load(BLOCKS), c1 = v128.load(BLOCKS, 16), c2 = v128.load(BLOCKS, 32), c3 = v128.load(BLOCKS, 48);
  let k0 = key0, k1 = key1;
  for (let round = 0; round < 10; round++) {
    const a = i64x2.extmul_low_i32x4_u(c0, m0), b = i64x2.extmul_high_i32x4_u(c0, m0);
    const c = i64x2.extmul_low_i32x4_u(c2, m1), d = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(upper(c, d), c1), k0);
    c1 = lower(c, d);
    c2 = v128.xor(v128.xor(upper(a, b), c3), k1);
    c3 = lower(a, b);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  v128.store(BLOCKS, c0);
  v128.store(BLOCKS, c1, 16);
  v128.store(BLOCKS, c2, 32);
  v128.store(BLOCKS, c3, 48);
}

// @ts-ignore: decorator
@inline
function laneOf(n: i32, lane: i32): usize {
  return BLOCKS + <usize>((n << 4) + (lane << 2));
}

/** The place of the token that lane of four asks for; behind the last position the last once more. */
// @ts-ignore: decorator
@inline
function placeOf(positions: usize, count: i32, i: i32, lane: i32): i32 {
  const k = i + lane < count ? i + lane : count - 1;
  return <i32>load<u32>(positions + (<usize>k << 2));
}

const CONTEXT_DOMAIN: u32 = 0x574d4358, TOKEN_DOMAIN: u32 = 0x574d544b;

/**
 * vLLM's draw ("philox4x32-10-v1") for the token at each position after its `width` ids: out[2 i] := the word.
 * The context is absorbed four ids a block; what a block lacks stands in as 2^32 - 1, - 2 and so on by its place.
 */
export function vllmWords(
  ids: usize, positions: usize, count: i32, width: i32, key0: u32, key1: u32, out: usize,
): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(BLOCKS, i32x4.splat(CONTEXT_DOMAIN));
    v128.store(BLOCKS, i32x4.splat(width), 16);
    v128.store(BLOCKS, i32x4.splat(0), 32);
    v128.store(BLOCKS, i32x4.splat(0), 48);
    for (let from = 0; from < width; from += 4) {
      for (let lane = 0; lane < 4; lane++) {
        const start = placeOf(positions, count, i, lane) - width + from;
        for (let n = 0; n < 4; n++) {
          const id = from + n < width ? load<u32>(ids + (<usize>(start + n) << 2)) : <u32>0xffffffff - n;
          store<u32>(laneOf(n, lane), load<u32>(laneOf(n, lane)) ^ id);
        }
      }
      philox4(i32x4.splat(key0 ^ from), i32x4.splat(key1));
    }
    const k0 = v128.xor(i32x4.splat(key0), v128.load(BLOCKS, 48));
    v128.store(BLOCKS, v128.load(BLOCKS, 32), 48);
    v128.store(BLOCKS, v128.load(BLOCKS, 16), 32);
    v128.store(BLOCKS, v128.load(BLOCKS), 16);
    for (let lane = 0; lane < 4; lane++)
      store<u32>(laneOf(0, lane), load<u32>(ids + (<usize>placeOf(positions, count, i, lane) << 2)) >> 2);
    philox4(k0, i32x4.splat(key1 ^ TOKEN_DOMAIN));
    for (let lane = 0; lane < 4 && i + lane < count; lane++) {
      const token = load<u32>(ids + (<usize>placeOf(positions, count, i, lane) << 2));
      store<u32>(out + (<usize>(i + lane) << 3), load<u32>(laneOf(<i32>(token & 3), lane)));
    }
  }
}

/** Bob Jenkins' hash of a whole number, on a 32-bit word, with its sign. */
// @ts-ignore: decorator
@inline
function jenkins(id: u32): i64 {
  let i = <i32>(id + 1);
  i -= i << 6;
  i ^= i >> 17;
  i -= i << 9;
  i ^= i << 4;
  i -= i << 3;
  i ^= i << 10;
  return <i64>(i ^ (i >> 15));
}

/** SBW's seeds: selfhash, the least product over `read` ids before and the token; lefthash, of a sum of hashes or of ids. */
function sbwSeed(ids: usize, at: i32, read: i32, seeding: i32, key: i64): i64 {
  const from = ids + (<usize>(at - read) << 2);
  if (seeding != 0) {
    let sum: i64 = 0;
    for (let k = 0; k < read; k++) {
      const id = load<u32>(from + (<usize>k << 2));
      sum += seeding == 1 ? jenkins(id) : <i64>id;
    }
    return key * sum;
  }
  const own = jenkins(load<u32>(ids + (<usize>at << 2)));
  const anchored = key * own;
  let least = anchored * own;
  for (let k = 0; k < read; k++) {
    const value = anchored * jenkins(load<u32>(from + (<usize>k << 2)));
    if (value < least) least = value;
  }
  return least;
}

/**
 * Stateless Bernoulli Watermarking: two words a position, the token's draw and its neighbour's in the same block, which
 * tells draws apart. `seeding`: 0 selfhash, 1 lefthash over hashes, 2 over ids.
 */
export function sbwWords(
  ids: usize, positions: usize, count: i32, read: i32, seeding: i32, key: i64, out: usize,
): void {
  for (let i = 0; i < count; i += 4) {
    for (let lane = 0; lane < 4; lane++) {
      const at = placeOf(positions, count, i, lane);
      const seed = sbwSeed(ids, at, read, seeding, key);
      // A lane's number has to be constant: the words go by memory.
      store<u32>(laneOf(0, lane), <u32>seed);
      store<u32>(laneOf(1, lane), <u32>(seed >> 32));
    }
    const k0 = v128.load(BLOCKS), k1 = v128.load(BLOCKS, 16);
    for (let lane = 0; lane < 4; lane++)
      store<u32>(laneOf(0, lane), load<u32>(ids + (<usize>placeOf(positions, count, i, lane) << 2)) >> 2);
    v128.store(BLOCKS, i32x4.splat(0), 16);
    v128.store(BLOCKS, i32x4.splat(0), 32);
    v128.store(BLOCKS, i32x4.splat(0), 48);
    philox4(k0, k1);
    for (let lane = 0; lane < 4 && i + lane < count; lane++) {
      const token = load<u32>(ids + (<usize>placeOf(positions, count, i, lane) << 2));
      const to = out + (<usize>(i + lane) << 3);
      store<u32>(to, load<u32>(laneOf(<i32>(token & 3), lane)));
      store<u32>(to, load<u32>(laneOf(<i32>((token + 1) & 3), lane)), 4);
    }
  }
}
