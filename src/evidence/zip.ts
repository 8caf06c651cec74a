/**
 * One zip (PKWARE APPNOTE 6.3) for one set of files: stored, sorted, dated 1980-01-01, written by fflate. Reading walks
 * the stored entries itself, without decompressing anything, and requires that writing the files again gives the very
 * same bytes: a zip made by another tool is refused, and so is any flipped byte. Unpack such a zip and check the folder.
 */
import { zipSync } from "fflate";
import { equalBytes } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { BAG_BYTES_MAX, BAG_FILE_BYTES_MAX, BAG_FILES_MAX, checkPath, type Files } from "./bag.js";

export interface ZipLimits {
  entriesMax: number;
  fileBytesMax: number;
  zipBytesMax: number;
}

/** A bag and its headers: two per file, each under 600 bytes with the longest path. */
export const ZIP_LIMITS: ZipLimits = {
  entriesMax: BAG_FILES_MAX,
  fileBytesMax: BAG_FILE_BYTES_MAX,
  zipBytesMax: BAG_BYTES_MAX + BAG_FILES_MAX * 600,
};

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

/** The same files give the same bytes on every machine. */
export function zip(files: Files): Uint8Array {
  const sorted: Record<string, Uint8Array> = {};
  for (const path of [...files.keys()].sort()) {
    checkPath(path);
    sorted[path] = files.get(path)!;
  }
  // fflate reads the local calendar, so the date is made in it: midnight exists on that day in every time zone.
  return zipSync(sorted, { level: 0, mtime: new Date(1980, 0, 1) });
}

/** @throws AssayError LIMIT or FORMAT; sizes are checked before anything is copied (CWE-409) */
export function unzipStrict(bytes: Uint8Array, limits: ZipLimits = ZIP_LIMITS): Map<string, Uint8Array> {
  if (bytes.length > limits.zipBytesMax)
    throw new AssayError("LIMIT", `zip: expected at most ${limits.zipBytesMax} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END)
    throw malformed("an end record without comment as the last 22 bytes");
  const entries = view.getUint16(end + 10, true);
  if (entries > limits.entriesMax)
    throw new AssayError("LIMIT", `zip: expected at most ${limits.entriesMax} entries, got ${entries}`);
  const files = new Map<string, Uint8Array>();
  let central = view.getUint32(end + 16, true);
  let local = 0;
  for (let i = 0; i < entries; i++) {
    const { name, sizeBytes } = entry(bytes, view, central, end, local, limits);
    if (files.has(name)) throw malformed("names that differ");
    const start = local + LOCAL_BYTES + name.length;
    files.set(name, bytes.slice(start, start + sizeBytes));
    local = start + sizeBytes;
    central += CENTRAL_BYTES + name.length;
  }
  if (!equalBytes(zip(files), bytes)) throw malformed("the bytes that these files give when zipped again");
  return files;
}

/** One entry of the central directory and its local header; what is not read here is bound by zipping again. */
function entry(bytes: Uint8Array, view: DataView, at: number, end: number, local: number, limits: ZipLimits) {
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) throw malformed("a central directory entry");
  if (view.getUint16(at + 8, true) !== 0) throw malformed("entries that are neither encrypted nor streamed");
  if (view.getUint16(at + 10, true) !== 0) throw malformed("entries that are stored, not compressed");
  const sizeBytes = view.getUint32(at + 24, true);
  if (sizeBytes > limits.fileBytesMax)
    throw new AssayError("LIMIT", `zip: expected files of at most ${limits.fileBytesMax} bytes, got ${sizeBytes}`);
  const nameBytes = view.getUint16(at + 28, true);
  const start = at + CENTRAL_BYTES;
  if (start + nameBytes > end) throw malformed("names inside the central directory");
  if (view.getUint32(at + 42, true) !== local || local + LOCAL_BYTES + nameBytes + sizeBytes > end)
    throw malformed("entries one after the other");
  if (view.getUint32(local, true) !== LOCAL) throw malformed("a local header for each entry");
  const name = String.fromCharCode(...bytes.subarray(start, start + Math.min(nameBytes, 1024)));
  checkPath(name);
  return { name, sizeBytes };
}

function malformed(expected: string): AssayError {
  return new AssayError("FORMAT", `zip: expected ${expected}`);
}
