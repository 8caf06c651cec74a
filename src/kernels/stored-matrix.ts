/** Where the rows of a matrix lie and how they become values: what a job names, and what row-source.ts reads. */
import type { Coding } from "./coding.js";
import type { DType } from "./dtypes.js";
import type { RowOrder, Run } from "./row-order.js";

/** A product of two thin matrices that belongs to the values: a LoRA adapter (low-rank.ts). */
export interface Addition {
  /** rank × columns of the whole. */
  a: StoredMatrix;
  /** Rows of the whole × rank. */
  b: StoredMatrix;
  factor: number;
}

/** A matrix as it lies in a file. A vector is one row. */
export interface StoredMatrix {
  file: string;
  /** Of the first value of row 0. */
  offsetBytes: number;
  dtype: DType;
  rows: number;
  columns: number;
  /** Where the rows lie; absent: one behind the other. */
  order?: RowOrder;
  /** How codes become values; absent: they stand for themselves. `dtype` is then that of the codes. */
  coding?: Coding;
  /** A product added to the values: a LoRA adapter. */
  added?: Addition;
  /** The matrix is a view that begins at this row of a whole, with which scales and additions go. Absent: 0. */
  firstRow?: number;
  /** Present where the file holds folds of the rows in place of the rows; dtype and offset are then those of the folds. */
  folded?: FoldedRows;
}

/** Rows of a matrix of which only their signed folds are at hand (compute.ts): each of length one, unit = row. */
interface FoldedRows {
  /** Numbers a row; a job may ask for any width that divides it. */
  width: number;
  /** What the fold's signs were drawn from; a job with another seed or part cannot use these rows. */
  seed: string;
  part: number;
  /** Which rows of the matrix are there, in stored order. */
  runs: readonly Run[];
}

export interface Stretch {
  matrix: StoredMatrix;
  runs: readonly Run[];
}

/** Fills `into` from a file named by its key; a file that ends early is an error. */
export type ReadInto = (file: string, offsetBytes: number, into: Uint8Array) => Promise<void>;
