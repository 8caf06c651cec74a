/**
 * A hash tree over the chunks of a file, so that some chunks can be shown without the rest: RFC 6962 (section 2.1)
 * with SHA-256, leaf = SHA-256(0x00 ‖ chunk), node = SHA-256(0x01 ‖ left ‖ right). It proves that a chunk lies at its
 * place in the file the root was taken from; that this file is the one behind a whole-file digest only whoever hashes
 * the whole file can see.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes } from "../base/bytes.js";
import { assert } from "../base/error.js";

/** One row of 8,192 BF16 values; a smaller chunk shows less around a row and makes a larger tree. */
export const CHUNK_BYTES = 16 * 1024;
/** Deepest path: 2^48 chunks are more than any file system holds (CWE-400). */
export const PATH_MAX = 48;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** An empty file is one empty chunk. */
export function chunkCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / CHUNK_BYTES));
}

/** SHA-256(0x00 ‖ chunk), 32 bytes. */
export function leafHash(chunk: Uint8Array): Uint8Array {
  return sha256(concatBytes([LEAF, chunk]));
}

/**
 * Root over leaf hashes in the order of the chunks, split at the largest power of two below their number; one leaf is
 * its own root.
 */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  assert(leaves.length > 0, "chunk-tree.root: expected leaves");
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return node(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

/** The hashes beside the way from a leaf to the root, lowest first. */
export function auditPath(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  assert(index >= 0 && index < leaves.length, "chunk-tree.path: expected a leaf");
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...auditPath(leaves.slice(0, k), index), treeRoot(leaves.slice(k))]
    : [...auditPath(leaves.slice(k), index - k), treeRoot(leaves.slice(0, k))];
}

/** Whether the chunk is number `index` of `count` chunks under this root. */
export function holdsChunk(
  root: Uint8Array,
  at: { index: number; count: number },
  chunk: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  const { index, count } = at;
  if (!(Number.isSafeInteger(index) && index >= 0 && index < count)) return false;
  const used = { hashes: 0 };
  const climbed = climb(leafHash(chunk), index, count, path, used);
  return climbed !== null && used.hashes === path.length && equalBytes(climbed, root);
}

function climb(
  leaf: Uint8Array,
  index: number,
  count: number,
  path: readonly Uint8Array[],
  used: { hashes: number },
): Uint8Array | null {
  if (count === 1) return leaf;
  const k = split(count);
  const left = index < k;
  const below = left ? climb(leaf, index, k, path, used) : climb(leaf, index - k, count - k, path, used);
  const beside = path[used.hashes++];
  if (below === null || beside?.length !== 32) return null;
  return left ? node(below, beside) : node(beside, below);
}

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes([NODE, left, right]));
}

/** The largest power of two below n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
