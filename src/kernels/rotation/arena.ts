/**
 * Matrices of f32 in one stretch of WASM memory, and what the search for a rotation does with them: products, soft
 * assignment, the polar factor. Given out from the bottom, taken back to a mark. For one thread.
 * Arithmetic and its order: assembly/rotation.ts. Figures here guide a search; what is counted comes after it.
 */
import { assert } from "../../base/error.js";
import { type DType, FORMATS, valuesIn } from "../dtypes.js";
import { instantiate } from "../kernel.js";

/** A matrix in the arena: rows padded to whole tiles of four, columns to eight; padding is zero. */
export interface Held {
  at: number;
  rows: number;
  columns: number;
  stride: number;
}

/** A factor in panels: of the left (four rows) or of the right (eight columns). */
export interface Packed {
  at: number;
  n: number;
  /** Inner dimension. */
  k: number;
}

interface Exports {
  decode(dtype: number, src: number, count: number, dst: number): void;
  packRows(src: number, n: number, k: number, stride: number, width: number, dst: number): void;
  packColumns(src: number, k: number, n: number, stride: number, width: number, dst: number): void;
  product(...args: [number, number, number, number, number, number, number]): void;
  productSymmetric(...args: [number, number, number, number, number, number]): void;
  quadratic(...args: [number, number, number, number, number, number, number]): void;
  soften(...args: [number, number, number, number, number, boolean, number, number, number]): void;
  power(...args: [number, number, number, number, number, number]): number;
}

const LEFT = 4;
const RIGHT = 8;
const PAGE = 65_536;
/** Left to the compiler's own data. */
const BOTTOM = 1024;
/** Turns of rows and columns in one soft assignment; more change little. */
const SINKHORN_ROUNDS = 3;

export class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: 16 });
  readonly #exports = instantiate(this.#memory) as unknown as Exports;
  #top = BOTTOM;

  mark(): number {
    return this.#top;
  }

  release(mark: number): void {
    this.#top = mark;
  }

  zeros(rows: number, columns: number): Held {
    const stride = Math.ceil(columns / RIGHT) * RIGHT;
    const size = (Math.ceil(rows / LEFT) * LEFT + LEFT) * stride;
    const at = this.#room(size * 4);
    new Float32Array(this.#memory.buffer, at, size).fill(0);
    return { at, rows, columns, stride };
  }

  /** From dense row-major values. */
  put(values: ArrayLike<number>, rows: number, columns: number): Held {
    assert(values.length === rows * columns, "arena.put: expected rows × columns values");
    const held = this.zeros(rows, columns);
    const into = this.view(held);
    if (values instanceof Float32Array)
      for (let r = 0; r < rows; r++) into.set(values.subarray(r * columns, (r + 1) * columns), r * held.stride);
    else
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) into[r * held.stride + c] = values[r * columns + c]!;
    return held;
  }

  /** From whole rows as they are stored, decoded where they are to lie. */
  decoded(dtype: DType, bytes: Uint8Array, rows: number, columns: number): Held {
    assert(valuesIn(dtype, bytes.length) === rows * columns, "arena.decoded: expected rows × columns values");
    const held = this.zeros(rows, columns);
    const mark = this.mark();
    const from = this.#room(bytes.length);
    new Uint8Array(this.#memory.buffer, from, bytes.length).set(bytes);
    const { code } = FORMATS[dtype];
    if (held.stride === columns) this.#exports.decode(code, from, rows * columns, held.at);
    else {
      const size = bytes.length / rows;
      for (let r = 0; r < rows; r++)
        this.#exports.decode(code, from + r * size, columns, held.at + r * held.stride * 4);
    }
    this.release(mark);
    return held;
  }

  /** Dense row-major copy. */
  read({ at, rows, columns, stride }: Held): Float32Array {
    const from = new Float32Array(this.#memory.buffer, at, rows * stride);
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) out.set(from.subarray(r * stride, r * stride + columns), r * columns);
    return out;
  }

  /** Rows with their padding; valid until the arena next gives out memory. */
  view({ at, rows, stride }: Held): Float32Array {
    return new Float32Array(this.#memory.buffer, at, rows * stride);
  }

  /** The matrix, or its transpose, as a left factor. */
  left(a: Held, transposed = false): Packed {
    return this.#packed(a, LEFT, transposed);
  }

  /** The matrix, or its transpose, as a right factor. */
  right(a: Held, transposed = false): Packed {
    return this.#packed(a, RIGHT, !transposed);
  }

  /** into[row…] := A·B; rows past the last are written as zeros up to a whole tile. */
  product(a: Packed, b: Packed, into: Held, row = 0): void {
    assert(a.k === b.k && into.columns === b.n && row + a.n <= into.rows, "arena.product: expected shapes that fit");
    this.#exports.product(a.at, a.n, b.at, b.n, a.k, into.at + row * into.stride * 4, into.stride);
  }

  /** A·B of matrices that are used once. */
  times(a: Held, b: Held, into: Held, flip: { a?: boolean; b?: boolean } = {}): void {
    const mark = this.mark();
    this.product(this.left(a, flip.a), this.right(b, flip.b), into);
    this.release(mark);
  }

  /** A·B, known to be symmetric to the last bit: A·Aᵀ, or the square of a symmetric matrix. Half the work of `times`. */
  timesSymmetric(a: Held, b: Held, into: Held, flip: { b?: boolean } = {}): void {
    const mark = this.mark();
    const [left, right] = [this.left(a), this.right(b, flip.b)];
    assert(left.n === right.n && left.k === right.k, "arena.timesSymmetric: expected shapes that fit");
    this.#exports.productSymmetric(left.at, left.n, right.at, left.k, into.at, into.stride);
    this.release(mark);
  }

  /** In place: a + b·gram + c·square, of square matrices of one size. */
  quadratic(gram: Held, square: Held, [a, b, c]: readonly [number, number, number]): void {
    this.#exports.quadratic(gram.at, square.at, gram.rows, gram.stride, a, b, c);
  }

  /** In place: weights of a soft assignment of rows to columns (assembly/rotation.ts). */
  soften(c: Held, beta: number, signed: boolean): void {
    const mark = this.mark();
    const sums = this.#room(2 * c.stride * 4);
    const signs = signed ? this.#room(c.rows * c.stride * 4) : 0;
    this.#exports.soften(c.at, c.rows, c.columns, c.stride, beta, signed, SINKHORN_ROUNDS, signs, sums);
    this.release(mark);
  }

  /** The largest eigenvalue of a symmetric matrix without negative ones, by so many steps of the power method. */
  strongest(gram: Held, start: Float32Array, steps: number): number {
    const mark = this.mark();
    const [v, next] = [this.zeros(1, gram.columns), this.zeros(1, gram.columns)];
    this.view(v).set(start);
    const size = this.#exports.power(gram.at, gram.rows, gram.stride, v.at, next.at, steps);
    this.release(mark);
    return size;
  }

  #packed(a: Held, width: number, columns: boolean): Packed {
    const [n, k] = columns ? [a.columns, a.rows] : [a.rows, a.columns];
    const at = this.#room(Math.ceil(n / width) * width * k * 4);
    if (columns) this.#exports.packColumns(a.at, k, n, a.stride, width, at);
    else this.#exports.packRows(a.at, n, k, a.stride, width, at);
    return { at, n, k };
  }

  #room(bytes: number): number {
    const at = this.#top;
    this.#top = Math.ceil((at + bytes) / 16) * 16;
    const missing = this.#top + 64 - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return at;
  }
}
