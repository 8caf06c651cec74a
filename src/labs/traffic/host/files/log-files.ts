/**
 * Which files make a log: those named, and of a folder everything below it that is a log by its name, in order of path
 * (`date=2026-03-02/` as data lakes lay them out, `.1` as log rotation numbers them), or an address elsewhere (log-address.ts). What is passed over is told.
 */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { AssayError } from "../../../../base/error.js";
import { asAssayError } from "../../../../host/files.js";
import { filesAt } from "./log-address.js";
import type { LogFile } from "./log-file.js";
import { isLogName } from "./log-name.js";

/** A folder deeper than this is no log (CWE-674). */
const DEPTH_MAX = 12;
const FILES_MAX = 1_000_000;
/** A file written less than so long ago may be written again within the same tick of the file system's clock. */
const RACY_MS = 2000;

interface FoundFiles {
  files: LogFile[];
  /** Names in folders that are no logs by their name. */
  passedOver: string[];
}

/** @throws NOT_FOUND for a path that is not there or a folder without logs, LIMIT for too many files or levels */
export async function logFiles(logs: readonly string[]): Promise<FoundFiles> {
  const found: FoundFiles = { files: [], passedOver: [] };
  for (const log of logs) {
    const elsewhere = await filesAt(log);
    if (elsewhere) {
      found.files.push(...elsewhere.files);
      found.passedOver.push(...elsewhere.passedOver);
      continue;
    }
    const info = await stat(log).catch((error) => {
      throw asAssayError(error, log, "log");
    });
    if (!info.isDirectory()) {
      found.files.push(await localFile(log, basename(log), false));
      continue;
    }
    // A world of the generator keeps its log apart from the truth about it.
    const root = (await isFolder(join(log, "log"))) ? join(log, "log") : log;
    const before = found.files.length;
    await walk(root, root, found, 0);
    if (found.files.length === before)
      throw new AssayError("NOT_FOUND", `log: expected logs in the folder ${log}, got none`);
  }
  // The same file named twice is one file.
  const known = new Set<string>();
  found.files = found.files.filter(({ path }) => !known.has(path) && known.add(path));
  return found;
}

async function walk(root: string, folder: string, found: FoundFiles, depth: number): Promise<void> {
  if (depth > DEPTH_MAX || found.files.length > FILES_MAX)
    throw new AssayError("LIMIT", `log: expected at most ${FILES_MAX} files in ${DEPTH_MAX} levels`);
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) await walk(root, path, found, depth + 1);
    else if (isLogName(entry.name)) found.files.push(await localFile(path, relative(root, path), true));
    else found.passedOver.push(relative(root, path));
  }
}

/**
 * @param found in a folder rather than named; `signature` is null for a file that changed just now, whose state cannot
 * be told apart by time
 */
export async function localFile(path: string, name: string, found: boolean): Promise<LogFile> {
  const info = await stat(path, { bigint: true }).catch((error) => {
    throw asAssayError(error, path, "log");
  });
  // The change time cannot be set by anybody: with it, size and file number the content is the same.
  const racy = Date.now() - Number(info.ctimeMs) < RACY_MS;
  return {
    path: resolve(path),
    name,
    found,
    sizeBytes: Number(info.size),
    signature: racy ? null : `${info.size} ${info.mtimeNs} ${info.ctimeNs} ${info.ino}`,
    open: () => createReadStream(path, { highWaterMark: 1 << 20 }),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}
