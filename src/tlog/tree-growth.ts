/**
 * What appending entries writes: new or wider tiles and bundles, and the new root, from the right edge of the old tree
 * alone. Pure: the store is read through an argument and the result is a list of files, so that a writer can make them
 * durable before it signs anything.
 */
import { concatBytes } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { decodeBundle, ENTRY_BYTES_MAX, encodeBundle, entriesPath } from "./entry-bundle.js";
import { HASH_BYTES, leafHash } from "./merkle-hash.js";
import { foldNodes, nodesOf } from "./merkle-ranges.js";
import { nodeInTile, TILE_HEIGHT, TILE_WIDTH, tilePath, tileRoot } from "./tile.js";
import type { ReadTile } from "./tree-reader.js";

/** The right edge: the hashes of the partial tile of each level, and the entries of the partial bundle. */
export interface Edge {
  size: number;
  /** hashes[L]: the (size / 256^L mod 256) hashes of level L's partial tile. */
  hashes: Uint8Array[][];
  entries: Uint8Array[];
}

interface Growth {
  edge: Edge;
  root: Uint8Array;
  /** Path → bytes, in the order to write. */
  files: Map<string, Uint8Array>;
}

export const EMPTY_EDGE: Edge = { size: 0, hashes: [[]], entries: [] };

/** The edge of a stored tree. */
export async function readEdge(read: ReadTile, size: number): Promise<Edge> {
  const hashes: Uint8Array[][] = [];
  for (let level = 0, count = size; level === 0 || count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    const path = tilePath({ level, index: Math.floor(count / TILE_WIDTH), width: width || TILE_WIDTH });
    hashes.push(width === 0 ? [] : cut(await expected(read, path), width, path));
  }
  const width = size % TILE_WIDTH;
  const bundle = entriesPath(Math.floor(size / TILE_WIDTH), width || TILE_WIDTH);
  const entries = width === 0 ? [] : decodeBundle(await expected(read, bundle), width).map((entry) => entry.slice());
  return { size, hashes, entries };
}

/** @throws LIMIT for an entry over 65,535 bytes */
export function grow(edge: Edge, added: readonly Uint8Array[]): Growth {
  const files = new Map<string, Uint8Array>();
  const hashes = edge.hashes.map((level) => [...level]);
  let entries = [...edge.entries];
  let size = edge.size;
  for (const entry of added) {
    if (entry.length > ENTRY_BYTES_MAX)
      throw new AssayError("LIMIT", `grow: expected an entry of at most ${ENTRY_BYTES_MAX} bytes, got ${entry.length}`);
    entries.push(entry);
    size++;
    if (entries.length === TILE_WIDTH) {
      files.set(entriesPath(size / TILE_WIDTH - 1, TILE_WIDTH), encodeBundle(entries));
      entries = [];
    }
    carry(files, hashes, size, leafHash(entry));
  }
  const next: Edge = { size, hashes, entries };
  if (added.length > 0) {
    if (entries.length > 0)
      files.set(entriesPath(Math.floor(size / TILE_WIDTH), entries.length), encodeBundle(entries));
    // A row that did not grow stands on disk as it is: nothing that a signed tree needs is ever written again.
    for (const [level, row] of hashes.entries())
      if (row.length > 0 && hashesAt(level, size) > hashesAt(level, edge.size))
        files.set(edgePath(level, size, row.length), concatBytes(row));
  }
  return { edge: next, root: rootOf(next), files };
}

/** Root of a tree from its edge alone. */
export function rootOf({ size, hashes }: Edge): Uint8Array {
  const nodes = nodesOf({ start: 0, end: size });
  return foldNodes(
    nodes.map((node) => {
      const level = Math.floor(node.level / TILE_HEIGHT);
      return nodeInTile(node, concatBytes(hashes[level] ?? []));
    }),
  );
}

function carry(files: Map<string, Uint8Array>, hashes: Uint8Array[][], size: number, leaf: Uint8Array): void {
  let hash = leaf;
  for (let level = 0; ; level++) {
    hashes[level] ??= [];
    const row = hashes[level]!;
    row.push(hash);
    if (row.length < TILE_WIDTH) return;
    const bytes = concatBytes(row);
    files.set(tilePath({ level, index: size / TILE_WIDTH ** (level + 1) - 1, width: TILE_WIDTH }), bytes);
    hash = tileRoot(bytes);
    row.length = 0;
  }
}

function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

function edgePath(level: number, size: number, width: number): string {
  const index = Math.floor(hashesAt(level, size) / TILE_WIDTH);
  return tilePath({ level, index, width });
}

function cut(bytes: Uint8Array, width: number, path: string): Uint8Array[] {
  if (bytes.length !== width * HASH_BYTES)
    throw new AssayError("FORMAT", `${path}: expected ${width * HASH_BYTES} bytes, got ${bytes.length}`);
  return Array.from({ length: width }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

async function expected(read: ReadTile, path: string): Promise<Uint8Array> {
  const bytes = await read(path);
  if (!bytes) throw new AssayError("NOT_FOUND", `log: expected ${path}, found nothing`);
  return bytes;
}
