/** Tensors as headers describe them, before anything is known of what they mean. */
import type { Coding } from "../kernels/coding.js";
import type { Addition } from "../kernels/stored-matrix.js";

/** A tensor as a header describes it; `dtype` may be one that is not read. */
interface StoredTensor {
  name: string;
  dtype: string;
  /** Slowest dimension first. */
  shape: readonly number[];
  elements: number;
  offsetBytes: number;
  /** A matrix whose columns lie one behind the other. Absent: its rows do. */
  byColumns?: true;
  /** Its values, where the file holds them in another form than plain bytes; few. */
  listed?: readonly number[];
}

/** One file's tensors; `file` is the key under which its bytes are read. */
export interface FileTensors {
  file: string;
  tensors: readonly StoredTensor[];
}

/** Shape and dtype are those of the values: codes of 4 bits are U4 whatever they are packed in. */
export type Entry = StoredTensor & { file: string; coding?: Coding; added?: Addition };
