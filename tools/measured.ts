/**
 * Figures and the code they measure: tools/measured.json says, for each file of figures, which code it measured and that
 * code's digest then. `node tools/measured.ts` lists the figures that are older than their code (a warning: exit 0);
 * `--note FILE` writes the present digest down after a measurement. Comments, imports, the word `export` and names of
 * files are left out of a digest: what was moved, shown or explained was not changed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const LIST = join(root, "tools/measured.json");

export interface Measured {
  /** Files and folders, from the root. */
  code: string[];
  /** Null where the code had changed before anybody noted it. */
  digest: string | null;
  commit: string | null;
}

export function measuredFigures(): Record<string, Measured> {
  return JSON.parse(readFileSync(LIST, "utf8"));
}

/** Of the code alone, in no order of files. */
export function digestOfCode(texts: readonly string[]): string {
  const digests = texts.map(codeOf).filter(Boolean);
  return sha256(digests.map(sha256).sort().join("\n"));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Without imports, `export`, comments and white space. */
export function codeOf(text: string): string {
  return text
    .replace(/^(import|export)\s[^;]*?from\s+"[^"]*"( with \{[^}]*\})?;?$/gm, "")
    .replace(/^import\s+"[^"]*";?$/gm, "")
    .replace(/^export (?=[a-z])/gm, "")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

export function codeTexts(code: readonly string[], at = root): string[] {
  const texts: string[] = [];
  const walk = (path: string): void => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path)) if (name !== "generated") walk(join(path, name));
    } else if (/\.(ts|tsx|mjs)$/.test(path)) texts.push(readFileSync(path, "utf8"));
  };
  for (const path of code) walk(join(at, path));
  return texts;
}

/** Figures whose code is another than when they were measured. */
export function olderThanTheirCode(list = measuredFigures(), at = root): (Measured & { figures: string })[] {
  return Object.entries(list).flatMap(([figures, { code, digest, commit }]) =>
    digest === digestOfCode(codeTexts(code, at)) ? [] : [{ figures, code, digest, commit }],
  );
}

/** To be called when `figures` was written anew, from the root as it stands. */
export function noteMeasured(figures: string): void {
  const list = measuredFigures();
  const entry = list[figures];
  if (!entry) throw new Error(`measured: expected ${figures} in tools/measured.json`);
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  list[figures] = { ...entry, digest: digestOfCode(codeTexts(entry.code)), commit };
  writeFileSync(LIST, `${JSON.stringify(list, null, 2)}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const at = process.argv.indexOf("--note");
  if (at !== -1) noteMeasured(process.argv[at + 1]!);
  else {
    const older = olderThanTheirCode();
    for (const { figures, code, commit } of older)
      console.log(
        `older than its code: ${figures} (${commit ? `measured at ${commit.slice(0, 10)}` : "commit unknown"}; ${code.join(", ")})`,
      );
    console.log(
      `${older.length} of ${Object.keys(measuredFigures()).length} files of figures are older than the code they measure`,
    );
  }
}
