/**
 * Stored rows as the kernels take them: read in chunks of bounded size, the next one ahead, one row behind the other
 * wherever they lie in the file. Whoever makes a source knows how to read the files that matrices name. A NaN or an
 * infinity would turn every statistic that it touches into nothing, so it is read as nought, and counted.
 */
import { assert } from "../base/error.js";
import { decodeScaled, gatherCoded } from "./coded-rows.js";
import { isGathered } from "./coding.js";
import { type DType, FORMATS, rowBytes } from "./dtypes.js";
import { Kernel } from "./kernel.js";
import { addProduct } from "./low-rank.js";
import { type Run, storedRuns, transpose } from "./row-order.js";
import type { ReadInto, StoredMatrix, Stretch } from "./stored-matrix.js";

export type { ReadInto, StoredMatrix, Stretch } from "./stored-matrix.js";

/** Values that are NaN or infinite, of a matrix that begins there. */
export interface NotFinite {
  file: string;
  offsetBytes: number;
  values: number;
}

interface Chunk {
  bytes: Uint8Array;
  rows: number;
  dtype: DType;
}

/** One read at a time stays below this, so that memory does not grow with the model. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Of a matrix stored by columns this much is gathered in one pass over the whole of it. */
const GATHERED_BYTES = 16 * 1024 * 1024;

/** Streams may run side by side; each has its own buffers while it lasts. */
export class RowSource {
  readonly #read: ReadInto;
  #notFinite: NotFinite[] = [];
  /** Chunks are read into the same few buffers again and again: fresh ones would outrun the collector. */
  readonly #buffers: Uint8Array[] = [];
  #decoder: Kernel | undefined;
  constructor(read: ReadInto) {
    this.#read = read;
  }

  /**
   * Rows in chunks, the next one being read while this one is used. Codes come decoded: the number format of what is
   * read is `dtype`, not the matrix's. What is not finite comes as nought.
   * @throws AssayError FORMAT for codes that cannot be
   */
  async *chunks(part: Stretch, rowsMax = chunkRows(part.matrix)): AsyncGenerator<Chunk> {
    const { matrix } = part;
    const dtype = isDecoded(matrix) ? "F32" : matrix.dtype;
    const size = rowBytes(dtype, matrix.columns);
    const reads = gather(part.runs, rowsMax);
    const room = Math.min(rowsMax, rowCount(part.runs)) * size;
    const buffers = [this.#buffer(room), this.#buffer(room)] as const;
    const fetch = async (index: number) => {
      const rows = rowCount(reads[index]!);
      const bytes = buffers[index % 2 === 0 ? 0 : 1].subarray(0, rows * size);
      if (isDecoded(matrix)) await this.#decoded(matrix, reads[index]!, bytes);
      else await this.#gather(matrix, reads[index]!, bytes);
      this.#mend(matrix, dtype, bytes);
      return { bytes, rows, dtype };
    };
    let ahead = reads.length > 0 ? fetch(0) : undefined;
    try {
      for (let i = 0; ahead; i++) {
        const chunk = await ahead;
        ahead = i + 1 < reads.length ? fetch(i + 1) : undefined;
        yield chunk;
      }
    } finally {
      // Should the caller stop early: the read ahead still owns its buffer, and its failure is nobody's any more.
      await ahead?.catch(() => undefined);
      this.#buffers.push(...buffers);
    }
  }

  #gather(matrix: StoredMatrix, runs: readonly Run[], bytes: Uint8Array): Promise<void> {
    if (matrix.order?.kind === "columns") return this.#gatherColumns(matrix, runs, bytes);
    return this.#gatherRows(matrix, storedRuns(runs, matrix.order), bytes);
  }

  /** Rows as f32: codes decoded, a product added. */
  async #decoded(matrix: StoredMatrix, runs: readonly Run[], bytes: Uint8Array): Promise<void> {
    const out = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const rows = wholeRows(matrix, runs);
    if (isGathered(matrix.coding)) await gatherCoded(this.#read, matrix, rows, out);
    else {
      const stored = this.#buffer(rowBytes(matrix.dtype, matrix.columns) * rows.length);
      try {
        const codes = stored.subarray(0, rowBytes(matrix.dtype, matrix.columns) * rows.length);
        await this.#gather(matrix, runs, codes);
        if (matrix.coding) await decodeScaled(this.#read, matrix, rows, codes, out);
        else out.set(this.#kernel.decode(matrix.dtype, codes));
      } finally {
        this.#buffers.push(stored);
      }
    }
    if (matrix.added) await addProduct((m, r) => this.#values(m, r), matrix.added, rows, matrix.columns, out);
  }

  /** Rows of a small matrix, whole. */
  async #values(matrix: StoredMatrix, runs: readonly Run[]): Promise<Float32Array> {
    const out = new Float32Array(rowCount(runs) * matrix.columns);
    let at = 0;
    for await (const { bytes, dtype } of this.chunks({ matrix, runs })) {
      const values = this.#kernel.decode(dtype, bytes);
      out.set(values, at);
      at += values.length;
    }
    return out;
  }

  /** What was not finite since the last call; a value that was read twice is there twice. */
  takeNotFinite(): NotFinite[] {
    const taken = this.#notFinite;
    this.#notFinite = [];
    return taken;
  }

  /** In place; of quantised blocks the whole block. */
  #mend({ file, offsetBytes }: StoredMatrix, dtype: DType, bytes: Uint8Array): void {
    const found = this.#kernel.countNonFinite(dtype, bytes);
    if (found === 0) return;
    this.#notFinite.push({ file, offsetBytes, values: found * FORMATS[dtype].values });
    const { sizeBytes } = FORMATS[dtype];
    const open: [number, number][] = [[0, bytes.length / sizeBytes]];
    for (let range = open.pop(); range; range = open.pop()) {
      const [low, high] = range;
      if (this.#kernel.countNonFinite(dtype, bytes.subarray(low * sizeBytes, high * sizeBytes)) === 0) continue;
      const middle = (low + high) >> 1;
      if (high - low === 1) bytes.fill(0, low * sizeBytes, high * sizeBytes);
      else open.push([low, middle], [middle, high]);
    }
  }

  /** Made when it is first needed: most streams pass bytes on as they are. */
  get #kernel(): Kernel {
    this.#decoder ??= new Kernel();
    return this.#decoder;
  }

  async #gatherRows(matrix: StoredMatrix, runs: readonly Run[], bytes: Uint8Array): Promise<void> {
    const size = rowBytes(matrix.dtype, matrix.columns);
    let at = 0;
    const filled = runs.map((run) => {
      const into = bytes.subarray(at, at + run.count * size);
      at += into.length;
      return this.#read(matrix.file, matrix.offsetBytes + run.start * size, into);
    });
    await Promise.all(filled);
  }

  /** Rows of a matrix whose file holds it column by column: one pass over the file, the wanted values picked out. */
  async #gatherColumns(matrix: StoredMatrix, runs: readonly Run[], bytes: Uint8Array): Promise<void> {
    assert(matrix.order?.kind === "columns", "compute.gatherColumns: expected a matrix stored by columns");
    const { stride, step = 1 } = matrix.order;
    const width = rowBytes(matrix.dtype, 1);
    const most = Math.max(1, Math.floor(CHUNK_BYTES / (stride * width)));
    const buffer = this.#buffer(most * stride * width);
    try {
      for (let first = 0; first < matrix.columns; first += most) {
        const count = Math.min(most, matrix.columns - first);
        // Behind the last wanted value the file may end.
        const stored = buffer.subarray(0, ((count - 1) * stride + (matrix.rows - 1) * step + 1) * width);
        await this.#read(matrix.file, matrix.offsetBytes + first * stride * width, stored);
        transpose({ stored, stride, step, first, count }, runs, matrix.columns, width, bytes);
      }
    } finally {
      this.#buffers.push(buffer);
    }
  }

  #buffer(bytes: number): Uint8Array {
    const held = this.#buffers.findIndex((b) => b.length >= bytes);
    return held >= 0 ? this.#buffers.splice(held, 1)[0]! : new Uint8Array(Math.max(bytes, CHUNK_BYTES));
  }
}

/** Rows of one chunk. */
export function chunkRows(m: StoredMatrix): number {
  const most = isPassedWhole(m) ? GATHERED_BYTES : CHUNK_BYTES;
  if (isDecoded(m)) return Math.max(1, Math.floor(most / (4 * m.columns)));
  // Narrow formats count as two bytes a value: decoded they take four.
  return Math.max(1, Math.floor(most / Math.max(rowBytes(m.dtype, m.columns), 2 * m.columns)));
}

/** Whether some rows take a pass over all of the matrix: then as many as possible are taken at once. */
export function isPassedWhole(m: StoredMatrix): boolean {
  return m.order?.kind === "columns" || isGathered(m.coding);
}

/** Whether values are computed here rather than passed on as stored. */
function isDecoded(m: StoredMatrix): boolean {
  return m.coding !== undefined || m.added !== undefined;
}

/** Numbers of rows in the whole tensor that the matrix is a view of. */
function wholeRows(m: StoredMatrix, runs: readonly Run[]): number[] {
  const [first, step] = [m.firstRow ?? 0, m.order?.kind === "columns" ? (m.order.step ?? 1) : 1];
  return storedRuns(runs, m.order).flatMap(({ start, count }) =>
    Array.from({ length: count }, (_, i) => first + (start + i) * step),
  );
}

/** Runs cut and gathered so that each list holds at most rowsMax rows. */
function gather(runs: readonly Run[], rowsMax: number): Run[][] {
  const out: Run[][] = [];
  let current: Run[] = [];
  let room = rowsMax;
  for (const run of runs) {
    let { start, count } = run;
    while (count > 0) {
      const take = Math.min(count, room);
      current.push({ start, count: take });
      start += take;
      count -= take;
      room -= take;
      if (room === 0) {
        out.push(current);
        current = [];
        room = rowsMax;
      }
    }
  }
  if (current.length > 0) out.push(current);
  return out;
}

/** Rows of all runs together. */
export function rowCount(runs: readonly Run[]): number {
  return runs.reduce((n, run) => n + run.count, 0);
}
