/**
 * The arithmetic a finding rests on, in AssemblyScript: plain SIMD128, no fused multiply-add, no relaxed SIMD.
 * WebAssembly fixes IEEE 754 results for these instructions, and each sum below has one fixed order that does not
 * depend on where a row stands in its matrix or on how work is shared between threads: the same bits everywhere,
 * and a relabelling of the units relabels the results.
 *
 * The caller lays out memory; pointers are byte offsets, counts are elements. dtype: the codes of dtypes.ts
 * (0 F32, 1 F16, 2 BF16, 3 F64, 4 F8_E4M3, 5 F8_E5M2, from 16 on blocks of GGUF).
 */

import { countBadBlocks, decodeBlocks } from "./blocks";
import { half } from "./half";

export { packColumns, packRows, power, product, productSymmetric, quadratic, soften } from "./rotation";

/** One 8-bit code as f32, exactly: 4 bits of exponent (bias 7), no infinities, NaN where all but the sign is set. */
// @ts-ignore: decorator
@inline
function e4m3(x: u32): f32 {
  const sign = (x & 0x80) << 24;
  const rest = x & 0x7f;
  if (rest == 0x7f) return reinterpret<f32>(sign | 0x7fc00000);
  // As in half(): shifted into place and rescaled, here by 2^120.
  return reinterpret<f32>(sign | reinterpret<u32>(reinterpret<f32>(rest << 20) * reinterpret<f32>(0x7b800000 as u32)));
}

/** dst[0..count) := the stored values as f32. Source may be unaligned; reads stay within count elements. */
export function decode(dtype: i32, src: usize, count: i32, dst: usize): void {
  if (dtype == 0) {
    memory.copy(dst, src, <usize>count << 2);
  } else if (dtype == 2) {
    let i = 0;
    for (; i + 8 <= count; i += 8) {
      const x = v128.load(src + (<usize>i << 1));
      v128.store(dst + (<usize>i << 2), i32x4.shl(i32x4.extend_low_i16x8_u(x), 16));
      v128.store(dst + (<usize>i << 2), i32x4.shl(i32x4.extend_high_i16x8_u(x), 16), 16);
    }
    for (; i < count; i++) store<u32>(dst + (<usize>i << 2), <u32>load<u16>(src + (<usize>i << 1)) << 16);
  } else if (dtype >= 16) {
    decodeBlocks(dtype, src, count, dst);
  } else if (dtype == 3) {
    for (let i = 0; i < count; i++) store<f32>(dst + (<usize>i << 2), <f32>load<f64>(src + (<usize>i << 3)));
  } else if (dtype == 4) {
    for (let i = 0; i < count; i++) store<f32>(dst + (<usize>i << 2), e4m3(<u32>load<u8>(src + i)));
  } else if (dtype == 5) {
    // Half precision without its last eight bits.
    for (let i = 0; i < count; i++) store<f32>(dst + (<usize>i << 2), half(<u32>load<u8>(src + i) << 8));
  } else {
    const magic = f32x4.splat(reinterpret<f32>(0x77800000 as u32));
    const signs = i32x4.splat(0x8000), rests = i32x4.splat(0x7fff), top = i32x4.splat(0x7bff), inf = i32x4.splat(0x7f800000);
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const x = v128.load_ext<u16>(src + (<usize>i << 1));
      const rest = v128.and(x, rests);
      const sign = i32x4.shl(v128.and(x, signs), 16);
      const mantissa = i32x4.shl(rest, 13);
      const finite = f32x4.mul(mantissa, magic);
      const special = v128.and(i32x4.gt_s(rest, top), inf);
      v128.store(dst + (<usize>i << 2), v128.or(sign, v128.or(finite, special)));
    }
    for (; i < count; i++) store<f32>(dst + (<usize>i << 2), half(<u32>load<u16>(src + (<usize>i << 1))));
  }
}

/**
 * How many of `count` stored values are NaN or infinite: all exponent bits set (in F8_E4M3 all bits but the sign). Of
 * F64 also those too large for f32; of blocks, `count` blocks, those with such a scale.
 */
export function countNonFinite(dtype: i32, src: usize, count: i32): i32 {
  let found = 0;
  if (dtype == 0) {
    const mask = i32x4.splat(0x7f800000);
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const hit = i32x4.eq(v128.and(v128.load(src + (<usize>i << 2)), mask), mask);
      if (v128.any_true(hit)) found += popcnt(i32x4.bitmask(hit));
    }
    for (; i < count; i++) if ((load<u32>(src + (<usize>i << 2)) & 0x7f800000) == 0x7f800000) found++;
  } else if (dtype >= 16) {
    return countBadBlocks(dtype, src, count);
  } else if (dtype == 3) {
    for (let i = 0; i < count; i++) if (!isFinite<f32>(<f32>load<f64>(src + (<usize>i << 3)))) found++;
  } else if (dtype == 4) {
    for (let i = 0; i < count; i++) if ((load<u8>(src + i) & 0x7f) == 0x7f) found++;
  } else if (dtype == 5) {
    for (let i = 0; i < count; i++) if ((load<u8>(src + i) & 0x7c) == 0x7c) found++;
  } else {
    const bits: i32 = dtype == 1 ? 0x7c00 : 0x7f80;
    const mask = i16x8.splat(<i16>bits);
    let i = 0;
    for (; i + 8 <= count; i += 8) {
      const hit = i16x8.eq(v128.and(v128.load(src + (<usize>i << 1)), mask), mask);
      if (v128.any_true(hit)) found += popcnt(i16x8.bitmask(hit));
    }
    for (; i < count; i++) if ((<i32>load<u16>(src + (<usize>i << 1)) & bits) == bits) found++;
  }
  return found;
}

/**
 * Signed fold of each row: out[r][j] = Σ_b signs[bk+j] · x[r][bk+j], b ascending; and sums[r] = Σ x[r][·].
 * `row` is scratch for columns rounded up to a multiple of k, zeroed beyond `columns` by the caller; k is a multiple of 4.
 */
export function foldRows(dtype: i32, src: usize, rows: i32, columns: i32, bytes: i32, signs: usize, k: i32, row: usize, out: usize, sums: usize): void {
  const padded = ((columns + k - 1) / k) * k;
  for (let r = 0; r < rows; r++) {
    decode(dtype, src + <usize>r * <usize>bytes, columns, row);
    const y = out + (<usize>r * k << 2);
    memory.fill(y, 0, <usize>k << 2);
    let total = f32x4.splat(0);
    for (let b = 0; b < padded; b += k) {
      for (let j = 0; j < k; j += 4) {
        const x = v128.load(row + (<usize>(b + j) << 2));
        total = f32x4.add(total, x);
        const at = y + (<usize>j << 2);
        v128.store(at, f32x4.add(v128.load(at), f32x4.mul(x, v128.load(signs + (<usize>(b + j) << 2)))));
      }
    }
    store<f32>(
      sums + (<usize>r << 2),
      (f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1)) + (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3)),
    );
  }
}

/** accumulator[c] += sign · x[c] for one stored row. `row` is scratch. */
export function addRow(dtype: i32, src: usize, columns: i32, sign: f32, row: usize, accumulator: usize): void {
  decode(dtype, src, columns, row);
  const s = f32x4.splat(sign);
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const at = accumulator + (<usize>c << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(v128.load(row + (<usize>c << 2)), s)));
  }
  for (; c < columns; c++) {
    const at = accumulator + (<usize>c << 2);
    store<f32>(at, load<f32>(at) + load<f32>(row + (<usize>c << 2)) * sign);
  }
}

/** Rows (n × k, row-major) into panels of `width` rows, k-major inside, missing rows zero. */
export function pack(src: usize, n: i32, k: i32, width: i32, dst: usize): void {
  const panels = (n + width - 1) / width;
  memory.fill(dst, 0, <usize>panels * width * k << 2);
  for (let r = 0; r < n; r++) {
    const base = dst + (<usize>(r / width) * width * k << 2) + (<usize>(r % width) << 2);
    const from = src + (<usize>r * k << 2);
    for (let p = 0; p < k; p++) store<f32>(base + (<usize>p * width << 2), load<f32>(from + (<usize>p << 2)));
  }
}

/** 6 × 8 inner products over k, each summed in the order 0..k-1, into c (row stride ldc elements). */
// @ts-ignore: decorator
@inline
function tile(a: usize, b: usize, k: i32, c: usize, ldc: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0)); c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x, b0)); c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x, b0)); c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x, b0)); c31 = f32x4.add(c31, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 16);
    c40 = f32x4.add(c40, f32x4.mul(x, b0)); c41 = f32x4.add(c41, f32x4.mul(x, b1));
    x = v128.load32_splat(a, 20);
    c50 = f32x4.add(c50, f32x4.mul(x, b0)); c51 = f32x4.add(c51, f32x4.mul(x, b1));
    a += 24;
    b += 32;
  }
  const l = ldc << 2;
  v128.store(c, c00); v128.store(c, c01, 16); c += l;
  v128.store(c, c10); v128.store(c, c11, 16); c += l;
  v128.store(c, c20); v128.store(c, c21, 16); c += l;
  v128.store(c, c30); v128.store(c, c31, 16); c += l;
  v128.store(c, c40); v128.store(c, c41, 16); c += l;
  v128.store(c, c50); v128.store(c, c51, 16);
}

/** Columns taken together so that their panels stay in the second-level cache: panels × 8 rows × k × 4 B = 128 KiB. */
const BLOCK_VALUES: i32 = 4096;

/** One value against the best seen for a label: greater replaces it, equal marks a tie. */
// @ts-ignore: decorator
@inline
function offer(value: f32, index: i32, best: usize, at: i32): void {
  const v = best + (<usize>at * 12);
  const held = load<f32>(v);
  if (value > held) {
    store<f32>(v, value);
    store<i32>(v, index, 4);
    store<i32>(v, 0, 8);
  } else if (value == held && load<i32>(v, 4) != index) {
    store<i32>(v, 1, 8);
  }
}

// @ts-ignore: decorator
@inline
function forget(best: usize, at: i32): void {
  const v = best + (<usize>at * 12);
  store<f32>(v, -Infinity);
  store<i32>(v, -1, 4);
  store<i32>(v, 0, 8);
}

/**
 * Inner products of all rows of A (packed by 6) with all rows of B (packed by 8), never stored: for each row of A and
 * each row of B the largest value, its partner and whether it is shared. Records {f32 value, i32 partner, i32 tie}.
 * `columnMax` mirrors B's values for the vector test. Padded rows give 0 and are left out by index.
 */
export function nearest(a: usize, n1: i32, b: usize, n2: i32, k: i32, rowBest: usize, columnBest: usize, columnMax: usize, scratch: usize): void {
  const p1 = (n1 + 5) / 6, p2 = (n2 + 7) / 8, panels = max(1, BLOCK_VALUES / k);
  for (let i = 0; i < p1 * 6; i++) forget(rowBest, i);
  for (let j = 0; j < p2 * 8; j++) {
    forget(columnBest, j);
    store<f32>(columnMax + (<usize>j << 2), -Infinity);
  }
  for (let block = 0; block < p2; block += panels) {
    const end = min(block + panels, p2);
    for (let i = 0; i < p1; i++) {
      const rows = min(6, n1 - i * 6);
      for (let j = block; j < end; j++) {
        tile(a + (<usize>i * 6 * k << 2), b + (<usize>j * 8 * k << 2), k, scratch, 8);
        const columns = min(8, n2 - j * 8);
        const m0 = v128.load(columnMax + (<usize>j << 5)), m1 = v128.load(columnMax + (<usize>j << 5), 16);
        for (let r = 0; r < rows; r++) {
          const c0 = v128.load(scratch + (<usize>r << 5)), c1 = v128.load(scratch + (<usize>r << 5), 16);
          const label = i * 6 + r;
          const held = v128.load32_splat(rowBest + <usize>label * 12);
          if (v128.any_true(v128.or(f32x4.ge(c0, held), f32x4.ge(c1, held)))) {
            for (let s = 0; s < columns; s++) offer(load<f32>(scratch + (<usize>(r * 8 + s) << 2)), j * 8 + s, rowBest, label);
          }
          if (v128.any_true(v128.or(f32x4.ge(c0, m0), f32x4.ge(c1, m1)))) {
            for (let s = 0; s < columns; s++) {
              const value = load<f32>(scratch + (<usize>(r * 8 + s) << 2));
              offer(value, label, columnBest, j * 8 + s);
              if (value > load<f32>(columnMax + (<usize>(j * 8 + s) << 2))) store<f32>(columnMax + (<usize>(j * 8 + s) << 2), value);
            }
          }
        }
      }
    }
  }
}

/** The bare product, for measuring the kernel's own rate: every tile into the same scratch. */
export function productOnly(a: usize, n1: i32, b: usize, n2: i32, k: i32, scratch: usize): void {
  const p1 = (n1 + 5) / 6, p2 = (n2 + 7) / 8, panels = max(1, BLOCK_VALUES / k);
  for (let block = 0; block < p2; block += panels) {
    const end = min(block + panels, p2);
    for (let i = 0; i < p1; i++)
      for (let j = block; j < end; j++) tile(a + (<usize>i * 6 * k << 2), b + (<usize>j * 8 * k << 2), k, scratch, 8);
  }
}

/**
 * Adds to sums (8 f64: n, Σa, Σb, Σa², Σb², Σab, equal values, unused) over two decoded rows of f32.
 * f64 lanes, even and odd elements apart, joined at the end: fixed order.
 */
export function compare(a: usize, b: usize, count: i32, sums: usize): void {
  let sa = f64x2.splat(0), sb = f64x2.splat(0), saa = f64x2.splat(0), sbb = f64x2.splat(0), sab = f64x2.splat(0);
  let equal = 0;
  let i = 0;
  for (; i + 2 <= count; i += 2) {
    const x4 = v128.load64_zero(a + (<usize>i << 2)), y4 = v128.load64_zero(b + (<usize>i << 2));
    const x = f64x2.promote_low_f32x4(x4), y = f64x2.promote_low_f32x4(y4);
    sa = f64x2.add(sa, x);
    sb = f64x2.add(sb, y);
    saa = f64x2.add(saa, f64x2.mul(x, x));
    sbb = f64x2.add(sbb, f64x2.mul(y, y));
    sab = f64x2.add(sab, f64x2.mul(x, y));
    equal += popcnt(i64x2.bitmask(f64x2.eq(x, y)));
  }
  let ta = f64x2.extract_lane(sa, 0) + f64x2.extract_lane(sa, 1);
  let tb = f64x2.extract_lane(sb, 0) + f64x2.extract_lane(sb, 1);
  let taa = f64x2.extract_lane(saa, 0) + f64x2.extract_lane(saa, 1);
  let tbb = f64x2.extract_lane(sbb, 0) + f64x2.extract_lane(sbb, 1);
  let tab = f64x2.extract_lane(sab, 0) + f64x2.extract_lane(sab, 1);
  if (i < count) {
    const x = <f64>load<f32>(a + (<usize>i << 2)), y = <f64>load<f32>(b + (<usize>i << 2));
    ta += x; tb += y; taa += x * x; tbb += y * y; tab += x * y;
    if (x == y) equal++;
  }
  store<f64>(sums, load<f64>(sums) + <f64>count);
  store<f64>(sums, load<f64>(sums, 8) + ta, 8);
  store<f64>(sums, load<f64>(sums, 16) + tb, 16);
  store<f64>(sums, load<f64>(sums, 24) + taa, 24);
  store<f64>(sums, load<f64>(sums, 32) + tbb, 32);
  store<f64>(sums, load<f64>(sums, 40) + tab, 40);
  store<f64>(sums, load<f64>(sums, 48) + <f64>equal, 48);
}
