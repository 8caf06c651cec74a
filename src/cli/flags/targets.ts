/**
 * What a command will write is tried before its work: a folder that takes no file, a pseudo file system and a full disk
 * are one line at the beginning, not a stack trace after hours. Nothing is left behind.
 */
import { constants } from "node:fs";
import { access, lstat, mkdtemp, rmdir, statfs } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Command } from "commander";
import { AssayError, quoted } from "../../base/error.js";

/** Options that name what is written, where their value is a file or a folder. */
export const TARGETS: ReadonlySet<string> = new Set(["out", "svg", "feed", "alert", "proof", "draft", "state"]);
/** By placeholder: what must not lie there already. One of neither may become a file or a folder. */
const KINDS: Readonly<Record<string, "file" | "folder" | "either">> = {
  file: "file",
  dir: "folder",
  folder: "folder",
  path: "either",
};

/** File systems that hold no files of anybody's: their numbers in Linux's magic.h. */
const PSEUDO: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x64626720, 0x1cd1, 0x27e0eb, 0x63677270]);

/** @throws AssayError USAGE, naming the option and the folder */
export async function checkTargets(command: Command): Promise<void> {
  const options = command.opts<Record<string, unknown>>();
  for (const { long, flags } of command.options) {
    const name = long?.slice(2) ?? "";
    const kind = KINDS[/<(\w+)>/.exec(flags)?.[1] ?? ""];
    if (!TARGETS.has(name) || kind === undefined) continue;
    for (const value of [options[name]].flat())
      if (typeof value === "string" && !/^[a-z0-9]+:\/\//.test(value)) await checkTarget(name, value, kind);
  }
  for (const value of [...command.args, ...Object.values(options).flat(), process.env.ASSAY_HOME])
    if (typeof value === "string" && (isAbsolute(value) || /^\.\.?\//.test(value))) await checkPlace(value);
}

/**
 * Whatever a path is for, nothing is read or made where nothing is and nothing can be: Node's `mkdir` of a folder with
 * its parents tries for ever on such a file system.
 */
async function checkPlace(path: string): Promise<void> {
  const target = resolve(path);
  if (await lstat(target).catch(() => null)) return;
  const kind = await statfs(await above(target)).catch(() => null);
  if (kind !== null && PSEUDO.has(kind.type))
    throw new AssayError("USAGE", `expected a file or a folder, or room for one, got nothing at ${quoted(path)}`);
}

async function checkTarget(name: string, path: string, wanted: "file" | "folder" | "either"): Promise<void> {
  const flag = `--${name}`;
  const target = resolve(path);
  const there = await lstat(target).catch(() => null);
  if (there && !there.isFile() && !there.isDirectory() && !there.isSymbolicLink())
    throw new AssayError("USAGE", `${flag}: expected a file or a folder, got a device at ${quoted(path)}`);
  if (wanted === "file" && (there?.isDirectory() || path.endsWith("/")))
    throw new AssayError("USAGE", `${flag}: expected a file, got a folder at ${quoted(path)}`);
  if (wanted === "folder" && there?.isFile())
    throw new AssayError("USAGE", `${flag}: expected a folder, got a file at ${quoted(path)}`);
  const folder = await above(there?.isDirectory() ? target : dirname(target));
  const info = await lstat(folder);
  if (!info.isDirectory() && !info.isSymbolicLink())
    throw new AssayError("USAGE", `${flag}: expected a folder that can be written to, got a file at ${quoted(folder)}`);
  const refused = () =>
    new AssayError("USAGE", `${flag}: expected a folder that can be written to, got ${quoted(folder)}`);
  const kind = await statfs(folder).catch(() => null);
  if (kind !== null && PSEUDO.has(kind.type)) throw refused();
  if (kind !== null && kind.blocks > 0 && kind.bavail === 0)
    throw new AssayError("USAGE", `${flag}: expected room on the disk of ${quoted(folder)}, got none`);
  await access(folder, constants.W_OK | constants.X_OK).catch(() => {
    throw refused();
  });
  // Whoever is root passes every look at permissions: only making something tells.
  const tried = await mkdtemp(join(folder, ".assay-")).catch(() => null);
  if (tried === null) throw refused();
  await rmdir(tried);
}

/** The nearest path upwards that is there. */
async function above(path: string): Promise<string> {
  const there = await lstat(path).catch(() => null);
  return there || dirname(path) === path ? path : above(dirname(path));
}
