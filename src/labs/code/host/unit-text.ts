/** The text of a unit or passage, for someone who is to read it: from its first token to its last, whole lines. */
import { grammarOf } from "../tokens/languages.js";
import { readTokens } from "./grammars.js";
import type { SourceTree } from "./source-tree.js";
import { textOf } from "./source-tree.js";

/** Lines shown of one unit: some ten pages. */
const LINES_MAX = 600;

/** @returns null where the tree has no such unit */
export async function textOfUnit(
  tree: SourceTree,
  { path, name, line, last }: { path: string; name: string; line: number; last?: number },
): Promise<string | null> {
  const file = tree.files.find((one) => one.path === path);
  const text = file ? textOf(file) : null;
  if (text === null) return null;
  const lines = text.split("\n");
  if (last !== undefined) return cut(lines.slice(line - 1, last));
  if (name === "") return cut(lines);
  const read = await readTokens(text, grammarOf(path)!, path);
  const unit = read?.units.find((one) => one.name === name && one.line === line);
  if (!read || !unit) return null;
  const end = read.starts[unit.to - 1] ?? text.length;
  const lastLine = text.slice(0, end).split("\n").length;
  return cut(lines.slice(line - 1, lastLine));
}

function cut(lines: readonly string[]): string {
  const shown = lines.slice(0, LINES_MAX).map((line) => line.slice(0, 500));
  return lines.length > LINES_MAX
    ? [...shown, `… ${lines.length - LINES_MAX} further lines`].join("\n")
    : shown.join("\n");
}
