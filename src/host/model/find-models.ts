/**
 * Finds models by digest: the entries of folders (and the folders themselves) are digested until all are found; then,
 * for what is named `BASE+ADAPTER`, the pairs of an entry and a folder of an adapter.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { ADAPTER_CONFIG_NAME } from "../../model/layouts/adapter.js";
import { intake } from "./intake.js";

/** Entries looked at; a folder of more is not a folder of inputs. */
const ENTRIES_MAX = 1000;

interface Wanted {
  name: string;
  root: string;
}

/** @returns root digest → path, for those found. Entries named like a wanted input are tried first. */
export async function findModels(
  folders: readonly string[],
  wanted: readonly Wanted[],
  home: string | null,
): Promise<Map<string, string>> {
  const missing = new Set(wanted.map((w) => w.root));
  const found = new Map<string, string>();
  const look = async (path: string) => {
    // What cannot be read as a model is simply not the one looked for.
    const taken = await intake(path, { home, onProgress: () => {} }).catch(() => null);
    if (taken && missing.delete(taken.root)) found.set(taken.root, path);
  };
  const names = new Set(wanted.map((w) => w.name));
  const entries = (await Promise.all(folders.map(entriesOf))).flat();
  if (entries.length > ENTRIES_MAX)
    throw new AssayError("LIMIT", `verify: expected at most ${ENTRIES_MAX} entries in --inputs`);
  const ordered = [...entries.filter((e) => names.has(e.name)), ...entries.filter((e) => !names.has(e.name))];
  for (const path of [...ordered.map((e) => e.path), ...folders]) {
    if (missing.size === 0) return found;
    await look(path);
  }
  const composed = wanted.filter(({ name, root }) => name.includes("+") && missing.has(root)).map(({ name }) => name);
  if (composed.length === 0) return found;
  const isAdapter = await Promise.all(ordered.map(({ path }) => exists(join(path, ADAPTER_CONFIG_NAME))));
  const adapters = ordered.filter((_, at) => isAdapter[at]);
  const pairs = ordered.flatMap((base) => adapters.map((adapter) => ({ base, adapter })));
  const asNamed = ({ base, adapter }: (typeof pairs)[number]) => composed.includes(`${base.name}+${adapter.name}`);
  for (const { base, adapter } of [...pairs.filter(asNamed), ...pairs.filter((p) => !asNamed(p))].slice(
    0,
    ENTRIES_MAX,
  )) {
    if (missing.size === 0) break;
    if (base !== adapter) await look(`${base.path}+${adapter.path}`);
  }
  return found;
}

async function entriesOf(folder: string): Promise<{ name: string; path: string }[]> {
  const info = await stat(folder).catch(() => null);
  if (!info)
    throw new AssayError("NOT_FOUND", `verify: expected a folder of inputs, found nothing at ${quoted(folder)}`);
  const names = info.isDirectory() ? (await readdir(folder)).sort() : [];
  return names.map((name) => ({ name, path: join(folder, name) }));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
