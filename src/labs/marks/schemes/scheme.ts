/**
 * One interface for every mark: which ids a position's score depends on, a name for that dependence (two positions of
 * one name are one draw, so they count once), and the score. Made from a mark file by make-scheme.ts.
 */
import type { Law } from "./law.js";
import type { KeyTail } from "./table-law.js";

export interface Scheme {
  law: Law;
  /** Ids before a position that its score reads. */
  contextWidth: number;
  /** Offsets of the context ids (all negative); they name the context. */
  contextOffsets: readonly number[];
  /** Whether the marking side saw the prompt's last ids as context. */
  readsPrompt: boolean;
  /** Whether contexts before the text's first ids are padded (with the id 2^32 − 1) and scored too. */
  padded?: boolean;
  /** Whether the marking side left a context's later occurrences in one text unmarked. */
  marksOnce: boolean;
  /** Where draws of different tuples hang together under a key: what bounds a sum beside the law. */
  keyTail?: KeyTail;
  /** Why no p can be stated for this mark though it can be drawn again; such a finding is uncalibrated. */
  outside?: string;
  /**
   * Given where two positions are one draw if and only if the token and so many ids before it are the same: which
   * positions count is then known without the key, and found once for all keys of a ring.
   */
  tupleBefore?: number;
  /** How many names there are at most, where that is few. */
  drawsMax?: number;
  /** Two words a position: what its score depends on. */
  names(ids: Uint32Array, positions: Int32Array): Uint32Array;
  /** @param names those of the positions */
  scores(ids: Uint32Array, positions: Int32Array, names: Uint32Array): Float64Array;
}
