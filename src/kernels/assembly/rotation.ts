/**
 * Dense f32 products and soft assignment, for finding a rotation between two models (rotation/arena.ts). Plain SIMD128,
 * each entry one sum over ascending k: the same bits everywhere. Exponentials come from a polynomial, not from a
 * library. Matrices are row-major with a stride of whole vectors; what lies beyond the last column is zero.
 */

/** Rows (n × k, `stride` apart) into panels of `width` rows, k-major inside, missing rows zero. */
export function packRows(src: usize, n: i32, k: i32, stride: i32, width: i32, dst: usize): void {
  const panels = (n + width - 1) / width;
  const step = <usize>width << 2;
  for (let q = 0; q < panels; q++) {
    const base = dst + <usize>q * width * k * 4;
    for (let r = 0; r < width; r++) {
      const row = q * width + r;
      let to = base + (<usize>r << 2);
      if (row >= n) {
        for (let p = 0; p < k; p++, to += step) store<f32>(to, 0);
        continue;
      }
      let from = src + <usize>row * stride * 4;
      for (let p = 0; p < k; p++, to += step, from += 4) store<f32>(to, load<f32>(from));
    }
  }
}

/** Columns (of k × n, `stride` apart) into panels of `width` columns, k-major inside; missing columns zero. */
export function packColumns(src: usize, k: i32, n: i32, stride: i32, width: i32, dst: usize): void {
  const panels = (n + width - 1) / width;
  for (let q = 0; q < panels; q++) {
    const base = dst + <usize>q * width * k * 4;
    const first = q * width;
    const held = min(width, n - first);
    for (let p = 0; p < k; p++) {
      const from = src + (<usize>p * stride + first) * 4;
      const to = base + <usize>p * width * 4;
      if (held == 8) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else {
        for (let c = 0; c < width; c++) store<f32>(to + (<usize>c << 2), c < held ? load<f32>(from + (<usize>c << 2)) : 0);
      }
    }
  }
}

/** 6 × 8 inner products over k, ascending, into c (stride ldc elements). */
// @ts-ignore: decorator
@inline
function tile(a: usize, b: usize, k: i32, c: usize, ldc: i32): void {
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
  const l = <usize>ldc << 2;
  v128.store(c, c00); v128.store(c, c01, 16); c += l;
  v128.store(c, c10); v128.store(c, c11, 16); c += l;
  v128.store(c, c20); v128.store(c, c21, 16); c += l;
  v128.store(c, c30); v128.store(c, c31, 16); c += l;
  v128.store(c, c40); v128.store(c, c41, 16); c += l;
  v128.store(c, c50); v128.store(c, c51, 16);
}

/** C := A·B for A packed by 6 rows and B packed by 8 columns. C has room for whole tiles: its padding becomes zero. */
export function product(a: usize, n: i32, b: usize, m: i32, k: i32, c: usize, stride: i32): void {
  const rows = (n + 5) / 6, columns = (m + 7) / 8;
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows; i++)
      tile(a + <usize>i * 6 * k * 4, b + <usize>j * 8 * k * 4, k, c + (<usize>i * 6 * stride + j * 8) * 4, stride);
}

/** e^x for −87 ≤ x ≤ 0, smaller x as −87: 2^n times a polynomial of degree six on half an octave each way. */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const y = f32x4.mul(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(1.44269504));
  const n = f32x4.nearest(y);
  const t = f32x4.sub(y, n);
  let p = f32x4.splat(0.00015403531);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.0013333558));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.0096181291));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.055504109));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.24022651));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.69314718));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/**
 * In place, C becomes the soft assignment of its rows to its columns: weights e^{β c} (of |c| when signed), brought
 * towards unit sums of rows and of columns in turn (Sinkhorn), then given the sign of c. `signs` is scratch of the
 * same size when signed; `sums` of `stride` floats.
 */
export function soften(c: usize, n: i32, m: i32, stride: i32, beta: f32, signed: bool, rounds: i32, signs: usize, sums: usize): void {
  const size = <usize>n * stride * 4;
  const signBit = i32x4.splat(0x80000000);
  const whole = m & ~3;
  if (signed) {
    for (let at: usize = 0; at < size; at += 16) {
      const x = v128.load(c + at);
      v128.store(signs + at, v128.and(x, signBit));
      v128.store(c + at, f32x4.abs(x));
    }
  }
  const b = f32x4.splat(beta);
  for (let i = 0; i < n; i++) {
    const row = c + <usize>i * stride * 4;
    let top = f32x4.splat(-Infinity);
    for (let j = 0; j < whole; j += 4) top = f32x4.max(top, v128.load(row + (<usize>j << 2)));
    let most = max(max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)), max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)));
    for (let j = whole; j < m; j++) most = max(most, load<f32>(row + (<usize>j << 2)));
    const shift = f32x4.splat(most);
    for (let j = 0; j < stride; j += 4) {
      const at = row + (<usize>j << 2);
      v128.store(at, exponential(f32x4.mul(f32x4.sub(v128.load(at), shift), b)));
    }
    for (let j = m; j < stride; j++) store<f32>(row + (<usize>j << 2), 0);
  }
  for (let round = 0; round < rounds; round++) {
    memory.fill(sums, 0, <usize>stride << 2);
    for (let i = 0; i < n; i++) {
      const row = c + <usize>i * stride * 4;
      let total = f32x4.splat(0);
      for (let j = 0; j < stride; j += 4) total = f32x4.add(total, v128.load(row + (<usize>j << 2)));
      const sum = (f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1)) + (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3));
      const scale = f32x4.splat(sum > 0 ? 1 / sum : 0);
      for (let j = 0; j < stride; j += 4) {
        const at = row + (<usize>j << 2);
        const x = f32x4.mul(v128.load(at), scale);
        v128.store(at, x);
        v128.store(sums + (<usize>j << 2), f32x4.add(v128.load(sums + (<usize>j << 2)), x));
      }
    }
    for (let j = 0; j < stride; j++) {
      const sum = load<f32>(sums + (<usize>j << 2));
      store<f32>(sums + (<usize>j << 2), sum > 1e-30 ? 1 / sum : 0);
    }
    for (let i = 0; i < n; i++) {
      const row = c + <usize>i * stride * 4;
      for (let j = 0; j < stride; j += 4) {
        const at = row + (<usize>j << 2);
        v128.store(at, f32x4.mul(v128.load(at), v128.load(sums + (<usize>j << 2))));
      }
    }
  }
  if (signed) for (let at: usize = 0; at < size; at += 16) v128.store(c + at, v128.or(v128.load(c + at), v128.load(signs + at)));
}

/**
 * The power method on a symmetric matrix (n × n, `stride` apart, zeros beyond column n): `steps` times v := G·v, each
 * time brought to length one. v and next have room for `stride` values, and v is zero beyond n. The last length before
 * it was brought to one: an estimate from below of the largest eigenvalue of a matrix without negative ones.
 */
export function power(gram: usize, n: i32, stride: i32, v: usize, next: usize, steps: i32): f32 {
  let size: f32 = 0;
  const bytes = <usize>stride << 2;
  for (let step = 0; step < steps; step++) {
    let squares: f32 = 0;
    for (let i = 0; i < n; i++) {
      const row = gram + <usize>i * bytes;
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
      // The stride is whole eights.
      for (let at: usize = 0; at < bytes; at += 32) {
        s0 = f32x4.add(s0, f32x4.mul(v128.load(row + at), v128.load(v + at)));
        s1 = f32x4.add(s1, f32x4.mul(v128.load(row + at, 16), v128.load(v + at, 16)));
      }
      s0 = f32x4.add(s0, s1);
      const sum = (f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1)) + (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
      store<f32>(next + (<usize>i << 2), sum);
      squares += sum * sum;
    }
    size = sqrt(squares);
    if (!(size > 0)) return size;
    for (let i = 0; i < n; i++) store<f32>(v + (<usize>i << 2), load<f32>(next + (<usize>i << 2)) / size);
  }
  return size;
}
