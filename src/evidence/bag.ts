/**
 * BagIt bags (RFC 8493) as pure functions over path → bytes, in one canonical text: version 1.0, SHA-256 only, sorted,
 * LF, two spaces, no folded lines. A bag that is valid BagIt but written otherwise is refused, so that no byte is
 * unbound. Digests show that files belong together as listed; they cannot show who listed them (see dsse.ts).
 */
import { equalBytes, fromUtf8, utf8 } from "../base/bytes.js";
import { sha256Hex } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";

/** A bundle holds some tens of files; more would only slow a reader (CWE-770). */
export const BAG_FILES_MAX = 4096;
/** Twice the largest finding (codec.ts): room for a page that shows all of it. */
export const BAG_FILE_BYTES_MAX = 64 * 1024 * 1024;
/** The whole bag is held in memory, and once more when zipped. */
export const BAG_BYTES_MAX = 256 * 1024 * 1024;
/** Shorter than what any common file system or zip tool refuses, with room for the folder it lies in. */
const BAG_PATH_CHARS_MAX = 200;
/** RFC 8493 §2.2.2 asks for short lines and lets values be folded; here a value stays on its line. */
const BAG_INFO_VALUE_CHARS_MAX = 1000;
const BAG_INFO_ENTRIES_MAX = 64;

const DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const MANIFEST = "manifest-sha256.txt";
const TAG_MANIFEST = "tagmanifest-sha256.txt";
const INFO = "bag-info.txt";
/** What the tag manifest lists. */
const LISTED_TAGS = [INFO, "bagit.txt", MANIFEST] as const;
/** The one file that no manifest lists, as it speaks about the tag manifest (RFC 8493 §2.2.1: a SHOULD, left here). */
export const SIGNATURE_FILE = "signature.dsse.json";

export type Files = ReadonlyMap<string, Uint8Array>;

/**
 * @param payload path under `data/` → bytes
 * @param info labels and values of bag-info.txt; `Payload-Oxum` is added, dates are not
 * @returns every file of the bag, in sorted order
 */
export function packBag(payload: Files, info: Readonly<Record<string, string>>): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of payload) files.set(`data/${path}`, bytes);
  if (files.size === 0) throw new AssayError("FORMAT", "bundle: expected at least one payload file, got none");
  files.set("bagit.txt", utf8(DECLARATION));
  files.set(INFO, utf8(infoText({ ...info, "Payload-Oxum": oxum(files) })));
  files.set(MANIFEST, utf8(manifestText(files, payloadPaths(files))));
  files.set(TAG_MANIFEST, utf8(manifestText(files, LISTED_TAGS)));
  const sorted = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  checkBag(sorted);
  return sorted;
}

/** @throws AssayError LIMIT, FORMAT or DIGEST, naming the first thing that does not hold */
export function checkBag(files: Files): void {
  checkNames(files);
  const tags = [...LISTED_TAGS, TAG_MANIFEST];
  for (const name of tags) required(files, name);
  for (const path of files.keys())
    if (!path.startsWith("data/") && path !== SIGNATURE_FILE && !tags.some((tag) => tag === path))
      throw new AssayError("FORMAT", `bundle: expected only the tag files of this form, got ${quoted(path)}`);
  const paths = payloadPaths(files);
  if (paths.length === 0) throw new AssayError("FORMAT", "bundle: expected at least one file under data/, got none");
  if (!equalBytes(required(files, "bagit.txt"), utf8(DECLARATION)))
    throw new AssayError("FORMAT", "bundle: expected bagit.txt to declare BagIt 1.0 and UTF-8 in canonical form");
  checkManifest(files, TAG_MANIFEST, LISTED_TAGS);
  checkManifest(files, MANIFEST, paths);
  const stated = readBagInfo(files).get("Payload-Oxum");
  if (stated !== oxum(files))
    throw new AssayError("FORMAT", `bundle: expected Payload-Oxum ${oxum(files)}, got ${quoted(stated ?? "none")}`);
}

/** The labels and values of bag-info.txt, canonical text only. */
export function readBagInfo(files: Files): Map<string, string> {
  const text = fromUtf8(required(files, INFO), "bag-info.txt");
  const info = new Map<string, string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const colon = line.indexOf(": ");
    if (colon < 1 || info.size >= BAG_INFO_ENTRIES_MAX)
      throw new AssayError("FORMAT", `bag-info.txt: expected at most ${BAG_INFO_ENTRIES_MAX} lines "Label: value"`);
    info.set(line.slice(0, colon), line.slice(colon + 2));
  }
  if (infoText(Object.fromEntries(info)) !== text)
    throw new AssayError("FORMAT", "bag-info.txt: expected canonical form (sorted, no label twice)");
  return info;
}

const SEGMENT = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?";
const PLAIN_PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`);
/** Device names on Windows, whatever the extension (CWE-67). */
const DEVICE = /(?:^|\/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)/i;

/**
 * Names that mean the same file on every system: letters, digits, `.`, `_`, `-`, folders by `/`. This leaves no room
 * for `..`, absolute paths, backslashes, `%` (RFC 8493 §2.1.3), hidden files, options, or two spellings of one name.
 */
export function checkPath(path: string): void {
  if (path.length > BAG_PATH_CHARS_MAX || !PLAIN_PATH.test(path) || DEVICE.test(path))
    throw new AssayError("FORMAT", `bundle: expected a plain relative path, got ${quoted(path)}`);
}

/** Limits and names, before a byte is read. */
function checkNames(files: Files): void {
  if (files.size > BAG_FILES_MAX)
    throw new AssayError("LIMIT", `bundle: expected at most ${BAG_FILES_MAX} files, got ${files.size}`);
  const seen = new Map<string, string>();
  let total = 0;
  for (const [path, bytes] of files) {
    checkPath(path);
    const folded = path.toLowerCase();
    if (seen.has(folded))
      throw new AssayError("FORMAT", `bundle: expected names that differ in more than case, got ${quoted(path)}`);
    seen.set(folded, path);
    total += bytes.length;
    if (bytes.length > BAG_FILE_BYTES_MAX || total > BAG_BYTES_MAX)
      throw new AssayError("LIMIT", `${path}: expected at most ${BAG_FILE_BYTES_MAX} bytes, ${BAG_BYTES_MAX} in all`);
  }
  for (const [folded, path] of seen)
    for (let at = folded.indexOf("/"); at >= 0; at = folded.indexOf("/", at + 1))
      if (seen.has(folded.slice(0, at)))
        throw new AssayError(
          "FORMAT",
          `bundle: expected ${quoted(path.slice(0, at))} to be a file or a folder, got both`,
        );
}

/** The manifest must be the very text that the files give; if not, say why. */
function checkManifest(files: Files, name: string, paths: readonly string[]): void {
  const bytes = required(files, name);
  if (equalBytes(bytes, utf8(manifestText(files, paths)))) return;
  const listed = new Map<string, string>();
  for (const line of fromUtf8(bytes, name)
    .split("\n")
    .slice(0, BAG_FILES_MAX + 1)) {
    const parts = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    if (parts) listed.set(parts[2]!, parts[1]!);
  }
  for (const path of paths) {
    const digest = listed.get(path);
    if (digest === undefined) throw new AssayError("DIGEST", `bundle: expected ${path} to be listed in ${name}`);
    const found = sha256Hex(files.get(path)!);
    if (found !== digest) throw new AssayError("DIGEST", `${path}: expected sha256 ${digest} by ${name}, got ${found}`);
    listed.delete(path);
  }
  for (const path of listed.keys())
    throw new AssayError("DIGEST", `bundle: expected ${quoted(path)}, which ${name} lists, got no such file`);
  throw new AssayError("FORMAT", `bundle: expected ${name} in canonical form (sorted, LF, two spaces)`);
}

function required(files: Files, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new AssayError("FORMAT", `bundle: expected a file ${name}, got none`);
  return bytes;
}

function payloadPaths(files: Files): string[] {
  return [...files.keys()].filter((path) => path.startsWith("data/")).sort();
}

function manifestText(files: Files, paths: readonly string[]): string {
  return paths.map((path) => `${sha256Hex(files.get(path)!)}  ${path}\n`).join("");
}

/** RFC 8493 §2.2.2: octets, a full stop, files. */
function oxum(files: Files): string {
  const paths = payloadPaths(files);
  return `${paths.reduce((sum, path) => sum + files.get(path)!.length, 0)}.${paths.length}`;
}

function infoText(info: Readonly<Record<string, string>>): string {
  const labels = Object.keys(info).sort();
  if (labels.length > BAG_INFO_ENTRIES_MAX || new Set(labels.map((l) => l.toLowerCase())).size !== labels.length)
    throw new AssayError("FORMAT", `bag-info.txt: expected at most ${BAG_INFO_ENTRIES_MAX} labels, none twice`);
  return labels.map((label) => `${infoLine(label, info[label]!)}\n`).join("");
}

function infoLine(label: string, value: string): string {
  if (!/^[A-Z][A-Za-z0-9-]{0,63}$/.test(label))
    throw new AssayError("FORMAT", `bag-info.txt: expected a label such as Contact-Name, got ${quoted(label)}`);
  // Printable ASCII without a space at either end: one line, one reading.
  if (value.length > BAG_INFO_VALUE_CHARS_MAX || !/^[!-~](?:[ -~]*[!-~])?$/.test(value))
    throw new AssayError(
      "FORMAT",
      `bag-info.txt: ${label}: expected one line of printable ASCII, got ${quoted(value)}`,
    );
  return `${label}: ${value}`;
}
