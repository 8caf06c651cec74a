/**
 * What a suspect says of the pairs of a plan: JSON Lines `{"prompt_id", "item": "a" or "b", "score"}` or
 * `{"prompt_id", "choice": "a", "b" or "tie"}`, where `prompt_id` is the pair's number from 0.
 */
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { PLANTS_MAX } from "../method.js";
import { idOf, type Json, scoreOf } from "../scores/row.js";

/** "tie" where both are scored alike; pairs that were not scored are in no entry. @throws AssayError FORMAT naming the line */
export function readChoices(text: string, what: string): ReadonlyMap<string, "a" | "b" | "tie"> {
  const choices = new Map<string, "a" | "b" | "tie">();
  const scored = new Map<string, Map<string, number>>();
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const where = `${what}, line ${i + 1}`;
    const row = parseStrictJson(line, where) as Json | null;
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new AssayError("FORMAT", `${where}: expected {"prompt_id", "item", "score"} or {"prompt_id", "choice"}`);
    const id = idOf(row.prompt_id, "prompt_id", where);
    const twice = () => new AssayError("FORMAT", `${where}: expected one answer to pair ${quoted(id)}, got two`);
    if (row.choice !== undefined) {
      if (row.choice !== "a" && row.choice !== "b" && row.choice !== "tie")
        throw new AssayError("FORMAT", `${where}: expected "choice" as a, b or tie, got ${quoted(row.choice)}`);
      if (choices.has(id) || scored.has(id)) throw twice();
      choices.set(id, row.choice);
    } else {
      const item = idOf(row.item, "item", where);
      if (item !== "a" && item !== "b")
        throw new AssayError("FORMAT", `${where}: expected "item" as a or b, got ${quoted(item)}`);
      const of = scored.get(id) ?? new Map<string, number>();
      if (of.has(item) || choices.has(id)) throw twice();
      scored.set(id, of.set(item, scoreOf(row.score, where)));
    }
    if (choices.size + scored.size > PLANTS_MAX)
      throw new AssayError("LIMIT", `${what}: expected at most ${PLANTS_MAX} pairs`);
  }
  for (const [id, of] of scored) {
    const [a, b] = [of.get("a"), of.get("b")];
    if (a !== undefined && b !== undefined) choices.set(id, a > b ? "a" : b > a ? "b" : "tie");
  }
  return choices;
}
