/**
 * Archives of source: zip (wheels too) by fflate, tar by its own headers (POSIX.1-2017 pax, ustar, GNU long names), plain
 * or gzipped (source distributions, npm's and cargo's packages). Hostile input: what an archive would unpack to is
 * counted before it is unpacked (zip) or as it grows (gzip), CWE-409; nothing is written to disk, so that no path in it
 * can lead anywhere. Only files that are source are kept.
 */
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { AssayError, quoted } from "../../../base/error.js";
import { grammarOf } from "../tokens/languages.js";

export const ARCHIVE = /\.(zip|whl|tar|tar\.gz|tgz|crate)$/i;

interface Packed {
  path: string;
  link: boolean;
  bytes: Uint8Array;
}

interface Bounds {
  entries: number;
  fileBytes: number;
  totalBytes: number;
}

/** @throws AssayError LIMIT beyond the bounds, FORMAT where it is no archive or is cut off */
export function readArchive(bytes: Uint8Array, name: string, bounds: Bounds): Packed[] {
  const packed = /\.(zip|whl)$/i.test(name)
    ? readZip(bytes, name, bounds)
    : readTar(/\.tar$/i.test(name) ? bytes : unzipped(bytes, name, bounds), name, bounds);
  return packed.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function readZip(bytes: Uint8Array, name: string, bounds: Bounds): Packed[] {
  let [entries, total] = [0, 0];
  try {
    const files = unzipSync(bytes, {
      filter: ({ name: path, originalSize }) => {
        if (++entries > bounds.entries) throw limit(name, `at most ${bounds.entries} entries, got more`);
        if (grammarOf(path) === null) return false;
        if (originalSize > bounds.fileBytes)
          throw limit(
            name,
            `source files of at most ${bounds.fileBytes} bytes, got ${originalSize} in ${quoted(path)}`,
          );
        total += originalSize;
        if (total > bounds.totalBytes) throw limit(name, `at most ${bounds.totalBytes} bytes of source, got more`);
        return true;
      },
    });
    return Object.entries(files).map(([path, content]) => ({ path: plain(path), link: false, bytes: content }));
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("FORMAT", `code: ${quoted(name)}: expected a zip archive, got what cannot be unpacked`);
  }
}

function unzipped(bytes: Uint8Array, name: string, bounds: Bounds): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: bounds.totalBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE")
      throw limit(name, `at most ${bounds.totalBytes} bytes unpacked, got more`);
    throw new AssayError("FORMAT", `code: ${quoted(name)}: expected gzip, got what cannot be unpacked`);
  }
}

const BLOCK = 512;

function readTar(bytes: Uint8Array, name: string, bounds: Bounds): Packed[] {
  const packed: Packed[] = [];
  const text = (from: number, length: number): string => {
    const raw = bytes.subarray(from, from + length);
    const end = raw.indexOf(0);
    return Buffer.from(end < 0 ? raw : raw.subarray(0, end)).toString("utf8");
  };
  let long: string | null = null;
  let entries = 0;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    if (bytes[at] === 0) break;
    if (text(at + 257, 5) !== "ustar" && entries === 0)
      throw new AssayError("FORMAT", `code: ${quoted(name)}: expected a tar archive, got something else`);
    if (++entries > bounds.entries) throw limit(name, `at most ${bounds.entries} entries, got more`);
    const size = Number.parseInt(text(at + 124, 12).trim() || "0", 8);
    const from = at + BLOCK;
    if (!(size >= 0) || from + size > bytes.length)
      throw new AssayError("FORMAT", `code: ${quoted(name)}: expected a whole tar archive, got one that is cut off`);
    const kind = String.fromCharCode(bytes[at + 156]!);
    const prefix = text(at + 345, 155);
    const short = text(at, 100);
    const path: string = plain(long ?? (prefix === "" ? short : `${prefix}/${short}`));
    long = null;
    if (kind === "x") long = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text(from, Math.min(size, 65_536)))?.[1] ?? null;
    else if (kind === "L") long = text(from, Math.min(size, 65_536));
    else if (kind === "1" || kind === "2") packed.push({ path, link: true, bytes: new Uint8Array(0) });
    else if ((kind === "0" || kind === "\0") && grammarOf(path) !== null) {
      if (size > bounds.fileBytes)
        throw limit(name, `source files of at most ${bounds.fileBytes} bytes, got ${size} in ${quoted(path)}`);
      packed.push({ path, link: false, bytes: bytes.subarray(from, from + size) });
    }
    at = from + BLOCK * Math.ceil(size / BLOCK);
  }
  return packed;
}

/** Within the archive: no leading slash, no steps up. */
function plain(path: string): string {
  return path
    .split(/[\\/]/)
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/");
}

function limit(name: string, expected: string): AssayError {
  return new AssayError("LIMIT", `code: ${quoted(name)}: expected ${expected}`);
}
