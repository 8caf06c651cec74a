/**
 * Check a whole log against a head: every tile and every entry is read once, and the root is computed anew from the
 * entries. Any stored byte that was changed shows. It cannot see entries that were never in the tree.
 */
import { concatBytes, equalBytes } from "../base/bytes.js";
import { decodeBundle, entriesPath } from "./entry-bundle.js";
import { TILE_WIDTH, tilePath } from "./tile.js";
import { type Edge, EMPTY_EDGE, grow } from "./tree-growth.js";
import type { ReadTile, TreeHead } from "./tree-reader.js";

export interface FsckReport {
  entries: number;
  files: number;
  /** What does not hold, in sentences; at most FAULTS_MAX. */
  faults: string[];
}

const FAULTS_MAX = 100;

export async function fsck(
  read: ReadTile,
  head: TreeHead,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<FsckReport> {
  const { size, root } = head;
  const report: FsckReport = { entries: 0, files: 0, faults: [] };
  const fault = (text: string) => {
    if (report.faults.length < FAULTS_MAX) report.faults.push(text);
  };
  let edge: Edge = EMPTY_EDGE;
  let last = root;
  for (let bundle = 0; bundle * TILE_WIDTH < size; bundle++) {
    const width = Math.min(TILE_WIDTH, size - bundle * TILE_WIDTH);
    const path = entriesPath(bundle, width);
    const stored = await readEither(read, path, entriesPath(bundle, TILE_WIDTH));
    if (!stored) {
      fault(`${path}: expected, found nothing; what follows it was not checked`);
      return report;
    }
    let entries: Uint8Array[];
    try {
      entries = decodeBundle(stored.bytes, stored.path === path ? width : TILE_WIDTH).slice(0, width);
    } catch (error) {
      fault(`${stored.path}: ${(error as Error).message}`);
      return report;
    }
    const grown = grow(edge, entries);
    for (const [at, expected] of grown.files) {
      if (at.startsWith("tile/entries/")) continue;
      // Partial tiles inside the tree are stepping stones of this walk; only those of the final size must be there.
      if (/\.p\//.test(at) && bundle * TILE_WIDTH + width < size) continue;
      await compare(read, at, expected, fault);
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
          await compare(read, at, concatBytes(row), fault);
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
  return report;
}

async function readEither(read: ReadTile, path: string, full: string) {
  for (const at of path === full ? [path] : [path, full]) {
    const bytes = await read(at);
    if (bytes) return { bytes, path: at };
  }
  return null;
}

async function compare(read: ReadTile, path: string, expected: Uint8Array, fault: (text: string) => void) {
  const full = path.replace(/\.p\/[0-9]+$/, "");
  const stored = await readEither(read, path, full);
  if (!stored) fault(`${path}: expected, found nothing`);
  else if (
    !equalBytes(stored.bytes.subarray(0, expected.length), expected) ||
    (stored.path === path && stored.bytes.length !== expected.length)
  )
    fault(`${stored.path}: does not hold the hashes of the entries below it`);
}
