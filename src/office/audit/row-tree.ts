/**
 * The RFC 6962 tree over the leaves of one class of rows, as it grows. Leaves and the nodes over 256 and 65,536 of them are
 * kept in three arrays, wherever the caller keeps arrays; a proof reads one run of 256 at each level. The root follows
 * from complete subtrees alone, so memory does not grow with the rows.
 */
import { HASH_BYTES, nodeHash } from "../../tlog/merkle-hash.js";
import {
  consistencyRanges,
  foldNodes,
  inclusionRanges,
  nodesOf,
  type Range,
  type TreeNode,
} from "../../tlog/merkle-ranges.js";

/** Hashes [from, from + count) over 2^(8 · level) leaves each. */
export type ReadHashes = (level: number, from: number, count: number) => Promise<Uint8Array>;

const HEIGHT = 8;
const LEVELS = 3;

/** What appending leaves adds to each of the three arrays. */
export class TreeBuilder {
  size: number;
  readonly #open: Uint8Array[][];

  /** @param open the hashes of each level that do not fill a run of 256 yet, as `openHashes` reads them */
  constructor(size: number, open: Uint8Array[][]) {
    this.size = size;
    this.#open = open.map((level) => [...level]);
  }

  /** @returns for each level, the hashes to append to its array */
  append(leaves: readonly Uint8Array[]): Uint8Array[][] {
    const added: Uint8Array[][] = Array.from({ length: LEVELS }, () => []);
    for (const leaf of leaves) {
      this.size++;
      let hash = leaf;
      for (let level = 0; level < LEVELS; level++) {
        added[level]!.push(hash);
        const row = this.#open[level]!;
        row.push(hash);
        // The top array is never closed: of 2⁵³ leaves it would hold 2³⁷ hashes, of 10 million 152.
        if (level === LEVELS - 1 || row.length < 1 << HEIGHT) break;
        hash = fold(row);
        row.length = 0;
      }
    }
    return added;
  }
}

/** Of each level the hashes that no complete run of 256 covers yet: what a growing tree needs in memory. */
export async function openHashes(read: ReadHashes, size: number): Promise<Uint8Array[][]> {
  const levels: Uint8Array[][] = [];
  for (let level = 0, count = size; level < LEVELS; level++, count = Math.floor(count / 256)) {
    const open = level === LEVELS - 1 ? 0 : count % 256;
    levels.push(open === 0 ? [] : cut(await read(level, count - open, open)));
  }
  return levels;
}

/** RFC 9162 root over the first `size` leaves; of none, the hash of nothing. */
export async function treeRoot(read: ReadHashes, size: number): Promise<Uint8Array> {
  return rangeHash(read, { start: 0, end: size });
}

/** Inclusion proof of one row, from the leaf up. */
export async function rowProof(read: ReadHashes, index: number, size: number): Promise<Uint8Array[]> {
  return hashesOf(read, inclusionRanges(index, size));
}

/** Consistency proof: rows committed before are a beginning of these. */
export async function growthProof(read: ReadHashes, oldSize: number, size: number): Promise<Uint8Array[]> {
  return hashesOf(read, consistencyRanges(oldSize, size));
}

async function hashesOf(read: ReadHashes, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  for (const range of ranges) hashes.push(await rangeHash(read, range));
  return hashes;
}

async function rangeHash(read: ReadHashes, range: Range): Promise<Uint8Array> {
  const hashes: Uint8Array[] = [];
  for (const node of nodesOf(range)) hashes.push(await nodeOf(read, node));
  return foldNodes(hashes);
}

async function nodeOf(read: ReadHashes, { level, index }: TreeNode): Promise<Uint8Array> {
  const stored = Math.min(LEVELS - 1, Math.floor(level / HEIGHT));
  const count = 2 ** (level - stored * HEIGHT);
  return fold(cut(await read(stored, index * count, count)));
}

function fold(hashes: readonly Uint8Array[]): Uint8Array {
  let row = [...hashes];
  while (row.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(nodeHash(row[i]!, row[i + 1]!));
    row = next;
  }
  return row[0]!;
}

function cut(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}
