/**
 * The WASM kernels behind typed functions. One `Kernel` is one instance with its own memory, for one thread.
 * Arithmetic and its order: see assembly/kernel.ts. Nothing here knows what the numbers mean.
 */
import { assert } from "../base/error.js";
import { type DType, FORMATS, rowBytes, valuesIn } from "./dtypes.js";
import { KERNEL_WASM_BASE64 } from "./generated/kernel-wasm.js";

/** n × k numbers, row-major, on memory that threads may share. */
export interface Matrix {
  n: number;
  k: number;
  data: Float32Array;
}

/** For each row of one side: its largest inner product with the other side, with whom, and whether it is shared. */
export interface Nearest {
  value: Float32Array;
  partner: Int32Array;
  tie: Uint8Array;
}

/** Sums over aligned values of two tensors; the moments are in f64. */
export interface ComparisonSums {
  n: number;
  a: number;
  b: number;
  aa: number;
  bb: number;
  ab: number;
  equal: number;
}

interface Exports {
  decode(dtype: number, src: number, count: number, dst: number): void;
  countNonFinite(dtype: number, src: number, count: number): number;
  foldRows(...args: [number, number, number, number, number, number, number, number, number, number]): void;
  addRow(dtype: number, src: number, columns: number, sign: number, row: number, accumulator: number): void;
  pack(src: number, n: number, k: number, width: number, dst: number): void;
  nearest(...args: [number, number, number, number, number, number, number, number, number]): void;
  productOnly(a: number, n1: number, b: number, n2: number, k: number, scratch: number): void;
  compare(a: number, b: number, count: number, sums: number): void;
}

const PAGE = 65_536;
const RECORD = 12; // f32 value, i32 partner, i32 tie

let compiled: WebAssembly.Module | undefined;

/** The compiled kernels over a memory of the caller's; compiled once. */
export function instantiate(memory: WebAssembly.Memory): object {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_WASM_BASE64), (c) => c.charCodeAt(0)));
  const abort = () => {
    throw new Error("kernel aborted");
  };
  return new WebAssembly.Instance(compiled, { env: { memory, abort } }).exports;
}

export class Kernel {
  readonly #memory = new WebAssembly.Memory({ initial: 16 });
  readonly #exports: Exports;
  #top = 0;
  #base = 1024;

  constructor() {
    this.#exports = instantiate(this.#memory) as unknown as Exports;
  }

  /** Stored values as f32. */
  decode(dtype: DType, bytes: Uint8Array): Float32Array {
    const count = valuesIn(dtype, bytes.length);
    assert(Number.isInteger(count), "kernel.decode: expected whole values");
    this.#reset();
    const [src, dst] = [this.#copyIn(bytes), this.#room(count * 4)];
    this.#exports.decode(FORMATS[dtype].code, src, count, dst);
    return new Float32Array(this.#memory.buffer, dst, count).slice();
  }

  /** How many stored values (of blocks: how many blocks) are NaN or infinite. */
  countNonFinite(dtype: DType, bytes: Uint8Array): number {
    this.#reset();
    const src = this.#copyIn(bytes);
    const { code, sizeBytes } = FORMATS[dtype];
    return this.#exports.countNonFinite(code, src, Math.floor(bytes.length / sizeBytes));
  }

  /**
   * Signed fold of stored rows into width k, appended at row `at` of `out`.
   * @param signs ±1, length = columns rounded up to a multiple of k
   * @param sums receives Σ of each row
   */
  foldRows(
    source: { dtype: DType; bytes: Uint8Array; rows: number; columns: number },
    signs: Float32Array,
    out: Matrix,
    sums: Float32Array,
    at: number,
  ): void {
    const { dtype, bytes, rows, columns } = source;
    const k = out.k;
    assert(k % 4 === 0 && signs.length === Math.ceil(columns / k) * k, "kernel.foldRows: expected padded signs");
    const size = rowBytes(dtype, columns);
    assert(bytes.length === rows * size, "kernel.foldRows: expected whole rows");
    this.#reset();
    const s = this.#copyIn(signs);
    const row = this.#room(signs.length * 4, true);
    const y = this.#room(rows * k * 4);
    const t = this.#room(rows * 4);
    const src = this.#copyIn(bytes);
    this.#exports.foldRows(FORMATS[dtype].code, src, rows, columns, size, s, k, row, y, t);
    out.data.set(new Float32Array(this.#memory.buffer, y, rows * k), at * k);
    sums.set(new Float32Array(this.#memory.buffer, t, rows), at);
  }

  /** accumulators[bucket_r] += sign_r · row_r for stored rows; accumulators is k × columns. */
  foldColumns(
    source: { dtype: DType; bytes: Uint8Array; rows: number; columns: number },
    buckets: Uint32Array,
    signs: Float32Array,
    accumulators: Matrix,
  ): void {
    const { dtype, bytes, rows, columns } = source;
    const size = rowBytes(dtype, columns);
    this.#reset();
    const row = this.#room(columns * 4);
    const acc = this.#copyIn(accumulators.data);
    const src = this.#copyIn(bytes);
    for (let r = 0; r < rows; r++) {
      const target = acc + buckets[r]! * columns * 4;
      this.#exports.addRow(FORMATS[dtype].code, src + r * size, columns, signs[r]!, row, target);
    }
    accumulators.data.set(new Float32Array(this.#memory.buffer, acc, accumulators.data.length));
  }

  /** Largest inner products between all rows of a and all rows of b, from either side. */
  nearest(a: Matrix, b: Matrix): { rows: Nearest; columns: Nearest } {
    assert(a.k === b.k, "kernel.nearest: expected equal widths");
    const placed = this.#place(a, b);
    const p1 = Math.ceil(a.n / 6) * 6;
    const p2 = Math.ceil(b.n / 8) * 8;
    const rowBest = this.#room(p1 * RECORD);
    const columnBest = this.#room(p2 * RECORD);
    const columnMax = this.#room(p2 * 4);
    const scratch = this.#room(6 * 8 * 4);
    this.#exports.nearest(placed.a, a.n, placed.b, b.n, a.k, rowBest, columnBest, columnMax, scratch);
    return { rows: this.#records(rowBest, a.n), columns: this.#records(columnBest, b.n) };
  }

  /** The same products without looking at them: the kernel's own rate. */
  productOnly(a: Matrix, b: Matrix): void {
    const placed = this.#place(a, b);
    this.#exports.productOnly(placed.a, a.n, placed.b, b.n, a.k, this.#room(6 * 8 * 4));
  }

  /** Adds the sums of two equally long stored stretches to `into`. */
  compare(a: { dtype: DType; bytes: Uint8Array }, b: { dtype: DType; bytes: Uint8Array }, into: ComparisonSums): void {
    const count = valuesIn(a.dtype, a.bytes.length);
    assert(count === valuesIn(b.dtype, b.bytes.length), "kernel.compare: expected equal lengths");
    this.#reset();
    const sums = this.#room(8 * 8, true);
    const decoded = [a, b].map((side) => {
      const [src, dst] = [this.#copyIn(side.bytes), this.#room(count * 4)];
      this.#exports.decode(FORMATS[side.dtype].code, src, count, dst);
      return dst;
    });
    this.#exports.compare(decoded[0]!, decoded[1]!, count, sums);
    const got = new Float64Array(this.#memory.buffer, sums, 8);
    into.n += got[0]!;
    into.a += got[1]!;
    into.b += got[2]!;
    into.aa += got[3]!;
    into.bb += got[4]!;
    into.ab += got[5]!;
    into.equal += got[6]!;
  }

  /** Both matrices in memory, packed for the product. */
  #place(a: Matrix, b: Matrix): { a: number; b: number } {
    this.#reset();
    const k = a.k;
    const packedA = this.#room(Math.ceil(a.n / 6) * 6 * k * 4);
    const packedB = this.#room(Math.ceil(b.n / 8) * 8 * k * 4);
    const mark = this.#top;
    this.#exports.pack(this.#copyIn(a.data.subarray(0, a.n * k)), a.n, k, 6, packedA);
    this.#top = mark;
    this.#exports.pack(this.#copyIn(b.data.subarray(0, b.n * k)), b.n, k, 8, packedB);
    this.#top = mark;
    return { a: packedA, b: packedB };
  }

  #records(at: number, n: number): Nearest {
    const view = new DataView(this.#memory.buffer, at, n * RECORD);
    const out = { value: new Float32Array(n), partner: new Int32Array(n), tie: new Uint8Array(n) };
    for (let i = 0; i < n; i++) {
      out.value[i] = view.getFloat32(i * RECORD, true);
      out.partner[i] = view.getInt32(i * RECORD + 4, true);
      out.tie[i] = view.getInt32(i * RECORD + 8, true);
    }
    return out;
  }

  /** Memory is given out from the bottom and taken back all at once; 1 KiB is left to the compiler's own data. */
  /**
   * `count` buffers of equal size in the kernel's own memory, for bytes that are only looked at: what lies there is not
   * copied in. For a kernel that does nothing else: a larger job would move the memory from under them.
   */
  buffers(count: number, bytes: number): Uint8Array[] {
    this.#reset();
    const at = Array.from({ length: count }, () => this.#room(bytes));
    this.#base = this.#top;
    this.#room(PAGE);
    return at.map((from) => new Uint8Array(this.#memory.buffer, from, bytes));
  }

  #reset(): void {
    this.#top = this.#base;
  }

  #room(bytes: number, zeroed = false): number {
    const at = this.#top;
    this.#top = Math.ceil((at + bytes) / 16) * 16;
    const missing = this.#top + 64 - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    if (zeroed) new Uint8Array(this.#memory.buffer, at, bytes).fill(0);
    return at;
  }

  #copyIn(values: Uint8Array | Float32Array): number {
    if (values.buffer === this.#memory.buffer) return values.byteOffset;
    const at = this.#room(values.byteLength);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.#memory.buffer, at, values.byteLength).set(bytes);
    return at;
  }
}
