/**
 * A file of scores as hostile input, its form told from its content:
 *   rows         JSON Lines `{"probe", "prompt_id", "item", "score", "length"?, "format"?}`; `text` gives length and format
 *   labels       the same with `"label"` (COMPLETE, EVASIVE, DENIAL) for `score`: decisions to refuse, with `text` their wording
 *   RewardBench  `eval-set-scores`: columns `id`, `scores_chosen` and `scores_rejected`, or `scores` of several answers
 *   alpaca_eval  a list of annotations: `instruction`, `output_1`, `output_2`, `preference` from 1 to 2
 *   Inspect      a log whose samples carry scores; `metadata` may name `prompt_id`, `item`, `probe`
 * Rows with `"score": null` and `refused` are left out. The last three are the probe "pairs" unless they say otherwise.
 * What a score was made of no reader can see.
 */
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { ROWS_MAX } from "../method.js";
import { readAlpaca } from "./alpaca-annotations.js";
import { readInspect } from "./inspect-scores.js";
import { readRewardBench } from "./reward-bench.js";
import { checkedText, isUnscored, type Json, rowOf } from "./row.js";
import { keyOf, type Row, type ScoreTable } from "./score-table.js";

/**
 * @param text of the file, decompressed @param what names it in errors
 * @throws AssayError FORMAT naming the line or the place, LIMIT beyond 400,000 rows
 */
export function readScores(text: string, what: string): ScoreTable {
  const rows = new Map<string, Row>();
  const add = (row: Row, where: string): void => {
    const key = keyOf(row);
    if (rows.has(key))
      throw new AssayError("FORMAT", `${where}: expected one score of ${quoted(row.item)} in a prompt, got two`);
    rows.set(key, row);
    if (rows.size > ROWS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${ROWS_MAX} scores`);
  };
  const document = wholeDocument(text, what);
  let template: string | null = null;
  if (document === null) {
    for (const [i, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      const where = `${what}, line ${i + 1}`;
      const value = parseStrictJson(line, where);
      if (typeof value === "object" && value !== null && "scores_chosen" in value)
        for (const row of readRewardBench([value as Json], where, i)) add(row, where);
      else if (!isUnscored(value)) add(rowOf(value, where), where);
    }
  } else {
    const read = readDocument(document, what);
    template = read.template;
    for (const row of read.rows) add(row, what);
  }
  if (rows.size === 0) throw new AssayError("FORMAT", `${what}: expected scores, got none`);
  return { rows, template };
}

/** A file that is one JSON document; null for lines of JSON. */
function wholeDocument(text: string, what: string): unknown {
  const start = text.trimStart();
  if (start.startsWith("[")) return parseStrictJson(text, what);
  const line = start.slice(0, start.indexOf("\n") === -1 ? undefined : start.indexOf("\n"));
  try {
    const first = JSON.parse(line) as Json;
    const more = start.slice(line.length).trim() !== "";
    return more || "score" in first || "label" in first || typeof first.scores_chosen === "number"
      ? null
      : parseStrictJson(start, what);
  } catch {
    return start.startsWith("{") && !/^\{.*\}\s*$/.test(line) ? parseStrictJson(text, what) : null;
  }
}

function readDocument(document: unknown, what: string): { rows: Row[]; template: string | null } {
  if (Array.isArray(document)) {
    const [first] = document as Json[];
    for (const [i, each] of document.entries())
      if (typeof each !== "object" || each === null)
        throw new AssayError("FORMAT", `${what}, item ${i + 1}: expected a record, got ${quoted(each)}`);
    if (first && "preference" in first) return { rows: readAlpaca(document as Json[], what), template: null };
    if (first && ("scores_chosen" in first || "scores" in first))
      return { rows: readRewardBench(document as Json[], what, 0), template: null };
    return {
      rows: document.flatMap((each, i) => (isUnscored(each) ? [] : [rowOf(each, `${what}, item ${i + 1}`)])),
      template: null,
    };
  }
  if (typeof document !== "object" || document === null)
    throw new AssayError("FORMAT", `${what}: expected scores, got ${quoted(document)}`);
  const columns = document as Json;
  if (Array.isArray(columns.samples)) return { rows: readInspect(columns.samples as Json[], what), template: null };
  const named = Object.entries(columns).filter(([, value]) => Array.isArray(value)) as [string, unknown[]][];
  const length = named[0]?.[1].length ?? 0;
  if (named.some(([, of]) => of.length !== length))
    throw new AssayError("FORMAT", `${what}: expected columns of one length`);
  const listed = Array.from({ length }, (_, i) => Object.fromEntries(named.map(([name, of]) => [name, of[i]])));
  const template = columns.chat_template;
  return {
    rows: readRewardBench(listed, what, 0),
    template: typeof template === "string" ? checkedText(template, "chat_template", what) : null,
  };
}
