/** Finds files by digest: the entries of folders, and their entries' entries, are digested until all are found. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Digest } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";

/** Files looked at; a folder of more is not a folder of inputs (a panel may hold 5,000, and raw answers beside them). */
const FILES_MAX = 20_000;
/** A model's folder beside the texts holds its tokenizer: one level down is enough. */
const DEPTH_MAX = 1;

/** @returns digest → path, for those found. Files named like a wanted input are tried first. */
export async function findFiles(
  folders: readonly string[],
  wanted: readonly { name: string; root: string }[],
): Promise<Map<string, string>> {
  const names = new Set(wanted.map(({ name }) => name));
  const missing = new Set(wanted.map(({ root }) => root));
  const paths = await filesIn(folders);
  const found = new Map<string, string>();
  for (const path of [
    ...paths.filter((p) => names.has(basename(p))),
    ...paths.filter((p) => !names.has(basename(p))),
  ]) {
    if (missing.size === 0) break;
    const root = await digestOfFile(path).catch(() => "");
    if (missing.delete(root)) found.set(root, path);
  }
  return found;
}

/** @throws AssayError NOT_FOUND or LIMIT */
export async function filesIn(folders: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    const info = await stat(path).catch(() => null);
    if (!info && depth === 0)
      throw new AssayError("NOT_FOUND", `verify: expected a folder of inputs, found nothing at ${quoted(path)}`);
    if (info?.isFile()) paths.push(path);
    if (info?.isDirectory() && depth <= DEPTH_MAX)
      for (const entry of (await readdir(path)).sort()) await visit(join(path, entry), depth + 1);
    if (paths.length > FILES_MAX)
      throw new AssayError("LIMIT", `verify: expected at most ${FILES_MAX} files in --inputs`);
  };
  for (const folder of folders) await visit(folder, 0);
  return paths;
}

/** SHA-256 of a file, whatever its size. */
export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return `sha256:${hash.digest("hex")}`;
}
