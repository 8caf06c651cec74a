/**
 * Entry bundles (C2SP tlog-tiles): up to 256 entries, each behind its length as a big-endian uint16. An entry is
 * therefore at most 65,535 bytes: a log of large things holds their digests.
 */
import { concatBytes } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { resourcePath, TILE_WIDTH } from "./tile.js";

export const ENTRY_BYTES_MAX = 65_535;

/**
 * @param index of the bundle, not of an entry @param width entries in it, 1 to 256; below 256 the path is that of a
 * partial bundle
 */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${resourcePath(index, width)}`;
}

/** @throws LIMIT for an entry beyond 65,535 bytes */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    entries.flatMap((entry) => {
      if (entry.length > ENTRY_BYTES_MAX)
        throw new AssayError("LIMIT", `log entry: expected at most ${ENTRY_BYTES_MAX} bytes, got ${entry.length}`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
    }),
  );
}

/** Exactly `width` entries. */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length && entries.length < TILE_WIDTH) {
    const length = at + 2 <= bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : Number.POSITIVE_INFINITY;
    if (at + 2 + length > bytes.length)
      throw new AssayError("FORMAT", `entry bundle: expected entry ${entries.length} to end inside the bundle`);
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (at !== bytes.length || entries.length !== width)
    throw new AssayError("FORMAT", `entry bundle: expected ${width} entries and nothing after them`);
  return entries;
}
