/** Large logs for benches, made quickly. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LogWriter } from "../dist/tlog/log-writer.js";
import { parseSecretKey } from "../dist/tlog/note-keys.js";

/** Writes as a log does, but leaves durability to the end: for making large logs quickly. */
function quickStore(log: string) {
  return {
    read: async (path: string) => (existsSync(join(log, path)) ? new Uint8Array(readFileSync(join(log, path))) : null),
    write: async (files: ReadonlyMap<string, Uint8Array>) => {
      for (const [path, bytes] of files) {
        mkdirSync(dirname(join(log, path)), { recursive: true });
        writeFileSync(join(log, path), bytes);
      }
    },
    remove: async (paths: readonly string[]) => {
      for (const path of paths) rmSync(join(log, path), { recursive: true, force: true });
    },
  };
}

/** Grows a log to `size` entries. @param entry bytes of the entry at an index */
export async function fillLog(log: string, size: number, entry: (i: number) => Uint8Array) {
  const [line] = readFileSync(join(log, "state/keys"), "utf8").split("\n");
  const key = parseSecretKey(line!);
  const writer = await LogWriter.open({
    store: quickStore(log),
    origin: key.name,
    keys: [key],
    now: () => 1_790_000_000,
  });
  while (writer.size < size) {
    const first = writer.size;
    const count = Math.min(1024 - (first % 1024), size - first);
    await Promise.all(Array.from({ length: count }, (_, i) => writer.append(entry(first + i))));
    if (first % 262_144 < 1024) process.stderr.write(`${first} of ${size}\n`);
  }
}
