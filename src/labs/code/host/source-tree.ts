/**
 * The source files of a folder or an archive, as hostile input: bounded in number, depth and size before any is parsed.
 * Links are not followed, so that no tree reaches outside itself or goes round. Its root is the digest of the list of
 * paths and digests of every source file, those that are left out later included. A repository is read as it is checked
 * out; one without a work tree is refused.
 */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { asAssayError } from "../../../host/files.js";
import { grammarOf } from "../tokens/languages.js";
import { ARCHIVE, readArchive } from "./archive.js";

export const TREE_LIMITS = {
  /** Entries of any kind: the Linux kernel has some 90,000; a tree of more is not one party's work (CWE-770). */
  entries: 100_000,
  depth: 64,
  /** Source files read. */
  files: 50_000,
  /** One source file: 64 times the largest that is parsed. */
  fileBytes: 64 * 1024 * 1024,
  /** All source files together; of an archive, all that is unpacked. */
  totalBytes: 1024 * 1024 * 1024,
  /** An archive as it lies there. */
  archiveBytes: 512 * 1024 * 1024,
  /** Larger ones are left out: the largest hand-written file of the study's trees has 0.6 MB. */
  parsedBytes: 1024 * 1024,
  /** Of all files that are read: some six million lines, whose prints take some 6 GB; a tree that lies in memory is bounded. */
  tokens: 64_000_000,
} as const;

/** Folders that hold others' code or version control. */
const FOREIGN =
  /^(\.git|\.hg|\.svn|node_modules|bower_components|_?vendor(ed|s|ing)?|\w*?_?third[-_]?part(y|ies)(_\w+)?|3rd[-_]?party|_?externals?|extern|extlibs?|_?bundled?|deps|site-packages|\.venv|venv|__pycache__|\.tox|\.eggs|\.cargo|Pods)$/i;
/** Folders of builds: left out unless all source of the tree lies in them, as in a package that ships what was compiled. */
const BUILT = /^(build|dist|target|out)$/i;

export interface SourceFile {
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

/** Where a folder's or an archive's entries lie: what is asked of each, in the order of their names. */
interface Entry {
  path: string;
  kind: "file" | "link" | "other" | "nameless";
  sizeBytes: number;
  read: () => Promise<Uint8Array>;
}

/**
 * @param path a folder, or an archive: .zip, .whl, .tar, .tar.gz, .tgz or .crate
 * @throws AssayError NOT_FOUND where nothing is there or no source file is in it, LIMIT beyond TREE_LIMITS, FORMAT for
 * an archive that cannot be read
 */
export async function readSourceTree(path: string): Promise<SourceTree> {
  const at = resolve(path);
  const name = basename(at);
  try {
    const info = await stat(at);
    // A pipe or a device may have no end, whatever it is called.
    if (!info.isDirectory() && !(info.isFile() && ARCHIVE.test(name)))
      throw new AssayError(
        "FORMAT",
        `code: expected a folder of source files or an archive (.zip, .whl, .tar, .tar.gz, .tgz, .crate), got ${info.isFile() ? "a file" : "neither"} at ${quoted(path)}`,
      );
    if (!info.isDirectory() && info.size > TREE_LIMITS.archiveBytes)
      throw limit(name, `an archive of at most ${TREE_LIMITS.archiveBytes} bytes, got ${info.size}`);
    const packed = info.isDirectory() ? null : readArchive(await readFile(at), name, TREE_LIMITS);
    const entries: Entry[] =
      packed?.map(({ path, link, bytes }) => ({
        path,
        kind: link ? "link" : "file",
        sizeBytes: bytes.length,
        read: async () => bytes,
      })) ?? (await entriesOf(at, name, (folder) => readdir(folder)));
    const read = (await gather(entries, name, false)) ?? (await gather(entries, name, true));
    if (read) return treeOf(packed ? name.replace(ARCHIVE, "") : name, read.files, read.leftOut);
    const bare = entries.some(({ path }) => path === "HEAD") && entries.some(({ path }) => path.startsWith("objects/"));
    throw new AssayError(
      "NOT_FOUND",
      bare
        ? `code: expected a work tree, got a repository without one at ${quoted(path)}: check it out first`
        : `code: expected source files that Assay reads, got none at ${quoted(path)}`,
    );
  } catch (error) {
    throw asAssayError(error, path, "code");
  }
}

/**
 * All entries below a folder, bounded in number and depth; folders of others' code are entered by no one.
 * @param list names in a folder @throws AssayError LIMIT before anything in a folder too many is looked at
 */
export async function entriesOf(
  at: string,
  name: string,
  list: (folder: string) => Promise<string[]>,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let count = 0;
  const visit = async (folder: string, within: string, depth: number): Promise<void> => {
    if (depth > TREE_LIMITS.depth) throw limit(name, `at most ${TREE_LIMITS.depth} folders deep, got more`);
    const inside = (await list(folder)).sort();
    count += inside.length;
    if (count > TREE_LIMITS.entries) throw limit(name, `at most ${TREE_LIMITS.entries} entries, got more`);
    for (const each of inside) {
      const path = within === "" ? each : `${within}/${each}`;
      // A name that is no text names nothing once it was read as text.
      const info = await lstat(join(folder, each)).catch(() => null);
      if (info === null) entries.push({ path, kind: "nameless", sizeBytes: 0, read: async () => NONE });
      else if (info.isDirectory()) {
        // Its own entries are of no concern; that it stands there is said.
        if (FOREIGN.test(each)) entries.push({ path: `${path}/`, kind: "other", sizeBytes: 0, read: async () => NONE });
        else await visit(join(folder, each), path, depth + 1);
      } else
        entries.push({
          path,
          kind: info.isSymbolicLink() ? "link" : info.isFile() ? "file" : "other",
          sizeBytes: info.size,
          read: () => readFile(join(folder, each)),
        });
    }
  };
  await visit(at, "", 0);
  return entries;
}

const NONE = new Uint8Array(0);

/** @returns null where no source file is left */
async function gather(
  entries: readonly Entry[],
  name: string,
  built: boolean,
): Promise<{ files: SourceFile[]; leftOut: Map<string, number> } | null> {
  const leftOut = new Map<string, number>();
  const leave = (why: string) => leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
  const files: SourceFile[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const folders = entry.path.split("/").slice(0, -1);
    if (folders.some((folder) => FOREIGN.test(folder))) leave("folders of others' code or of version control");
    else if (entry.kind === "link") leave("links");
    else if (entry.kind === "nameless") leave("names that lead to nothing");
    else if (entry.kind !== "file" || grammarOf(entry.path) === null) continue;
    else if (!built && folders.some((folder) => BUILT.test(folder))) leave("folders of builds");
    else {
      bytes += entry.sizeBytes;
      if (entry.sizeBytes > TREE_LIMITS.fileBytes)
        throw limit(
          name,
          `source files of at most ${TREE_LIMITS.fileBytes} bytes, got ${entry.sizeBytes} in ${quoted(entry.path)}`,
        );
      if (bytes > TREE_LIMITS.totalBytes)
        throw limit(name, `at most ${TREE_LIMITS.totalBytes} bytes of source, got more`);
      if (files.length >= TREE_LIMITS.files) throw limit(name, `at most ${TREE_LIMITS.files} source files, got more`);
      const content = await entry.read();
      files.push({ path: entry.path, bytes: content, digest: digestOf(content) });
    }
  }
  return files.length === 0 ? null : { files, leftOut };
}

/** @param leftOut of entries that were not read, by why */
export function treeOf(
  name: string,
  files: readonly SourceFile[],
  leftOut: ReadonlyMap<string, number> = new Map(),
): SourceTree {
  const listed = files.map((file) => [file.path, file.digest]);
  return {
    name: name.slice(0, 255) || "tree",
    root: sha256Digest(canonicalJsonBytes(listed)),
    files,
    leftOut: [...leftOut].map(([why, count]) => ({ why, files: count })).sort((a, b) => (a.why < b.why ? -1 : 1)),
  };
}

/** The machine's own SHA-256: a tree may hold a gigabyte. */
function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
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

function limit(name: string, expected: string): AssayError {
  return new AssayError("LIMIT", `code: ${quoted(name)}: expected ${expected}`);
}
