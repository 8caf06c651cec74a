/**
 * Which hashes a proof needs, without reading any: a tree's ranges as complete subtrees, and the ranges of inclusion
 * and consistency proofs (RFC 9162 §2.1.3, §2.1.4). A log's tiles hold exactly the complete subtrees.
 * Sizes are safe integers: a log of 2⁵³ entries is out of reach.
 */
import { assert } from "../base/error.js";
import { EMPTY_ROOT, nodeHash } from "./merkle-hash.js";

/** Entries [start, end), as they stand together under one node of some tree. */
export interface Range {
  start: number;
  end: number;
}

/** The root of the 2^level entries from index · 2^level on. */
export interface TreeNode {
  level: number;
  index: number;
}

/** The largest power of two below n, for n > 1: where RFC 9162 cuts a tree of n entries. */
export function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** Complete subtrees that cover the range, left to right. The range must begin at a multiple of its size rounded up. */
export function nodesOf({ start, end }: Range): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    let size = 1;
    while (at % (size * 2) === 0 && at + size * 2 <= end) {
      size *= 2;
      level++;
    }
    nodes.push({ level, index: at / size });
    at += size;
  }
  return nodes;
}

/** The hash of a range from the hashes of its nodes, as nodesOf lists them. */
export function foldNodes(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return EMPTY_ROOT;
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), hashes.at(-1)!);
}

/** Siblings from the leaf to the root. */
export function inclusionRanges(index: number, size: number): Range[] {
  assert(Number.isSafeInteger(size) && index >= 0 && index < size, "inclusionRanges: expected 0 ≤ index < size");
  const siblings: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      siblings.push({ start: middle, end });
      end = middle;
    } else {
      siblings.push({ start, end: middle });
      start = middle;
    }
  }
  return siblings.reverse();
}

/** What shows that the tree of `oldSize` entries is a beginning of the tree of `size`. */
export function consistencyRanges(oldSize: number, size: number): Range[] {
  assert(Number.isSafeInteger(size) && oldSize >= 0 && oldSize <= size, "consistencyRanges: expected 0 ≤ old ≤ size");
  if (oldSize === 0 || oldSize === size) return [];
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (oldSize !== end) {
    const middle = start + split(end - start);
    if (oldSize <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // The old tree's own rightmost part, unless it is the whole old tree, whose root the verifier has.
  if (start !== 0) ranges.push({ start, end });
  return ranges.reverse();
}
