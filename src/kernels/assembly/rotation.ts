/**
 * Dense f32 products and soft assignment, for finding a rotation between two models (rotation/arena.ts). Plain SIMD128,
 * each entry one sum over ascending k: the same bits everywhere. Exponentials come from a polynomial, not from a
 * library. Matrices are row-major with a stride of whole vectors; what lies beyond the last column is zero.
 */

/** Four rows at four places (`stride` bytes apart) into four places of a panel (`step` bytes apart): a 4 × 4 transpose. */
// @ts-ignore: decorator
@inline
function turnFour(from: usize, stride: usize, to: usize, step: usize): void {
  const a = v128.load(from), b = v128.load(from + stride);
  const c = v128.load(from + 2 * stride), d = v128.load(from + 3 * stride);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const over = v128.shuffle<f32>(a, b, 2, 6, 3, 7), under = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * step, v128.shuffle<f32>(over, under, 0, 1, 4, 5));
  v128.store(to + 3 * step, v128.shuffle<f32>(over, under, 2, 3, 6, 7));
}

/** Rows (n × k, `stride` apart) into panels of `width` rows (a multiple of four), k-major inside, missing rows zero. */
export function packRows(src: usize, n: i32, k: i32, stride: i32, width: i32, dst: usize): void {
  const step = <usize>width << 2, apart = <usize>stride << 2;
  const fours = k & ~3;
  for (let row = 0; row < n; row += 4) {
    const from = src + <usize>row * apart;
    const to = dst + (<usize>(row / width) * width * k + row % width) * 4;
    const held = min(4, n - row);
    let p = 0;
    if (held == 4) for (; p < fours; p += 4) turnFour(from + (<usize>p << 2), apart, to + <usize>p * step, step);
    for (; p < k; p++)
      for (let r = 0; r < 4; r++)
        store<f32>(to + <usize>p * step + (<usize>r << 2), r < held ? load<f32>(from + <usize>r * apart + (<usize>p << 2)) : 0);
  }
  // Fours of the last panel that no row has reached.
  for (let row = (n + 3) & ~3; row % width != 0; row += 4) {
    const to = dst + (<usize>(row / width) * width * k + row % width) * 4;
    for (let p = 0; p < k; p++) v128.store(to + <usize>p * step, f32x4.splat(0));
  }
}

/** Columns (of k × n, `stride` apart) into panels of `width` columns (a multiple of four), k-major inside; missing columns zero. */
export function packColumns(src: usize, k: i32, n: i32, stride: i32, width: i32, dst: usize): void {
  const panels = (n + width - 1) / width;
  for (let q = 0; q < panels; q++) {
    const base = dst + <usize>q * width * k * 4;
    const first = q * width;
    const held = min(width, n - first);
    for (let p = 0; p < k; p++) {
      const from = src + (<usize>p * stride + first) * 4;
      const to = base + <usize>p * width * 4;
      if (held >= width) {
        for (let at: usize = 0; at < <usize>width << 2; at += 16) v128.store(to + at, v128.load(from + at));
      } else {
        for (let c = 0; c < width; c++) store<f32>(to + (<usize>c << 2), c < held ? load<f32>(from + (<usize>c << 2)) : 0);
      }
    }
  }
}

/**
 * 4 × 8 inner products over k, ascending, into c (stride ldc elements). A tile of six rows needs every register there is and
 * takes a quarter longer in Node 20, whose compiler keeps one for itself; in Node 24 either is as fast. No entry depends on
 * the shape of the tile.
 */
// @ts-ignore: decorator
@inline
function tile(a: usize, b: usize, k: i32, c: usize, ldc: i32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
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
    a += 16;
    b += 32;
  }
  const l = <usize>ldc << 2;
  v128.store(c, c00); v128.store(c, c01, 16); c += l;
  v128.store(c, c10); v128.store(c, c11, 16); c += l;
  v128.store(c, c20); v128.store(c, c21, 16); c += l;
  v128.store(c, c30); v128.store(c, c31, 16);
}

/** C := A·B for A packed by 4 rows and B packed by 8 columns. C has room for whole tiles: its padding becomes zero. */
export function product(a: usize, n: i32, b: usize, m: i32, k: i32, c: usize, stride: i32): void {
  const rows = (n + 3) / 4, columns = (m + 7) / 8;
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows; i++)
      tile(a + <usize>i * 4 * k * 4, b + <usize>j * 8 * k * 4, k, c + (<usize>i * 4 * stride + j * 8) * 4, stride);
}

/**
 * The same of an n × n product that is symmetric to the last bit, because entries (i, j) and (j, i) are sums of the same
 * products in one order: A·Aᵀ, or the square of a symmetric matrix. Tiles below the diagonal are copied from above it.
 */
export function productSymmetric(a: usize, n: i32, b: usize, k: i32, c: usize, stride: i32): void {
  const columns = (n + 7) / 8;
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < min(2 * j + 2, (n + 3) / 4); i++)
      tile(a + <usize>i * 4 * k * 4, b + <usize>j * 8 * k * 4, k, c + (<usize>i * 4 * stride + j * 8) * 4, stride);
  const apart = <usize>stride << 2;
  // Rows and columns up to whole eights hold zeros, and there is room for them.
  for (let i = 8; i < n; i += 4)
    for (let j = 0; j < (i & ~7); j += 4)
      turnFour(c + <usize>j * apart + (<usize>i << 2), apart, c + <usize>i * apart + (<usize>j << 2), apart);
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
 * same size when signed; `sums` of twice `stride` floats.
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
  // One pass over memory a round: a row is brought to what the columns of the round before ask, then to its own sum.
  for (let round = 0; round < rounds; round++) {
    const scales = sums + <usize>((round & 1) * stride) * 4;
    const next = sums + <usize>((round & 1 ^ 1) * stride) * 4;
    memory.fill(next, 0, <usize>stride << 2);
    for (let i = 0; i < n; i++) {
      const row = c + <usize>i * stride * 4;
      let total = f32x4.splat(0);
      if (round == 0) for (let j = 0; j < stride; j += 4) total = f32x4.add(total, v128.load(row + (<usize>j << 2)));
      else
        for (let j = 0; j < stride; j += 4) {
          const at = row + (<usize>j << 2);
          const x = f32x4.mul(v128.load(at), v128.load(scales + (<usize>j << 2)));
          v128.store(at, x);
          total = f32x4.add(total, x);
        }
      const sum = (f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1)) + (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3));
      const scale = f32x4.splat(sum > 0 ? 1 / sum : 0);
      for (let j = 0; j < stride; j += 4) {
        const at = row + (<usize>j << 2);
        const x = f32x4.mul(v128.load(at), scale);
        v128.store(at, x);
        v128.store(next + (<usize>j << 2), f32x4.add(v128.load(next + (<usize>j << 2)), x));
      }
    }
    for (let j = 0; j < stride; j++) {
      const sum = load<f32>(next + (<usize>j << 2));
      store<f32>(next + (<usize>j << 2), sum > 1e-30 ? 1 / sum : 0);
    }
  }
  const scales = sums + <usize>((rounds & 1) * stride) * 4;
  for (let i = 0; i < n; i++) {
    const row = c + <usize>i * stride * 4;
    const side = signs + <usize>i * stride * 4;
    for (let j = 0; j < stride; j += 4) {
      const at = row + (<usize>j << 2);
      const x = f32x4.mul(v128.load(at), v128.load(scales + (<usize>j << 2)));
      v128.store(at, signed ? v128.or(x, v128.load(side + (<usize>j << 2))) : x);
    }
  }
}

/**
 * In place on G (n rows, `stride` apart): aI + bG + cS. In f64, rounded to f32 before the diagonal is added and after.
 */
export function quadratic(g: usize, s: usize, n: i32, stride: i32, a: f64, b: f64, c: f64): void {
  const fb = f64x2.splat(b), fc = f64x2.splat(c);
  const end = g + (<usize>n * stride << 2);
  for (let x = g, y = s; x < end; x += 8, y += 8) {
    const sum = f64x2.add(
      f64x2.mul(fb, f64x2.promote_low_f32x4(v128.load64_zero(x))),
      f64x2.mul(fc, f64x2.promote_low_f32x4(v128.load64_zero(y))),
    );
    v128.store64_lane(x, f32x4.demote_f64x2_zero(sum), 0);
  }
  for (let i = 0; i < n; i++) {
    const at = g + (<usize>(i * stride + i) << 2);
    store<f32>(at, <f32>(<f64>load<f32>(at) + a));
  }
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
