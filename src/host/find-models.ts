/** Finds models by digest: the entries of a folder (and the folder itself) are digested until all are found. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AssayError, quoted } from "../base/error.js";
import { intake } from "./intake.js";

/** Entries looked at; a folder of more is not a folder of inputs. */
const ENTRIES_MAX = 1000;

/** @returns root digest → path, for those found. Entries named like a wanted input are tried first. */
export async function findModels(
  folder: string,
  wanted: readonly { name: string; root: string }[],
  home: string,
): Promise<Map<string, string>> {
  const info = await stat(folder).catch(() => null);
  if (!info)
    throw new AssayError("NOT_FOUND", `verify: expected a folder of inputs, found nothing at ${quoted(folder)}`);
  const entries = info.isDirectory() ? (await readdir(folder)).sort() : [];
  if (entries.length > ENTRIES_MAX)
    throw new AssayError("LIMIT", `verify: expected at most ${ENTRIES_MAX} entries in --inputs`);
  const names = new Set(wanted.map((w) => w.name));
  const ordered = [...entries.filter((e) => names.has(e)), ...entries.filter((e) => !names.has(e))];
  const missing = new Set(wanted.map((w) => w.root));
  const found = new Map<string, string>();
  for (const path of [...ordered.map((entry) => join(folder, entry)), folder]) {
    if (missing.size === 0) break;
    // What cannot be read as a model is simply not the one looked for.
    const taken = await intake(path, { home, onProgress: () => {} }).catch(() => null);
    if (taken && missing.delete(taken.root)) found.set(taken.root, path);
  }
  return found;
}
