/**
 * A log as its reader sees it: roots, proofs and entries worked out of tiles that someone else stores. What comes out of
 * `inclusionProof` and `consistencyProof` leads to the given heads; `treeRoot` believes the tiles.
 */
import { equalBytes } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { decodeBundle, entriesPath } from "./entry-bundle.js";
import { leafHash } from "./merkle-hash.js";
import { verifyConsistency, verifyInclusion } from "./merkle-proof.js";
import { consistencyRanges, foldNodes, inclusionRanges, nodesOf, type Range, type TreeNode } from "./merkle-ranges.js";
import { nodeInTile, TILE_WIDTH, tileOf, tilePath } from "./tile.js";

/** Bytes at a path below the log's prefix; null when there is nothing. */
export type ReadTile = (path: string) => Promise<Uint8Array | null>;

/** A tree of `size` entries with the root that somebody vouches for. */
export interface TreeHead {
  size: number;
  root: Uint8Array;
}

/** Worked out of tiles, which are believed: hold it against a signed head. */
export async function treeRoot(read: ReadTile, size: number): Promise<Uint8Array> {
  return hashOf(cached(read), size, { start: 0, end: size });
}

/** Siblings from the leaf to the root, shown to lead to the head's root. */
export async function inclusionProof(
  read: ReadTile,
  head: TreeHead,
  index: number,
): Promise<{ leaf: Uint8Array; proof: Uint8Array[] }> {
  const { size, root } = head;
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new AssayError("USAGE", `log: expected an index below ${size}, got ${index}`);
  const tiles = cached(read);
  const leaf = await node(tiles, size, { level: 0, index });
  const proof = await Promise.all(inclusionRanges(index, size).map((range) => hashOf(tiles, size, range)));
  if (!verifyInclusion({ index, size, leaf, root, proof }))
    throw new AssayError("DIGEST", `log: the tiles of entry ${index} do not lead to the root of the checkpoint`);
  return { leaf, proof };
}

/** That `old` is a beginning of `head`; throws DIGEST when the tiles show otherwise. Nothing is to be shown from size 0. */
export async function consistencyProof(read: ReadTile, old: TreeHead, head: TreeHead): Promise<Uint8Array[]> {
  const proof = await proofFrom(read, old.size, head.size);
  const claim = { oldSize: old.size, size: head.size, oldRoot: old.root, root: head.root, proof };
  if (old.size > 0 && !verifyConsistency(claim))
    throw new AssayError(
      "DIGEST",
      `log: the tree of ${old.size} entries is not a beginning of the tree of ${head.size}`,
    );
  return proof;
}

/** The hashes of a consistency proof as the tiles have them, for whoever checks it (a witness knows the old root). */
export async function proofFrom(read: ReadTile, oldSize: number, size: number): Promise<Uint8Array[]> {
  const tiles = cached(read);
  return Promise.all(consistencyRanges(oldSize, size).map((range) => hashOf(tiles, size, range)));
}

/** Entries of one bundle, each shown to hash to its leaf in the level-0 tile. */
export async function readBundle(read: ReadTile, size: number, bundle: number): Promise<Uint8Array[]> {
  const width = Math.min(TILE_WIDTH, size - bundle * TILE_WIDTH);
  const [bytes, tile] = await Promise.all([
    wide(read, (w) => entriesPath(bundle, w), width),
    wide(read, (w) => tilePath({ level: 0, index: bundle, width: w }), width),
  ]);
  const entries = decodeBundle(bytes.bytes, bytes.width).slice(0, width);
  for (const [i, entry] of entries.entries())
    if (!equalBytes(leafHash(entry), nodeInTile({ level: 0, index: i }, tile.bytes)))
      throw new AssayError("DIGEST", `log: entry ${bundle * TILE_WIDTH + i} does not hash to its leaf`);
  return entries;
}

async function hashOf(read: ReadTile, size: number, range: Range): Promise<Uint8Array> {
  return foldNodes(await Promise.all(nodesOf(range).map((at) => node(read, size, at))));
}

async function node(read: ReadTile, size: number, at: TreeNode): Promise<Uint8Array> {
  const tile = tileOf(at, size);
  const { bytes } = await wide(read, (width) => tilePath({ ...tile, width }), tile.width);
  return nodeInTile(at, bytes);
}

/** A partial resource may have been replaced by the full one (C2SP tlog-tiles, "Partial Tiles"). */
async function wide(read: ReadTile, path: (width: number) => string, width: number) {
  for (const tried of width === TILE_WIDTH ? [width] : [width, TILE_WIDTH]) {
    const bytes = await read(path(tried));
    if (bytes) return { bytes, width: tried };
  }
  throw new AssayError("NOT_FOUND", `log: expected ${path(width)}, found nothing`);
}

function cached(read: ReadTile): ReadTile {
  const held = new Map<string, Promise<Uint8Array | null>>();
  return (path) => {
    const known = held.get(path) ?? read(path);
    held.set(path, known);
    return known;
  };
}
