/**
 * A log's files in a folder, made durable: each file is written elsewhere in it, synced, renamed into place, and its folder
 * synced, so that a power cut leaves each file whole or absent. One writer at a time holds an exclusive file lock of the
 * operating system, which the death of a process releases by itself.
 * It cannot see a second writer on another machine of a network file system that does not support locks.
 */
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { tryLock } from "fs-native-extensions";
import { AssayError } from "../../base/error.js";
import type { LogStore } from "../../tlog/log-writer.js";
import { asAssayError } from "../files.js";

const LOCK = "state/lock";
/** Files on their way to their place; what a crash leaves here is thrown away at the next opening. */
const BESIDE = "state/tmp";
/** Files written at the same time. */
const WRITES_AT_ONCE = 16;

/** For readers: no lock, nothing written. */
export function readLogFolder(folder: string): LogStore["read"] {
  return async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return null;
      throw asAssayError(error, join(folder, path), "log");
    }
  };
}

/** Paths of all tiles and bundles that are there. */
export async function* listLogFolder(folder: string): AsyncGenerator<string> {
  const names = await readdir(join(folder, "tile"), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of names)
    if (!entry.isDirectory()) yield relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
}

export interface LockedLog extends LogStore {
  close: () => void;
}

/** @throws USAGE when another writer holds the log */
export async function lockLogFolder(folder: string): Promise<LockedLog> {
  await mkdir(join(folder, "state"), { recursive: true });
  const lock = exclusive(join(folder, LOCK));
  await rm(join(folder, BESIDE), { recursive: true, force: true });
  await mkdir(join(folder, BESIDE));
  return {
    read: readLogFolder(folder),
    write: (files) => writeDurably(folder, files),
    remove: async (paths) => {
      await Promise.all(paths.map((path) => rm(join(folder, path), { recursive: true, force: true })));
    },
    close: () => lock.close(),
  };
}

function exclusive(path: string): { close: () => void } {
  const file = openSync(path, "a");
  if (tryLock(file)) return { close: () => closeSync(file) };
  closeSync(file);
  throw new AssayError("USAGE", `log: expected to be the only writer, but another holds ${path}`);
}

async function writeDurably(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const entries = [...files];
  const folders = new Set<string>();
  for (let at = 0; at < entries.length; at += WRITES_AT_ONCE)
    await allDone(
      entries.slice(at, at + WRITES_AT_ONCE).map(async ([path, bytes]) => {
        const target = join(folder, path);
        const made = await mkdir(dirname(target), { recursive: true });
        for (const parent of newParents(made, dirname(target))) folders.add(parent);
        folders.add(dirname(target));
        await writeThenRename(join(folder, BESIDE, randomBytes(8).toString("hex")), target, bytes);
      }),
    );
  // Names last: a file whose folder was not synced may be gone after a power cut.
  await allDone([...folders].map(syncFolder));
}

/**
 * Every write has come to its end, well or badly, before an error is told: one still under way could otherwise land on
 * top of what the next round writes at the same path.
 */
async function allDone(writes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((done) => done.status === "rejected");
  if (failed) throw failed.reason;
}

async function writeThenRename(beside: string, target: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(beside, "wx");
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Folders whose own names are new: their parents must be synced as well. */
function newParents(first: string | undefined, last: string): string[] {
  if (first === undefined) return [];
  const parents = [dirname(first)];
  for (let at = last; at.length > first.length && at.startsWith(first + sep); at = dirname(at))
    parents.push(dirname(at));
  return parents;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
