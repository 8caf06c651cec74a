/**
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) for many short messages: the states behind a key's two pads are kept,
 * so that a short message costs two compressions and one call. The caller lays out memory; pointers are byte offsets.
 */

/** Kept states behind the pads, the running state, the message schedule: at fixed places below the caller's heap. */
const INNER: usize = 2048;
const OUTER: usize = 2080;
const STATE: usize = 2112;
const W: usize = 2176;
/** The block that ends an HMAC: the inner digest and its padding. */
const LAST: usize = 2432;
const BLOCK: usize = 64;

const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);

function begin(): void {
  store<u32>(STATE, 0x6a09e667, 0);
  store<u32>(STATE, 0xbb67ae85, 4);
  store<u32>(STATE, 0x3c6ef372, 8);
  store<u32>(STATE, 0xa54ff53a, 12);
  store<u32>(STATE, 0x510e527f, 16);
  store<u32>(STATE, 0x9b05688c, 20);
  store<u32>(STATE, 0x1f83d9ab, 24);
  store<u32>(STATE, 0x5be0cd19, 28);
}

function compress(block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(W + i, bswap(load<u32>(block + i)));
  for (let i: usize = 64; i < 256; i += 4) {
    const x = load<u32>(W + i - 60), y = load<u32>(W + i - 8);
    store<u32>(
      W + i,
      load<u32>(W + i - 64) + (rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3)) +
        load<u32>(W + i - 28) + (rotr(y, 17) ^ rotr(y, 19) ^ (y >> 10)),
    );
  }
  let a = load<u32>(STATE, 0), b = load<u32>(STATE, 4), c = load<u32>(STATE, 8), d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16), f = load<u32>(STATE, 20), g = load<u32>(STATE, 24), h = load<u32>(STATE, 28);
  for (let i: usize = 0; i < 256; i += 4) {
    const t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g))) + load<u32>(K + i) + load<u32>(W + i);
    const t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  store<u32>(STATE, load<u32>(STATE, 0) + a, 0);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}

/** @param pads inner and outer pad, a block each */
export function setKey(pads: usize): void {
  begin();
  compress(pads);
  memory.copy(INNER, STATE, 32);
  begin();
  compress(pads + BLOCK);
  memory.copy(OUTER, STATE, 32);
}

/** HMAC of the message; 128 bytes behind it are written over. @param out 32 bytes */
export function hmac(message: usize, bytes: usize, out: usize): void {
  memory.copy(STATE, INNER, 32);
  const total = (bytes + 9 + 63) & ~63;
  memory.fill(message + bytes, 0, total - bytes);
  store<u8>(message + bytes, 0x80);
  store<u64>(message + total - 8, bswap<u64>(<u64>(BLOCK + bytes) << 3));
  for (let at: usize = 0; at < total; at += BLOCK) compress(message + at);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(LAST + i, bswap(load<u32>(STATE + i)));
  memory.fill(LAST + 32, 0, 32);
  store<u8>(LAST + 32, 0x80);
  store<u64>(LAST + 56, bswap<u64>(<u64>(BLOCK + 32) << 3));
  memory.copy(STATE, OUTER, 32);
  compress(LAST);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap(load<u32>(STATE + i)));
}
