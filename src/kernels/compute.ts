/**
 * Heavy arithmetic as jobs that can be carried to another thread: sketches of stored matrices, mutual nearest
 * neighbours (matching.ts), aligned comparison. A job names a file by an opaque key; whoever runs it knows how to read it.
 * Results do not depend on who runs a job or how many run at once.
 */
import { AssayError, assert } from "../base/error.js";
import { prng, signs } from "../base/prng.js";
import type { DType } from "./dtypes.js";
import { type ComparisonSums, Kernel, type Matrix } from "./kernel.js";
import { type Matching, type MatchRule, matchUnits } from "./matching.js";
import { allProducts, columnMoments, type ProductsJob } from "./moments.js";
import { type ProjectJob, packedDirections, projectRows } from "./projection.js";
import { Arena } from "./rotation/arena.js";
import { type EigenJob, eigenvectors } from "./rotation/eigen.js";
import { findRotation, type RotationFound, type RotationJob } from "./rotation/job.js";
import { type PartnersJob, partners } from "./rotation/partners.js";
import { heldRuns } from "./row-order.js";
import {
  chunkRows,
  isPassedWhole,
  type NotFinite,
  type ReadInto,
  RowSource,
  rowCount,
  type StoredMatrix,
  type Stretch,
} from "./row-source.js";

/** Sketch one vector a unit. The parts are centred and normalised apart, then laid side by side. */
export interface SketchJob {
  /** "rows": unit = row, features = columns. "columns": unit = column, features = the listed rows in their order. */
  unit: "rows" | "columns";
  /** One matrix a part; the rows listed in each are the same units (or, for columns, the same features). */
  parts: readonly Stretch[];
  /** Width of each part's sketch, a multiple of 4. */
  width: number;
  /** Units are centred within each of `groups` equal stretches. */
  groups: number;
  /** For units that are rows: the columns that are the features, in this order. Left out: all, as they lie. */
  features?: Uint32Array | undefined;
  /** For units that are rows: what each feature is multiplied by before it is folded. Rows then keep their own mean. */
  weights?: Float32Array;
  seed: string;
  /** Number of the first part, where parts are folded apart; each number has signs of its own. */
  firstPart?: number;
  /** False: units are brought to length one and left there, so that each depends on its own row alone. */
  centred?: boolean;
}

export interface MatchJob extends MatchRule {
  a: Matrix;
  bs: readonly Matrix[];
}

/** Sketch both sides, match them, keep nothing: what is too large to hold for many layers at once. */
export interface PairJob extends MatchRule {
  a: SketchJob;
  b: SketchJob;
}

export interface CompareJob {
  a: Stretch;
  b: Stretch;
}

export interface Compute {
  sketch(job: SketchJob): Promise<Matrix>;
  match(job: MatchJob): Promise<Matching[]>;
  pair(job: PairJob): Promise<Matching>;
  compare(job: CompareJob): Promise<ComparisonSums>;
  /** All values, row-major. The caller answers for the size. */
  load(matrix: StoredMatrix): Promise<Float32Array>;
  /** The values of the listed rows, row-major, in the order of the runs. The caller answers for the size. */
  rows(stretch: Stretch): Promise<Float32Array>;
  /** Eigenvectors of symmetric matrices, one row-major matrix of rows each. */
  eigen(job: EigenJob): Promise<Float64Array[]>;
  rotate(job: RotationJob): Promise<RotationFound>;
  partners(job: PartnersJob): Promise<Int32Array[]>;
  /** Inner products of the listed rows with each direction: a row a row, in memory that threads share. */
  project(job: ProjectJob): Promise<Matrix>;
  /** Inner products of columns over all rows, as a matrix of one row. */
  moments(rows: Matrix): Promise<Matrix>;
  /** Inner products of each matrix of one side with each of the other, row-major. */
  products(job: ProductsJob): Promise<Float64Array>;
}

/** Runs jobs on the calling thread. */
export class LocalCompute implements Compute {
  readonly #kernel = new Kernel();
  readonly #source: RowSource;
  readonly #scratches = new Map<string, Float32Array>();
  #arena: Arena | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  constructor(read: ReadInto) {
    this.#source = new RowSource(read);
  }

  sketch(job: SketchJob): Promise<Matrix> {
    return this.#alone(() => this.#sketch(job, sharedMatrix));
  }

  pair({ a, b, ...rule }: PairJob): Promise<Matching> {
    assert(a.groups === rule.groups && b.groups === rule.groups, "compute.pair: expected equal groups");
    return this.#alone(async () => {
      const left = await this.#sketch(a, (n, k) => this.#scratch("a", n, k));
      const right = await this.#sketch(b, (n, k) => this.#scratch("b", n, k));
      return matchUnits(this.#kernel, left, right, rule);
    });
  }

  match({ a, bs, ...rule }: MatchJob): Promise<Matching[]> {
    return this.#alone(async () => bs.map((b) => matchUnits(this.#kernel, a, b, rule)));
  }

  compare(job: CompareJob): Promise<ComparisonSums> {
    return this.#alone(() => this.#compare(job));
  }

  load(matrix: StoredMatrix): Promise<Float32Array> {
    return this.rows({ matrix, runs: [{ start: 0, count: matrix.rows }] });
  }

  rows(stretch: Stretch): Promise<Float32Array> {
    assert(!stretch.matrix.folded, "compute.rows: expected values, not folds of them");
    return this.#alone(async () => {
      const { columns } = stretch.matrix;
      const out = new Float32Array(rowCount(stretch.runs) * columns);
      let at = 0;
      for await (const { bytes, dtype } of this.#source.chunks(stretch)) {
        const values = this.#kernel.decode(dtype, bytes);
        out.set(values, at);
        at += values.length;
      }
      return out;
    });
  }

  eigen(job: EigenJob): Promise<Float64Array[]> {
    return this.#alone(async () => eigenvectors(job));
  }

  rotate(job: RotationJob): Promise<RotationFound> {
    return this.#alone(async () => findRotation(job));
  }

  /** Of everything read since the last call. */
  takeNotFinite(): NotFinite[] {
    return this.#source.takeNotFinite();
  }

  partners(job: PartnersJob): Promise<Int32Array[]> {
    return this.#alone(async () => partners(this.#kernel, job));
  }

  project({ part, directions }: ProjectJob): Promise<Matrix> {
    assert(
      !part.matrix.folded && directions.k === part.matrix.columns,
      "compute.project: expected directions of the rows' own width",
    );
    return this.#alone(async () => {
      this.#arena ??= new Arena();
      const arena = this.#arena;
      const mark = arena.mark();
      try {
        const packed = packedDirections(arena, directions);
        const out = sharedMatrix(rowCount(part.runs), directions.n);
        let at = 0;
        for await (const chunk of this.#source.chunks(part)) {
          projectRows(arena, chunk, packed, out, at);
          at += chunk.rows;
        }
        return out;
      } finally {
        arena.release(mark);
      }
    });
  }

  moments(rows: Matrix): Promise<Matrix> {
    return this.#alone(async () => columnMoments(new Arena(), rows));
  }

  products(job: ProductsJob): Promise<Float64Array> {
    return this.#alone(async () => allProducts(new Arena(), job));
  }

  /**
   * One job at a time: jobs wait for reads in between, and share scratch memory. Two sketches running into one another
   * would come out alike, which is the one mistake this software must not make.
   */
  #alone<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(job);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #sketch(job: SketchJob, allocate: (n: number, k: number) => Matrix): Promise<Matrix> {
    const parts: Matrix[] = [];
    for (const [at, part] of job.parts.entries()) {
      const index = at + (job.firstPart ?? 0);
      const folded =
        job.unit === "rows" ? await this.#foldRows(part, job, index) : await this.#foldColumns(part, job, index);
      // Length first: one outsized unit must not be everybody's mean.
      const empty = normalise(folded);
      if (job.centred !== false) centre(folded, job.groups, empty);
      parts.push(folded);
    }
    return beside(parts, allocate);
  }

  /** Memory that one job uses and the next may use again; contents are whatever was left there. */
  #scratch(name: string, n: number, k: number): Matrix {
    const held = this.#scratches.get(name);
    const data = held && held.length >= n * k ? held : new Float32Array(n * k);
    this.#scratches.set(name, data);
    return { n, k, data: data.subarray(0, n * k) };
  }

  async #compare(job: CompareJob): Promise<ComparisonSums> {
    assert(!job.a.matrix.folded && !job.b.matrix.folded, "compute.compare: expected values, not folds of them");
    const sums: ComparisonSums = { n: 0, a: 0, b: 0, aa: 0, bb: 0, ab: 0, equal: 0 };
    const rows = chunkRows((isPassedWhole(job.b.matrix) ? job.b : job.a).matrix);
    const as = this.#source.chunks(job.a, rows);
    const bs = this.#source.chunks(job.b, rows);
    for await (const a of as) {
      const b = await bs.next();
      assert(!b.done && b.value.rows === a.rows, "compute.compare: expected stretches of equal shape");
      this.#kernel.compare({ dtype: a.dtype, bytes: a.bytes }, { dtype: b.value.dtype, bytes: b.value.bytes }, sums);
    }
    await bs.return(undefined);
    return sums;
  }

  async #foldRows(part: Stretch, job: SketchJob, index: number): Promise<Matrix> {
    if (part.matrix.folded) return this.#heldFolds(part, job, index);
    const { columns: stored } = part.matrix;
    const { features, weights } = job;
    const columns = features?.length ?? stored;
    const n = rowCount(part.runs);
    const folded = this.#scratch(`part ${index}`, n, job.width);
    const sums = new Float32Array(n);
    const sign = foldSigns(columns, job.width, job.seed, index);
    if (weights) for (let c = 0; c < columns; c++) sign[c]! *= weights[c]!;
    let at = 0;
    for await (const { bytes, rows, dtype } of this.#source.chunks(part)) {
      const source = features ? this.#gather(dtype, bytes, rows, stored, features) : { dtype, bytes, rows, columns };
      this.#kernel.foldRows(source, sign, folded, sums, at);
      at += rows;
    }
    if (weights) return folded;
    // Row-centring, by linearity: the sketch of a constant row of ones is the fold of the signs.
    const ones = new Float32Array(job.width);
    for (let i = 0; i < columns; i++) ones[i % job.width]! += sign[i]!;
    for (let r = 0; r < n; r++) {
      const mean = sums[r]! / columns;
      for (let j = 0; j < job.width; j++) folded.data[r * job.width + j]! -= mean * ones[j]!;
    }
    return folded;
  }

  /**
   * Folds that were taken before, by whoever holds the rows. A fold of width 2k is a fold of width k once its halves
   * are added, since column i falls into bucket i mod width with the same sign.
   */
  async #heldFolds({ matrix, runs }: Stretch, job: SketchJob, index: number): Promise<Matrix> {
    const { width, seed, part, runs: held } = matrix.folded!;
    if (seed !== job.seed || part !== index || width % job.width !== 0)
      throw new AssayError(
        "UNSUPPORTED",
        `sketch: expected rows folded by the same seed as part ${index} to a multiple of ${job.width}, got part ${part}, ${width}`,
      );
    const stored = heldRuns(runs, held);
    if (!stored) throw new AssayError("UNSUPPORTED", "sketch: expected only rows that the sketch holds");
    const out = this.#scratch(`part ${index}`, rowCount(runs), job.width);
    out.data.fill(0);
    const { file, offsetBytes, dtype } = matrix;
    const source: StoredMatrix = { file, offsetBytes, dtype, rows: rowCount(held), columns: width };
    let at = 0;
    for await (const { bytes, rows } of this.#source.chunks({ matrix: source, runs: stored })) {
      const values = this.#kernel.decode(dtype, bytes);
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < width; j++) out.data[(at + r) * job.width + (j % job.width)]! += values[r * width + j]!;
      at += rows;
    }
    return out;
  }

  /** Some columns of stored rows, as f32. */
  #gather(dtype: DType, bytes: Uint8Array, rows: number, stored: number, features: Uint32Array) {
    const values = this.#kernel.decode(dtype, bytes);
    const columns = features.length;
    const out = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) out[r * columns + c] = values[r * stored + features[c]!]!;
    return { dtype: "F32" as const, bytes: new Uint8Array(out.buffer), rows, columns };
  }

  async #foldColumns(part: Stretch, job: SketchJob, index: number): Promise<Matrix> {
    const { columns } = part.matrix;
    const accumulators = this.#scratch("columns", job.width, columns);
    accumulators.data.fill(0);
    const sign = foldSigns(rowCount(part.runs), job.width, job.seed, index);
    let at = 0;
    for await (const { bytes, rows, dtype } of this.#source.chunks(part)) {
      const buckets = Uint32Array.from({ length: rows }, (_, r) => (at + r) % job.width);
      this.#kernel.foldColumns({ dtype, bytes, rows, columns }, buckets, sign.subarray(at, at + rows), accumulators);
      at += rows;
    }
    const out = this.#scratch(`part ${index}`, columns, job.width);
    for (let j = 0; j < job.width; j++)
      for (let c = 0; c < columns; c++) out.data[c * job.width + j] = accumulators.data[j * columns + c]!;
    return out;
  }
}

/** Signs of one part's fold, padded to a multiple of the width. */
export function foldSigns(features: number, width: number, seed: string, part: number): Float32Array {
  return signs(Math.ceil(features / width) * width, prng(`assay/weights/fold/${part}`, seed));
}

/** Shared memory, so that a sketch can be matched on another thread without being copied. */
function sharedMatrix(n: number, k: number): Matrix {
  return { n, k, data: new Float32Array(new SharedArrayBuffer(Math.max(4, n * k * 4))) };
}

/**
 * Subtracts from each unit the mean unit of its group: a direction common to all units says nothing about labels.
 * The mean is summed in f64 and rounded to f32, so that the order of the units reaches it only when a sum falls within
 * 10⁻⁹ of a rounding boundary. A unit of nothing is no part of the mean and stays nothing: it answers to no other.
 */
function centre(m: Matrix, groups: number, empty: ReadonlySet<number>): void {
  const size = m.n / groups;
  const mean = new Float64Array(m.k);
  for (let g = 0; g < groups; g++) {
    mean.fill(0);
    let counted = 0;
    for (let r = g * size; r < (g + 1) * size; r++) {
      if (empty.has(r)) continue;
      counted++;
      for (let j = 0; j < m.k; j++) mean[j]! += m.data[r * m.k + j]!;
    }
    for (let j = 0; j < m.k; j++) mean[j] = Math.fround(mean[j]! / counted);
    for (let r = g * size; r < (g + 1) * size; r++)
      if (!empty.has(r)) for (let j = 0; j < m.k; j++) m.data[r * m.k + j]! -= mean[j]!;
  }
}

/** Each unit to length one. A unit of nothing, or of values so large that their sums leave f32, is nothing after. */
function normalise(m: Matrix): Set<number> {
  const empty = new Set<number>();
  for (let r = 0; r < m.n; r++) {
    const row = m.data.subarray(r * m.k, (r + 1) * m.k);
    let square = 0;
    for (let j = 0; j < row.length; j++) square += row[j]! * row[j]!;
    if (!(square > 0 && square < Number.POSITIVE_INFINITY)) {
      row.fill(0);
      empty.add(r);
      continue;
    }
    const scale = 1 / Math.sqrt(square);
    for (let j = 0; j < row.length; j++) row[j]! *= scale;
  }
  return empty;
}

/** Units side by side, each part scaled to length 1/√parts, so that an inner product is a mean of cosines. */
function beside(parts: readonly Matrix[], allocate: (n: number, k: number) => Matrix): Matrix {
  const n = parts[0]!.n;
  const k = parts.reduce((sum, p) => sum + p.k, 0);
  const out = allocate(n, k);
  let column = 0;
  for (const part of parts) {
    assert(part.n === n, "compute.beside: expected parts with the same units");
    for (let r = 0; r < n; r++) {
      let square = 0;
      for (let j = 0; j < part.k; j++) square += part.data[r * part.k + j]! ** 2;
      const scale = square > 0 ? 1 / Math.sqrt(square * parts.length) : 0;
      for (let j = 0; j < part.k; j++) out.data[r * k + column + j] = part.data[r * part.k + j]! * scale;
    }
    column += part.k;
  }
  return out;
}
