/**
 * The source files of a folder, as hostile input: bounded in number, depth and size before any is parsed. Links are not
 * followed, so that no tree reaches outside itself or goes round. Its root is the digest of the list of paths and
 * digests of every source file, those that are left out later included.
 */
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { asAssayError } from "../../../host/files.js";
import { grammarOf } from "../tokens/languages.js";

export const TREE_LIMITS = {
  /** Entries of any kind: the Linux kernel has some 90,000; a tree of more is not one party's work (CWE-770). */
  entries: 100_000,
  depth: 64,
  /** Source files read. */
  files: 50_000,
  /** One source file: 64 times the largest that is parsed. */
  fileBytes: 64 * 1024 * 1024,
  /** All source files together. */
  totalBytes: 1024 * 1024 * 1024,
  /** Larger ones are left out: the largest hand-written file of the study's trees has 0.6 MB. */
  parsedBytes: 1024 * 1024,
} as const;

/** Folders that hold others' code, builds or version control. */
const FOREIGN =
  /^(\.git|\.hg|\.svn|node_modules|vendor|vendored|_vendor|third_party|third-party|thirdparty|3rdparty|external|extern|deps|site-packages|\.venv|venv|build|dist|target|__pycache__|\.tox|\.eggs)$/i;

interface SourceFile {
  /** Within the tree, with forward slashes. */
  path: string;
  bytes: Uint8Array;
  digest: Digest;
}

export interface SourceTree {
  name: string;
  root: Digest;
  files: readonly SourceFile[];
  /** Of entries that were not read. */
  leftOut: readonly { why: string; files: number }[];
}

/** @throws AssayError NOT_FOUND where nothing is there or no source file is in it, LIMIT beyond TREE_LIMITS */
export async function readFolder(path: string): Promise<SourceTree> {
  const folder = resolve(path);
  const counts = new Map<string, number>();
  const leave = (why: string) => counts.set(why, (counts.get(why) ?? 0) + 1);
  const files: SourceFile[] = [];
  let entries = 0;
  let bytes = 0;
  const visit = async (at: string, within: string, depth: number): Promise<void> => {
    if (depth > TREE_LIMITS.depth) throw limit(folder, `at most ${TREE_LIMITS.depth} folders deep, got more`);
    const names = (await readdir(at)).sort();
    entries += names.length;
    if (entries > TREE_LIMITS.entries) throw limit(folder, `at most ${TREE_LIMITS.entries} entries, got more`);
    for (const name of names) {
      const inside = within === "" ? name : `${within}/${name}`;
      const info = await lstat(join(at, name));
      if (info.isSymbolicLink()) leave("links");
      else if (info.isDirectory()) {
        if (FOREIGN.test(name)) leave("folders of others' code, of builds or of version control");
        else await visit(join(at, name), inside, depth + 1);
      } else if (info.isFile() && grammarOf(name) !== null) {
        bytes += info.size;
        if (info.size > TREE_LIMITS.fileBytes)
          throw limit(
            folder,
            `source files of at most ${TREE_LIMITS.fileBytes} bytes, got ${info.size} in ${quoted(inside)}`,
          );
        if (bytes > TREE_LIMITS.totalBytes)
          throw limit(folder, `at most ${TREE_LIMITS.totalBytes} bytes of source, got more`);
        if (files.length >= TREE_LIMITS.files)
          throw limit(folder, `at most ${TREE_LIMITS.files} source files, got more`);
        const content = await readFile(join(at, name));
        files.push({ path: inside, bytes: content, digest: sha256Digest(content) });
      }
    }
  };
  try {
    if (!(await stat(folder)).isDirectory())
      throw new AssayError("FORMAT", `code: expected a folder of source files, got a file at ${quoted(path)}`);
    await visit(folder, "", 0);
  } catch (error) {
    throw asAssayError(error, path, "code");
  }
  return treeOf(basename(folder), files, counts, path);
}

function treeOf(
  name: string,
  files: readonly SourceFile[],
  leftOut: ReadonlyMap<string, number>,
  path: string,
): SourceTree {
  if (files.length === 0)
    throw new AssayError("NOT_FOUND", `code: expected source files that Assay reads, got none at ${quoted(path)}`);
  const listed = files.map((file) => [file.path, file.digest]);
  return {
    name: name.slice(0, 255) || "tree",
    root: sha256Digest(canonicalJsonBytes(listed)),
    files,
    leftOut: [...leftOut].map(([why, count]) => ({ why, files: count })).sort((a, b) => (a.why < b.why ? -1 : 1)),
  };
}

/** Text of a source file; null where it is none. */
export function textOf({ bytes, path }: SourceFile): string | null {
  if (bytes.includes(0)) return null;
  try {
    return fromUtf8(bytes, path);
  } catch {
    return null;
  }
}

function limit(folder: string, expected: string): AssayError {
  return new AssayError("LIMIT", `code: ${quoted(basename(folder))}: expected ${expected}`);
}
