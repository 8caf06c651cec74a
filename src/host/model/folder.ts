/**
 * The files of a model: a folder with what lies under it, or one file. Links are followed where they end in a regular
 * file, as in Hugging Face caches; a link to a folder, to nothing or to itself is an error, so that nothing is walked
 * twice and no device is read (CWE-59, CWE-674). What git keeps at the top is left out, as in OpenSSF Model Signing.
 */
import { lstat, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { isIgnored, sortByName } from "../../evidence/oms.js";
import { pathIn, readNames, shownName, statedName } from "../file-names.js";
import { asAssayError } from "../files.js";

/** The largest public model repositories have some 300 files (CWE-770). */
export const FILES_MAX = 10_000;
/** Folders within folders (CWE-674). */
export const DEPTH_MAX = 16;

export interface ModelFile {
  /** Relative to the model, parts joined by "/"; the file's own name where the model is one file. */
  name: string;
  /** Absolute. */
  path: string;
  sizeBytes: number;
}

export interface ModelFiles {
  /** Absolute. */
  path: string;
  /** Base name, at most 255 printable characters. */
  name: string;
  isFolder: boolean;
  /** By name in code point order. */
  files: readonly ModelFile[];
}

/**
 * @param ignore further top-level entries to leave out
 * @throws AssayError NOT_FOUND, FORMAT for what is no regular file, LIMIT beyond the bounds
 */
export async function listModelFiles(given: string, ignore: readonly string[] = []): Promise<ModelFiles> {
  if (given.length === 0 || given.includes("\0"))
    throw new AssayError("NOT_FOUND", `expected a path, got ${quoted(given)}`);
  const path = resolve(given);
  const name = displayName(path);
  try {
    const top = await stat(path);
    if (!top.isDirectory()) return { path, name, isFolder: false, files: [await modelFile(path, basename(path))] };
    const files: ModelFile[] = [];
    await walk(Buffer.from(path), "", 0, ignore, files);
    if (files.length === 0) throw new AssayError("NOT_FOUND", `path: expected files in ${quoted(path)}, got none`);
    return { path, name, isFolder: true, files: sortByName(files) };
  } catch (error) {
    throw asAssayError(error, path, "path");
  }
}

/** Names are read as bytes: one that cannot be stated would be taken for another file, or for none. */
async function walk(
  folder: Buffer,
  prefix: string,
  depth: number,
  ignore: readonly string[],
  into: ModelFile[],
): Promise<void> {
  if (depth > DEPTH_MAX)
    throw new AssayError("LIMIT", `path: expected folders at most ${DEPTH_MAX} deep, got ${quoted(prefix)}`);
  for (const bytes of await readNames(folder)) {
    const stated = statedName(bytes);
    if (stated === null)
      throw new AssayError(
        "FORMAT",
        `path: expected names in UTF-8 without backslashes, got ${quoted(prefix + shownName(bytes))}`,
      );
    const name = prefix + stated;
    if (isIgnored(name, ignore)) continue;
    const path = pathIn(folder, bytes);
    if ((await lstat(path)).isDirectory()) await walk(path, `${name}/`, depth + 1, ignore, into);
    else into.push(await modelFile(path.toString(), name));
    if (into.length > FILES_MAX) throw new AssayError("LIMIT", `path: expected at most ${FILES_MAX} files`);
  }
}

async function modelFile(path: string, name: string): Promise<ModelFile> {
  let end: Awaited<ReturnType<typeof stat>>;
  try {
    end = await stat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ELOOP")
      throw new AssayError("FORMAT", `path: expected a file, got a link that loops: ${quoted(name)}`);
    if (code === "ENOENT" && (await isLink(path)))
      throw new AssayError("NOT_FOUND", `path: expected a file, got a dangling link: ${quoted(name)}`);
    throw asAssayError(error, path, "path");
  }
  if (end.isDirectory())
    throw new AssayError("FORMAT", `path: expected links to files, got a link to a folder: ${quoted(name)}`);
  if (!end.isFile())
    throw new AssayError("FORMAT", `path: expected a regular file, got a device or pipe: ${quoted(name)}`);
  return { name, path, sizeBytes: end.size };
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

/** A name for findings and pages: printable, at most 255 characters (CWE-117). */
export function displayName(path: string): string {
  const clean = basename(path)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\uFFFD")
    .slice(0, 255)
    .replace(/\p{Cs}/gu, "");
  return clean || "model";
}
