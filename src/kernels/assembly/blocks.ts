/**
 * The quantised blocks of GGUF, decoded to f32 (layouts as in ggml's public header ggml-common.h; values as its
 * reference dequantisation gives them: f32 products, one rounding each, in the order written here).
 *
 * Blocks of 32 (d, m: f16; q: two 4-bit values a byte, values 0–15 in the low halves, 16–31 in the high halves):
 *   Q4_0  d, q[16]            d·(q−8)            Q4_1  d, m, q[16]            d·q + m
 *   Q5_0  d, h[4], q[16]      d·(q−16)           Q5_1  d, m, h[4], q[16]      d·q + m     (bit i of h: bit 4 of value i)
 *   Q8_0  d, i8[32]           d·q
 * Blocks of 256:
 *   Q2_K  s[16], q[64], d, dmin                  16 values a scale: low half of s scales, high half is the minimum
 *   Q3_K  h[32], q[64], s[12], d                 16 values a scale of 6 bits, less 32; a clear bit of h takes 4 off
 *   Q4_K  d, dmin, s[12], q[128]                 32 values a scale and a minimum of 6 bits each
 *   Q5_K  d, dmin, s[12], h[32], q[128]          likewise; bit g of h[i]: bit 4 of value i of group g
 *   Q6_K  l[128], h[64], i8 s[16], d             16 values a scale; 6 bits, less 32
 * OCP Microscaling, 32 values:
 *   MXFP4 e, q[16]            2^(e−127) · q as e2m1: 0 ½ 1 1½ 2 3 4 6, then the same negative; halves as in Q4_0
 */
import { half } from "./half";

// @ts-ignore: decorator
@inline
function f16(at: usize): f32 {
  return half(<u32>load<u16>(at));
}

// @ts-ignore: decorator
@inline
function put(dst: usize, i: i32, value: f32): void {
  store<f32>(dst + (<usize>i << 2), value);
}

/** Q4_0, Q4_1, Q5_0, Q5_1: `high` has bit 4 of each value, `less` is taken off, `m` is added. */
// @ts-ignore: decorator
@inline
function nibbles(q: usize, high: u32, less: i32, d: f32, m: f32, shifted: bool, dst: usize): void {
  for (let i = 0; i < 16; i++) {
    const x = <u32>load<u8>(q + i);
    const a = <f32>(<i32>((x & 15) | (((high >> i) & 1) << 4)) - less);
    const b = <f32>(<i32>((x >> 4) | (((high >> (i + 16)) & 1) << 4)) - less);
    put(dst, i, shifted ? d * a + m : d * a);
    put(dst, i + 16, shifted ? d * b + m : d * b);
  }
}

function q8_0(src: usize, dst: usize): void {
  const d = f16(src);
  for (let i = 0; i < 32; i++) put(dst, i, <f32>load<i8>(src + 2 + i) * d);
}

/** Value 128h + 32g + i has its two bits in byte 32h + i, g pairs up. */
function q2_K(src: usize, dst: usize): void {
  const d = f16(src + 80), dmin = f16(src + 82);
  for (let group = 0; group < 16; group++) {
    const s = <u32>load<u8>(src + group);
    const scale = d * <f32>(s & 15), less = dmin * <f32>(s >> 4);
    const q = src + 16 + ((group >> 3) << 5) + ((group & 1) << 4);
    const shift = <u32>((group >> 1) & 3) << 1;
    for (let i = 0; i < 16; i++) put(dst, group * 16 + i, scale * <f32>((<u32>load<u8>(q + i) >> shift) & 3) - less);
  }
}

function q3_K(src: usize, dst: usize): void {
  const d = f16(src + 108), s = src + 96;
  for (let group = 0; group < 16; group++) {
    // Low four bits: bytes 0–7, groups 8–15 in the high halves. High two: bytes 8–11, a pair for every four groups.
    const low = ((<u32>load<u8>(s + (group & 7))) >> (group < 8 ? 0 : 4)) & 15;
    const top = (<u32>load<u8>(s + 8 + (group & 3)) >> (<u32>(group >> 2) << 1)) & 3;
    const scale = d * <f32>(<i32>(low | (top << 4)) - 32);
    const column = (group & 1) << 4;
    const q = src + 32 + ((group >> 3) << 5) + column;
    const shift = <u32>((group >> 1) & 3) << 1, bit = <u32>(group >> 1);
    for (let i = 0; i < 16; i++) {
      const high = (<u32>load<u8>(src + column + i) >> bit) & 1;
      const value = <i32>((<u32>load<u8>(q + i) >> shift) & 3) - (high ? 0 : 4);
      put(dst, group * 16 + i, scale * <f32>value);
    }
  }
}

/** Six bits of scale and of minimum: groups 0–3 whole in bytes 0–7, groups 4–7 in bytes 8–11 and the tops of 0–7. */
// @ts-ignore: decorator
@inline
function scaleOf(s: usize, group: i32): u32 {
  if (group < 4) return <u32>load<u8>(s + group) & 63;
  return (<u32>load<u8>(s + group + 4) & 15) | ((<u32>load<u8>(s + group - 4) >> 6) << 4);
}
// @ts-ignore: decorator
@inline
function minimumOf(s: usize, group: i32): u32 {
  if (group < 4) return <u32>load<u8>(s + group + 4) & 63;
  return (<u32>load<u8>(s + group + 4) >> 4) | ((<u32>load<u8>(s + group) >> 6) << 4);
}

/** Q4_K, and with `high` Q5_K: groups 2p and 2p+1 are the low and high halves of bytes 32p … 32p+31. */
// @ts-ignore: decorator
@inline
function q45_K(src: usize, high: usize, q: usize, dst: usize): void {
  const d = f16(src), dmin = f16(src + 2), s = src + 4;
  for (let group = 0; group < 8; group++) {
    const scale = d * <f32>scaleOf(s, group), less = dmin * <f32>minimumOf(s, group);
    const from = q + (<usize>(group >> 1) << 5), shift = <u32>(group & 1) << 2;
    for (let i = 0; i < 32; i++) {
      let value = (<u32>load<u8>(from + i) >> shift) & 15;
      if (high) value |= ((<u32>load<u8>(high + i) >> group) & 1) << 4;
      put(dst, group * 32 + i, scale * <f32>value - less);
    }
  }
}

/** Value 128h + 32g + i: low bits in byte 64h + 32(g mod 2) + i, high half from g = 2 on; high bits in byte 32h + i. */
function q6_K(src: usize, dst: usize): void {
  const d = f16(src + 208);
  for (let group = 0; group < 16; group++) {
    const scale = d * <f32>load<i8>(src + 192 + group);
    const g = (group >> 1) & 3, column = (group & 1) << 4, h = group >> 3;
    const low = src + (h << 6) + ((g & 1) << 5) + column, high = src + 128 + (h << 5) + column;
    for (let i = 0; i < 16; i++) {
      const bits = ((<u32>load<u8>(low + i) >> (g < 2 ? 0 : 4)) & 15) | (((<u32>load<u8>(high + i) >> (<u32>g << 1)) & 3) << 4);
      put(dst, group * 16 + i, scale * <f32>(<i32>bits - 32));
    }
  }
}

/** Twice the value of an e2m1 code: whole. */
// @ts-ignore: decorator
@inline
function e2m1(x: u32): f32 {
  const rest = x & 7;
  const size = rest < 4 ? <i32>rest : rest < 6 ? <i32>((rest & 1) + 2) << 1 : <i32>((rest & 1) + 2) << 2;
  return <f32>(x & 8 ? -size : size);
}

/** Products with a power of two are exact: half the scale times twice the value. */
function mxfp4(src: usize, dst: usize): void {
  const e = <u32>load<u8>(src);
  // 2^(e−128); below the normal numbers one bit of the fraction.
  const scale = reinterpret<f32>(e < 2 ? (<u32>0x00200000) << e : (e - 1) << 23);
  for (let i = 0; i < 16; i++) {
    const x = <u32>load<u8>(src + 1 + i);
    put(dst, i, e2m1(x & 15) * scale);
    put(dst, i + 16, e2m1(x >> 4) * scale);
  }
}

/** Size of one block in bytes, by the code of kernels/dtypes.ts. */
export function blockBytes(code: i32): i32 {
  switch (code) {
    case 16: return 18;
    case 17: return 20;
    case 18: return 22;
    case 19: return 24;
    case 20: return 34;
    case 21: return 84;
    case 22: return 110;
    case 23: return 144;
    case 24: return 176;
    case 26: return 17;
    default: return 210;
  }
}

export function decodeBlocks(code: i32, src: usize, count: i32, dst: usize): void {
  const values = code <= 20 || code == 26 ? 32 : 256, bytes = blockBytes(code);
  for (let i = 0; i < count; i += values) {
    switch (code) {
      case 16: nibbles(src + 2, 0, 8, f16(src), 0, false, dst); break;
      case 17: nibbles(src + 4, 0, 0, f16(src), f16(src + 2), true, dst); break;
      case 18: nibbles(src + 6, load<u32>(src + 2), 16, f16(src), 0, false, dst); break;
      case 19: nibbles(src + 8, load<u32>(src + 4), 0, f16(src), f16(src + 2), true, dst); break;
      case 20: q8_0(src, dst); break;
      case 21: q2_K(src, dst); break;
      case 22: q3_K(src, dst); break;
      case 23: q45_K(src, 0, src + 16, dst); break;
      case 24: q45_K(src, src + 16, src + 48, dst); break;
      case 26: mxfp4(src, dst); break;
      default: q6_K(src, dst); break;
    }
    src += bytes;
    dst += <usize>values << 2;
  }
}

/** Where the f16 scales of a block lie: the first, and the second or −1. */
// @ts-ignore: decorator
@inline
function first(code: i32): i32 {
  return code == 21 ? 80 : code == 22 ? 108 : code == 25 ? 208 : 0;
}
// @ts-ignore: decorator
@inline
function second(code: i32): i32 {
  return code == 17 || code == 19 || code == 23 || code == 24 ? 2 : code == 21 ? 82 : -1;
}

/** Blocks with a scale that is NaN or infinite (MXFP4: with which 6 leaves f32); all else in a block is an integer. */
export function countBadBlocks(code: i32, src: usize, blocks: i32): i32 {
  const bytes = blockBytes(code), a = first(code), b = second(code);
  let found = 0;
  if (code == 26) {
    for (let i = 0; i < blocks; i++) if (load<u8>(src + i * bytes) >= 253) found++;
    return found;
  }
  for (let i = 0; i < blocks; i++) {
    const bad = (load<u16>(src + a) & 0x7c00) == 0x7c00 || (b >= 0 && (load<u16>(src + b) & 0x7c00) == 0x7c00);
    if (bad) found++;
    src += bytes;
  }
  return found;
}
