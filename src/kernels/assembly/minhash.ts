/**
 * Least values of many sets under many permutations of 32-bit integers: h → mix(h·a + b), modulo 2³². Whole numbers alone,
 * so that lanes and order change nothing. The caller lays out memory; pointers are byte offsets.
 */

// @ts-ignore: decorator
@inline
function mixed(value: v128, a: v128, b: v128): v128 {
  let h = i32x4.add(i32x4.mul(value, a), b);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 15)), i32x4.splat(0x2c1b3c6d));
  return v128.xor(h, i32x4.shr_u(h, 13));
}

/**
 * @param starts of each set and the last one's end, as places in `values` @param a factors, b summands, k of each, a
 * multiple of 16 @param out k numbers a set; 0xffffffff throughout for an empty one
 */
export function minima(starts: usize, sets: i32, values: usize, a: usize, b: usize, k: i32, out: usize): void {
  const width = (<usize>k) << 2;
  for (let i = 0; i < sets; i++) {
    const from = values + ((<usize>load<u32>(starts)) << 2);
    const to = values + ((<usize>load<u32>(starts, 4)) << 2);
    for (let at: usize = 0; at < width; at += 64) {
      const a0 = v128.load(a + at, 0), a1 = v128.load(a + at, 16), a2 = v128.load(a + at, 32), a3 = v128.load(a + at, 48);
      const b0 = v128.load(b + at, 0), b1 = v128.load(b + at, 16), b2 = v128.load(b + at, 32), b3 = v128.load(b + at, 48);
      let m0 = i32x4.splat(-1), m1 = m0, m2 = m0, m3 = m0;
      for (let v = from; v < to; v += 4) {
        const value = v128.load_splat<u32>(v);
        m0 = i32x4.min_u(m0, mixed(value, a0, b0));
        m1 = i32x4.min_u(m1, mixed(value, a1, b1));
        m2 = i32x4.min_u(m2, mixed(value, a2, b2));
        m3 = i32x4.min_u(m3, mixed(value, a3, b3));
      }
      v128.store(out + at, m0, 0);
      v128.store(out + at, m1, 16);
      v128.store(out + at, m2, 32);
      v128.store(out + at, m3, 48);
    }
    starts += 4;
    out += width;
  }
}
