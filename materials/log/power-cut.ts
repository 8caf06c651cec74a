/**
 * Simulated power cuts under the code that makes a log durable. Calls of `node:fs/promises` are recorded in order; for
 * a cut at any of them, a folder is built that a disk may hold afterwards: contents that were not synced are lost, cut or
 * zeroed, and of the names made or moved in a folder since it was last synced an arbitrary subset is there.
 * It cannot see what a disk does that lies about a sync.
 */
import fsp from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

type Operation =
  | { kind: "create"; path: string; file: number }
  | { kind: "write"; file: number; bytes: Uint8Array }
  | { kind: "sync"; file: number }
  | { kind: "mkdir" | "sync-folder" | "remove"; path: string }
  | { kind: "rename"; from: string; to: string }
  | { kind: "event"; value: unknown };

export interface Recording {
  operations: Operation[];
  /** Something that happened outside the disk, such as an acknowledgement. */
  event: (value: unknown) => void;
  stop: () => void;
}

/** From now on until `stop`, all writing below `folder` through `node:fs/promises` is recorded, and still done. */
export function record(folder: string): Recording {
  const root = resolve(folder);
  const operations: Operation[] = [];
  const original = { open: fsp.open, rename: fsp.rename, mkdir: fsp.mkdir, rm: fsp.rm };
  let files = 0;
  const inside = (path: unknown): path is string => typeof path === "string" && resolve(path).startsWith(root);
  const name = (path: string) => relative(root, resolve(path));
  Object.assign(fsp, {
    open: async (...given: Parameters<typeof fsp.open>) => {
      const handle = await original.open(...given);
      const [path, flags] = given;
      if (!inside(path)) return handle;
      const folderHandle = (await handle.stat()).isDirectory();
      const file = files++;
      if (flags === "wx" || flags === "w") operations.push({ kind: "create", path: name(path), file });
      const [writeFile, datasync, sync] = [handle.writeFile, handle.datasync, handle.sync].map((f) => f.bind(handle));
      const synced = async () =>
        operations.push(folderHandle ? { kind: "sync-folder", path: name(path) } : { kind: "sync", file });
      return Object.assign(handle, {
        writeFile: async (bytes: Uint8Array) => {
          operations.push({ kind: "write", file, bytes: Uint8Array.from(bytes) });
          await (writeFile as (b: Uint8Array) => Promise<void>)(bytes);
        },
        // A sync counts from its return: until then nothing is promised.
        datasync: async () => {
          await (datasync as () => Promise<void>)();
          await synced();
        },
        sync: async () => {
          await (sync as () => Promise<void>)();
          await synced();
        },
      });
    },
    rename: async (from: string, to: string) => {
      operations.push({ kind: "rename", from: name(from), to: name(to) });
      await original.rename(from, to);
    },
    mkdir: async (path: string, options?: { recursive?: boolean }) => {
      const first = await original.mkdir(path, options);
      if (first) {
        const made = [resolve(path)];
        while (made[0] !== resolve(first)) made.unshift(dirname(made[0]!));
        for (const each of made) operations.push({ kind: "mkdir", path: name(each) });
      } else if (!options?.recursive) operations.push({ kind: "mkdir", path: name(path) });
      return first;
    },
    rm: async (path: string, options?: Parameters<typeof fsp.rm>[1]) => {
      operations.push({ kind: "remove", path: name(path) });
      await original.rm(path, options);
    },
  });
  syncBuiltinESMExports();
  return {
    operations,
    event: (value) => operations.push({ kind: "event", value }),
    stop: () => {
      Object.assign(fsp, original);
      syncBuiltinESMExports();
    },
  };
}

interface Content {
  durable: Uint8Array;
  current: Uint8Array;
}

/** Names in one folder: as last synced, and what was done to them since. */
interface Names {
  durable: Map<string, number | "folder">;
  pending: { name: string; is: number | "folder" | null }[];
}

/**
 * What a disk may hold when the power goes before operation `at`.
 * @param start what lay durably in the folder before the first operation
 * @returns path → bytes, and the events before the cut
 */
export function afterCut(
  start: ReadonlyMap<string, Uint8Array>,
  operations: readonly Operation[],
  at: number,
  random: { below: (n: number) => number },
) {
  const contents = new Map<number, Content>();
  const folders = new Map<string, Names>([[".", emptyNames()]]);
  const events: unknown[] = [];
  const names = (path: string) => {
    const key = path === "" ? "." : path;
    const known = folders.get(key) ?? emptyNames();
    folders.set(key, known);
    return known;
  };
  const set = (path: string, is: number | "folder" | null) =>
    names(dirname(path)).pending.push({ name: path.slice(path.lastIndexOf("/") + 1), is });
  const current = (path: string): number | "folder" | null => {
    const { durable, pending } = names(dirname(path));
    const last = path.slice(path.lastIndexOf("/") + 1);
    return pending.findLast(({ name }) => name === last)?.is ?? durable.get(last) ?? null;
  };
  const ground = (path: string, is: number | "folder") => {
    names(dirname(path)).durable.set(path.slice(path.lastIndexOf("/") + 1), is);
    if (dirname(path) !== ".") ground(dirname(path), "folder");
  };
  for (const [i, [path, bytes]] of [...start].entries()) {
    contents.set(-1 - i, { durable: bytes, current: bytes });
    ground(path, -1 - i);
  }
  for (const operation of operations.slice(0, at)) {
    if (operation.kind === "event") events.push(operation.value);
    else if (operation.kind === "create") {
      contents.set(operation.file, { durable: new Uint8Array(0), current: new Uint8Array(0) });
      set(operation.path, operation.file);
    } else if (operation.kind === "write") {
      const known = contents.get(operation.file);
      if (known) known.current = operation.bytes;
    } else if (operation.kind === "sync") {
      const known = contents.get(operation.file);
      if (known) known.durable = known.current;
    } else if (operation.kind === "mkdir") set(operation.path, "folder");
    else if (operation.kind === "remove") set(operation.path, null);
    else if (operation.kind === "rename") {
      set(operation.to, current(operation.from));
      set(operation.from, null);
    } else {
      const known = names(operation.path);
      known.durable = settled(known, () => true);
      known.pending = [];
    }
  }
  const files = new Map<string, Uint8Array>();
  const lay = (path: string) => {
    const known = folders.get(path);
    if (!known) return;
    for (const [name, is] of settled(known, () => random.below(2) === 0)) {
      const below = path === "." ? name : join(path, name);
      if (is === "folder") lay(below);
      else files.set(below, survivor(contents.get(is)!, random));
    }
  };
  lay(".");
  return { files, events };
}

function emptyNames(): Names {
  return { durable: new Map(), pending: [] };
}

function settled({ durable, pending }: Names, kept: () => boolean): Map<string, number | "folder"> {
  const map = new Map(durable);
  for (const { name, is } of pending) {
    if (!kept()) continue;
    if (is === null) map.delete(name);
    else map.set(name, is);
  }
  return map;
}

/** Synced bytes stay; others may be lost, cut, zeroed or written. */
function survivor({ durable, current }: Content, random: { below: (n: number) => number }): Uint8Array {
  if (durable === current) return durable;
  const fate = random.below(4);
  if (fate === 0) return durable;
  if (fate === 1) return current.subarray(0, random.below(current.length + 1));
  if (fate === 2) return new Uint8Array(current.length);
  return current;
}
