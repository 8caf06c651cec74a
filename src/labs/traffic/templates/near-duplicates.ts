/**
 * Groups of nearly equal sets by locality-sensitive hashing (Indyk and Motwani 1998; bands as in Leskovec, Rajaraman and
 * Ullman, ch. 3): sets that share a band are candidates, candidates whose signatures agree are joined. Inside a bucket
 * each set is compared with the bucket's first members only, so that a bucket of n costs n comparisons, not n².
 */
import { agreement, SIGNATURE, signatures } from "./minhash.js";
import type { Sets } from "./sets.js";
import { UnionFind } from "./union-find.js";

interface Banding {
  /** Numbers of a signature in a band; SIGNATURE / rows bands. */
  rows: number;
  /** Least estimated similarity of two sets that are joined. */
  similarityMin: number;
}

/** Members of a bucket that a newcomer is compared with. */
const LEADERS_MAX = 4;

/** @returns for each set the smallest index in its group */
export function nearDuplicates(
  sets: Sets,
  { rows, similarityMin }: Banding,
  signature = signatures(sets),
): Uint32Array {
  const n = sets.starts.length - 1;
  const groups = new UnionFind(n);
  // Sorted as one number, bucket in front and index behind: 53 bits hold both.
  const indexBits = Math.max(21, Math.ceil(Math.log2(n + 1)));
  const scale = 2 ** indexBits;
  const packed = new Float64Array(n);
  const order = new Uint32Array(n);
  const keys = new Uint32Array(n);
  for (let band = 0; band < SIGNATURE / rows; band++) {
    for (let i = 0; i < n; i++) {
      let h = 0x811c9dc5;
      for (let r = 0; r < rows; r++) h = Math.imul(h ^ signature[i * SIGNATURE + band * rows + r]!, 0x01000193);
      packed[i] = ((h ^ (h >>> 15)) >>> (indexBits - 21)) * scale + i;
    }
    packed.sort();
    for (let i = 0; i < n; i++) {
      keys[i] = Math.floor(packed[i]! / scale);
      order[i] = packed[i]! % scale;
    }
    joinBuckets(sets, order, keys, groups, signature, similarityMin);
  }
  return Uint32Array.from({ length: n }, (_, i) => groups.find(i));
}

function joinBuckets(
  { starts }: Sets,
  order: Uint32Array,
  keys: Uint32Array,
  groups: UnionFind,
  signature: Uint32Array,
  similarityMin: number,
): void {
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && keys[to] === keys[from]) to++;
    const leaders: number[] = [];
    for (let i = from; i < to; i++) {
      const item = order[i]!;
      if (starts[item] === starts[item + 1]) continue; // empty sets are like nothing
      const leader = leaders.find(
        (l) => groups.find(l) === groups.find(item) || agreement(signature, SIGNATURE, l, item) >= similarityMin,
      );
      if (leader !== undefined) groups.union(leader, item);
      else if (leaders.length < LEADERS_MAX) leaders.push(item);
    }
    from = to;
  }
}
