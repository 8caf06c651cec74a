/**
 * Tiles of a log (C2SP tlog-tiles): 256 hashes wide, eight tree levels high; where one lies, which tile holds a node of
 * the tree, and how a node between a tile's rows is worked out.
 */
import { AssayError, assert, quoted } from "../base/error.js";
import { HASH_BYTES, nodeHash } from "./merkle-hash.js";
import type { TreeNode } from "./merkle-ranges.js";

export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;
/** C2SP: levels 0 to 63; a safe integer of entries needs seven. */
const LEVEL_MAX = 63;

interface Tile {
  level: number;
  index: number;
  /** 1 to 256 hashes; below 256 the tile is partial. */
  width: number;
}

/** From the log's root, as C2SP tlog-tiles writes it; a tile narrower than 256 has `.p/width` behind it. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${resourcePath(index, width)}`;
}

/** `<N>[.p/<W>]`, shared by tiles and entry bundles. */
export function resourcePath(index: number, width: number): string {
  assert(width >= 1 && width <= TILE_WIDTH, "resourcePath: expected a width from 1 to 256");
  const digits = String(index).padStart(3, "0");
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const parts = padded.match(/.{3}/g)!;
  const path = parts.map((part, i) => (i < parts.length - 1 ? `x${part}` : part)).join("/");
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

const PATH = /^tile\/(0|[1-9][0-9]?|entries)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** The tile or bundle at a path; `level` is "entries" for a bundle. */
export function parseTilePath(path: string): { level: number | "entries"; index: number; width: number } {
  const [, level, digits, partial] = PATH.exec(path) ?? [];
  const index = Number((digits ?? "").replace(/[x/]/g, ""));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const known = level !== undefined && (level === "entries" || Number(level) <= LEVEL_MAX) && width <= TILE_WIDTH;
  const whole = known && (partial === undefined || width < TILE_WIDTH);
  // One text per tile: a path that would be written otherwise is refused.
  if (!whole || path !== `tile/${level}/${resourcePath(index, width)}` || !Number.isSafeInteger(index))
    throw new AssayError("FORMAT", `tile: expected tile/<L>/<N>[.p/<W>], got ${quoted(path)}`);
  return { level: level === "entries" ? level : Number(level), index, width };
}

/** The widest tile that holds the node in a tree of `size` entries. */
export function tileOf({ level, index }: TreeNode, size: number): Tile {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const first = index * 2 ** (level - tileLevel * TILE_HEIGHT);
  const tileIndex = Math.floor(first / TILE_WIDTH);
  const hashes = Math.floor(size / TILE_WIDTH ** tileLevel);
  return { level: tileLevel, index: tileIndex, width: Math.min(TILE_WIDTH, hashes - tileIndex * TILE_WIDTH) };
}

/** The node's hash from the bytes of its tile. */
export function nodeInTile({ level, index }: TreeNode, bytes: Uint8Array): Uint8Array {
  const count = 2 ** (level % TILE_HEIGHT);
  return folded(bytes, (index * count) % TILE_WIDTH, count);
}

/** The hash of a full tile, which stands in the level above. */
export function tileRoot(bytes: Uint8Array): Uint8Array {
  return folded(bytes, 0, TILE_WIDTH);
}

function folded(bytes: Uint8Array, first: number, count: number): Uint8Array {
  let row = Array.from({ length: count }, (_, i) => hashAt(bytes, first + i));
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!));
  return row[0]!;
}

function hashAt(bytes: Uint8Array, slot: number): Uint8Array {
  const hash = bytes.subarray(slot * HASH_BYTES, (slot + 1) * HASH_BYTES);
  if (hash.length !== HASH_BYTES)
    throw new AssayError("FORMAT", `tile: expected at least ${slot + 1} hashes, got ${bytes.length / HASH_BYTES}`);
  return hash;
}

/** Every tile of a tree of `size` entries, partial ones at their width. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH))
    for (let index = 0; index * TILE_WIDTH < hashes; index++)
      yield { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) };
}
