/**
 * Could these rows be a draw that nobody trained? A draw prefers no sign: whatever the sizes of its entries are, their
 * signs are fair coins. So its strongest direction is set beside those of the same sizes with signs thrown anew; scales
 * of rows and columns, masks and public profiles of sizes are in both. Lengths of rows and columns are evened out first,
 * lest a few of them hide the rest. Training makes directions, and turning the residual stream leaves them.
 */
import { type Prng, prng, signs } from "../../../base/prng.js";
import { Arena } from "../../../kernels/rotation/arena.js";

/** Of the largest of those thrown. Of 100 drawn matrices one was beyond it; of seven trained models all, in most layers. */
const OUT_MIN = 1.05;
const THROWS = 16;
/** Rounds in which rows and columns are brought to one length. */
const ROUNDS = 2;
/** Of the power method: its error is the same on both sides of the comparison. */
const STEPS = 100;

/** Values looked at: 64 rows of 4,096, and all that the caller has of narrower ones. */
const VALUES_MAX = 2 ** 18;

/**
 * Sizes are first measured in f32, four times as fast. What stands within a thousandth of the line, a hundred times the
 * error of f32 here, is measured again in f64, so that the answer is that of f64.
 */
const NEAR = 1e-3;

/**
 * Has it no direction that stands out of those of thrown signs?
 * @param x rows of `columns` values each
 * @param valuesMax how many of them are looked at: the more, the weaker a direction is seen
 */
export function looksDrawn(x: Float32Array, columns: number, valuesMax = VALUES_MAX): boolean {
  const rows = Math.min(x.length / columns, Math.max(16, Math.floor(valuesMax / columns)));
  const own = evened(Float64Array.from(x.subarray(0, rows * columns)), columns);
  const thrown = throwsFor(x.length, columns, own.length);
  const short = Float32Array.from(own);
  const quick = quicklyStrongest(short, columns);
  let size: number | undefined;
  const anew = new Float32Array(own.length);
  for (let k = 0; k < THROWS; k++) {
    const by = thrown(k);
    for (let i = 0; i < anew.length; i++) anew[i] = short[i]! * by[i]!;
    const about = quicklyStrongest(anew, columns);
    // Not a number, or infinite, is near everything.
    if (Math.abs(quick - OUT_MIN * about) > NEAR * quick) {
      if (quick < OUT_MIN * about) return true;
      continue;
    }
    size ??= strongest(own, columns);
    const most = strongest(
      own.map((value, i) => value * by[i]!),
      columns,
    );
    // The largest of all is beyond it if one is.
    if (most > 0 && size <= OUT_MIN * most) return true;
  }
  return false;
}

let arena: Arena | undefined;

/** As `strongest`, in f32. */
function quicklyStrongest(x: Float32Array, columns: number): number {
  arena ??= new Arena();
  const mark = arena.mark();
  const lines = arena.put(x, x.length / columns, columns);
  const n = Math.min(lines.rows, columns);
  const gram = arena.zeros(n, n);
  arena.times(lines, lines, gram, lines.rows <= columns ? { b: true } : { a: true });
  const size = arena.strongest(gram, Float32Array.from(startOf(n)), STEPS);
  arena.release(mark);
  return size;
}

interface Thrown {
  key: string;
  source: Prng;
  signs: Int8Array[];
}
/** Of the sizes met last: layers come in one size or two, and their signs are the same. */
const recent: Thrown[] = [];
const RECENT_MAX = 2;

/** The signs of throw k, drawn when first asked for. */
function throwsFor(values: number, columns: number, length: number): (k: number) => Int8Array {
  const key = `${values} ${columns}`;
  const at = recent.findIndex((held) => held.key === key);
  const held = at < 0 ? { key, source: prng("assay/looks-drawn/v1", key), signs: [] } : recent.splice(at, 1)[0]!;
  recent.unshift(held);
  recent.length = Math.min(recent.length, RECENT_MAX);
  return (k) => {
    while (held.signs.length <= k) held.signs.push(Int8Array.from(signs(length, held.source)));
    return held.signs[k]!;
  };
}

/** Where the power method starts. */
function startOf(n: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: n }, (_, i) => 1 + (i % 7) / 7);
}

/** Rows and columns of mean square one over what is not nought; in place. */
function evened(x: Float64Array, columns: number): Float64Array {
  const rows = x.length / columns;
  for (let round = 0; round < ROUNDS; round++) {
    even(x, rows, columns, (r, c) => r * columns + c);
    even(x, columns, rows, (c, r) => r * columns + c);
  }
  return x;
}

function even(x: Float64Array, lines: number, many: number, at: (line: number, i: number) => number): void {
  for (let line = 0; line < lines; line++) {
    let [sum, n] = [0, 0];
    for (let i = 0; i < many; i++) {
      const value = x[at(line, i)]!;
      sum += value * value;
      if (value !== 0) n++;
    }
    if (n === 0) continue;
    const by = Math.sqrt(n / sum);
    for (let i = 0; i < many; i++) x[at(line, i)]! *= by;
  }
}

/**
 * The largest squared singular value, by the power method on the inner products of the shorter side. Four sums at a time,
 * each in the order it has alone: the processor waits for one sum's last addition otherwise.
 */
function strongest(x: Float64Array, columns: number): number {
  const rows = x.length / columns;
  const lines = rows <= columns ? x : turned(x, columns);
  const [n, m] = rows <= columns ? [rows, columns] : [columns, rows];
  const gram = innerProducts(lines, n, m);
  let v = startOf(n);
  let next = new Float64Array(n);
  let size = 0;
  for (let step = 0; step < STEPS; step++) {
    times(gram, v, next);
    let sum = 0;
    for (let p = 0; p < n; p++) sum += next[p]! * next[p]!;
    size = Math.sqrt(sum);
    if (!(size > 0)) return 0;
    for (let p = 0; p < n; p++) next[p] = next[p]! / size;
    [v, next] = [next, v];
  }
  return size;
}

function turned(x: Float64Array, columns: number): Float64Array {
  const rows = x.length / columns;
  const out = new Float64Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = x[r * columns + c]!;
  return out;
}

/** @param lines n of m values @returns n by n */
function innerProducts(lines: Float64Array, n: number, m: number): Float64Array {
  const gram = new Float64Array(n * n);
  for (let p = 0; p < n; p++) {
    const at = p * m;
    let q = 0;
    for (; q + 3 <= p; q += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      const [a0, a1, a2, a3] = [q * m, (q + 1) * m, (q + 2) * m, (q + 3) * m];
      for (let k = 0; k < m; k++) {
        const own = lines[at + k]!;
        s0 += own * lines[a0 + k]!;
        s1 += own * lines[a1 + k]!;
        s2 += own * lines[a2 + k]!;
        s3 += own * lines[a3 + k]!;
      }
      gram[p * n + q] = gram[q * n + p] = s0;
      gram[p * n + q + 1] = gram[(q + 1) * n + p] = s1;
      gram[p * n + q + 2] = gram[(q + 2) * n + p] = s2;
      gram[p * n + q + 3] = gram[(q + 3) * n + p] = s3;
    }
    for (; q <= p; q++) {
      let sum = 0;
      for (let k = 0; k < m; k++) sum += lines[at + k]! * lines[q * m + k]!;
      gram[p * n + q] = gram[q * n + p] = sum;
    }
  }
  return gram;
}

/** out = gram v. */
function times(gram: Float64Array, v: Float64Array, out: Float64Array): void {
  const n = v.length;
  let p = 0;
  for (; p + 4 <= n; p += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    const [a0, a1, a2, a3] = [p * n, (p + 1) * n, (p + 2) * n, (p + 3) * n];
    for (let q = 0; q < n; q++) {
      const each = v[q]!;
      s0 += gram[a0 + q]! * each;
      s1 += gram[a1 + q]! * each;
      s2 += gram[a2 + q]! * each;
      s3 += gram[a3 + q]! * each;
    }
    out[p] = s0;
    out[p + 1] = s1;
    out[p + 2] = s2;
    out[p + 3] = s3;
  }
  for (; p < n; p++) {
    let sum = 0;
    for (let q = 0; q < n; q++) sum += gram[p * n + q]! * v[q]!;
    out[p] = sum;
  }
}
