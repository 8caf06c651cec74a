/** Tables with a column a scorer, as research publishes them, to files of scores. */
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { SCORERS_MAX, SCORES_BYTES_MAX } from "../method.js";

/** @returns what was written, in a sentence @throws AssayError FORMAT naming the line */
export async function gatherTables(asked: {
  tables: readonly string[];
  probe: string;
  out: string;
  skip: readonly string[];
}): Promise<string> {
  const lines = new Map<string, string[]>();
  for (const path of asked.tables) {
    const what = quoted(basename(path));
    const bytes = await readSmallFile(path, SCORES_BYTES_MAX);
    const text = fromUtf8(
      bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: SCORES_BYTES_MAX }) : bytes,
      what,
    );
    const prompt = basename(path).replace(/\.csv(\.gz)?$/i, "");
    const [head, ...rows] = text.split(/\r?\n/).filter((line) => line !== "");
    const columns = cells(head ?? "", `${what}, line 1`);
    if (columns.length < 2 || columns.length > SCORERS_MAX)
      throw new AssayError("FORMAT", `${what}: expected 2 to ${SCORERS_MAX} columns, got ${columns.length}`);
    for (const [r, row] of rows.entries()) {
      const where = `${what}, line ${r + 2}`;
      const values = cells(row, where);
      if (values.length !== columns.length)
        throw new AssayError("FORMAT", `${where}: expected ${columns.length} cells, got ${values.length}`);
      const item = values[0]!;
      for (const [c, scorer] of columns.entries()) {
        if (c === 0 || asked.skip.includes(scorer) || values[c] === "") continue;
        const score = Number(values[c]);
        if (!Number.isFinite(score))
          throw new AssayError("FORMAT", `${where}: expected a number, got ${quoted(values[c])}`);
        const written = lines.get(scorer) ?? [];
        lines.set(scorer, written);
        written.push(JSON.stringify({ probe: asked.probe, prompt_id: prompt, item, score, length: item.length }));
      }
    }
  }
  for (const [scorer, of] of lines)
    await writeNewFile(
      join(asked.out, `${scorer.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.jsonl`),
      utf8(`${of.join("\n")}\n`),
    );
  return `${lines.size} scorers in ${asked.out}`;
}

/** Cells of one line; a quoted cell may hold commas and doubled quotes, and no line break. */
function cells(line: string, where: string): string[] {
  const out: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/gy;
  let end = 0;
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    out.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    end = pattern.lastIndex;
    if (end >= line.length) break;
  }
  if (end < line.length) throw new AssayError("FORMAT", `${where}: expected cells between commas`);
  return out;
}
