/**
 * Check a whole log against a head: every tile and every entry is read once, and the root is computed anew from the
 * entries; partial tiles that were outgrown are compared with what they grew into. Any stored byte that was changed
 * shows. It cannot see entries that were never in the tree.
 */
import { concatBytes, equalBytes } from "../base/bytes.js";
import { decodeBundle, encodeBundle, entriesPath } from "./entry-bundle.js";
import { HASH_BYTES } from "./merkle-hash.js";
import { parseTilePath, TILE_WIDTH, tilePath } from "./tile.js";
import { type Edge, EMPTY_EDGE, grow } from "./tree-growth.js";
import type { ReadTile, TreeHead } from "./tree-reader.js";

export interface FsckReport {
  entries: number;
  files: number;
  /** What does not hold, in sentences; at most FAULTS_MAX. */
  faults: string[];
}

const FAULTS_MAX = 100;

/** @param stored every path that is there, where that can be known: a folder can be listed, a URL cannot */
export async function fsck(
  read: ReadTile,
  head: TreeHead,
  onProgress: (done: number, total: number) => void = () => undefined,
  stored: AsyncIterable<string> | null = null,
): Promise<FsckReport> {
  const { size, root } = head;
  const report: FsckReport = { entries: 0, files: 0, faults: [] };
  const fault = (text: string) => {
    if (report.faults.length < FAULTS_MAX) report.faults.push(text);
  };
  const checked = new Set<string>();
  let edge: Edge = EMPTY_EDGE;
  let last = root;
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    const width = Math.min(TILE_WIDTH, size - bundle * TILE_WIDTH);
    const path = entriesPath(bundle, width);
    const found = await readEither(read, path, entriesPath(bundle, TILE_WIDTH));
    if (!found) {
      fault(`${path}: expected, found nothing; what follows it was not checked`);
      return report;
    }
    let entries: Uint8Array[];
    try {
      entries = decodeBundle(found.bytes, found.path === path ? width : TILE_WIDTH).slice(0, width);
      if (found.path === path) checked.add(path);
    } catch (error) {
      fault(`${found.path}: ${(error as Error).message}`);
      return report;
    }
    const grown = grow(edge, entries);
    for (const [at, expected] of grown.files) {
      if (at.startsWith("tile/entries/")) continue;
      // Partial tiles inside the tree are stepping stones of this walk; only those of the final size must be there.
      if (/\.p\//.test(at) && bundle * TILE_WIDTH + width < size) continue;
      checked.add(await compare(read, at, expected, fault));
      report.files++;
    }
    // Rows that did not grow in the last step still belong to the final tree.
    if (bundle * TILE_WIDTH + width === size)
      for (const [level, row] of grown.edge.hashes.entries()) {
        const at = tilePath({
          level,
          index: Math.floor(size / TILE_WIDTH ** (level + 1)),
          width: row.length || TILE_WIDTH,
        });
        if (row.length > 0 && !grown.files.has(at)) {
          checked.add(await compare(read, at, concatBytes(row), fault));
          report.files++;
        }
      }
    report.files++;
    report.entries += entries.length;
    [edge, last] = [grown.edge, grown.root];
    onProgress(report.entries, size);
  }
  if (size > 0 && !equalBytes(last, root))
    fault(`checkpoint: the entries do not have the root of the checkpoint at size ${size}`);
  // A tree that does not hold says nothing of what its tiles grew out of.
  if (stored && report.faults.length === 0)
    for await (const path of stored) {
      if (checked.has(path)) continue;
      await compareOutgrown(read, path, size, fault);
      report.files++;
    }
  return report;
}

/** What no head reads any more, or not yet: a beginning of what stands at its place in the tree, or not of this tree. */
async function compareOutgrown(read: ReadTile, path: string, size: number, fault: (text: string) => void) {
  let tile: ReturnType<typeof parseTilePath>;
  try {
    tile = parseTilePath(path);
  } catch {
    return fault(`${path}: is no file of a log`);
  }
  const { level, index, width } = tile;
  const hashes = level === "entries" ? size : Math.floor(size / TILE_WIDTH ** level);
  const whole = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
  // Written before a head was signed over it: a crash leaves such files, and they are written again.
  if (width > whole) return;
  const at = (w: number) => (level === "entries" ? entriesPath(index, w) : tilePath({ level, index, width: w }));
  const [bytes, grown] = await Promise.all([read(path), readEither(read, at(whole), at(TILE_WIDTH))]);
  if (!bytes || !grown) return fault(`${path}: expected, found nothing`);
  try {
    const expected =
      level === "entries"
        ? encodeBundle(decodeBundle(grown.bytes, grown.path === at(whole) ? whole : TILE_WIDTH).slice(0, width))
        : grown.bytes.subarray(0, width * HASH_BYTES);
    if (!equalBytes(bytes, expected)) fault(`${path}: is no beginning of what it grew into`);
  } catch (error) {
    fault(`${path}: ${(error as Error).message}`);
  }
}

async function readEither(read: ReadTile, path: string, full: string) {
  for (const at of path === full ? [path] : [path, full]) {
    const bytes = await read(at);
    if (bytes) return { bytes, path: at };
  }
  return null;
}

/** @returns the path of what was compared whole */
async function compare(
  read: ReadTile,
  path: string,
  expected: Uint8Array,
  fault: (text: string) => void,
): Promise<string> {
  const full = path.replace(/\.p\/[0-9]+$/, "");
  const stored = await readEither(read, path, full);
  if (!stored) fault(`${path}: expected, found nothing`);
  else if (
    !equalBytes(stored.bytes.subarray(0, expected.length), expected) ||
    (stored.path === path && stored.bytes.length !== expected.length)
  )
    fault(`${stored.path}: does not hold the hashes of the entries below it`);
  return path;
}
