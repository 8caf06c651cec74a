/**
 * Answers to be scored, each under the prompt that it answers: JSON Lines or a list of
 * `{"prompt_id", "prompt", "item", "text", "probe"?}`, or RewardBench's pairs `{"id", "subset"?, "prompt", "chosen",
 * "rejected"}`, which keep the names that its saved scores have.
 */
import { fromUtf8 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { isObject, type JsonObject } from "./record.js";

/** An answer to a prompt, and what its score is filed under. */
export interface ItemToScore {
  /** The item's place in its file: names it within one collection. */
  id: string;
  probe: string | null;
  promptId: string;
  prompt: string;
  item: string;
  text: string;
}

/** As many as one scorer may have, and characters of one text. */
const ITEMS_MAX = 400_000;
const TEXT_CHARACTERS_MAX = 200_000;
const ID_CHARACTERS_MAX = 500;

/** In the file's order. @throws AssayError FORMAT naming the line, LIMIT */
export function readItemsToScore(bytes: Uint8Array, what: string): ItemToScore[] {
  const text = fromUtf8(bytes, what);
  const items: ItemToScore[] = [];
  const seen = new Set<string>();
  const take = (value: unknown, where: string) => {
    for (const item of itemsOf(value, where)) {
      const key = JSON.stringify([item.probe, item.promptId, item.item]);
      if (seen.has(key)) throw new AssayError("FORMAT", `${where}: expected ${quoted(item.item)} once in a prompt`);
      seen.add(key);
      items.push({ id: String(items.length), ...item });
      if (items.length > ITEMS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${ITEMS_MAX} items`);
    }
  };
  if (text.trimStart().startsWith("[")) {
    for (const [i, each] of (parseStrictJson(text, what) as unknown[]).entries()) take(each, `${what}, item ${i + 1}`);
  } else
    for (const [i, line] of text.split("\n").entries())
      if (line.trim() !== "") take(parseStrictJson(line, `${what}, line ${i + 1}`), `${what}, line ${i + 1}`);
  if (items.length === 0) throw new AssayError("FORMAT", `${what}: expected items to score, got none`);
  return items;
}

function itemsOf(value: unknown, where: string): Omit<ItemToScore, "id">[] {
  if (!isObject(value))
    throw new AssayError("FORMAT", `${where}: expected {"prompt_id", "prompt", "item", "text"}, got ${quoted(value)}`);
  const prompt = textOf(value, "prompt", where);
  const probe = value.probe === undefined ? null : idOf(value, "probe", where);
  if (value.chosen !== undefined || value.rejected !== undefined) {
    const id = idOf(value, "id", where);
    const promptId = typeof value.subset === "string" ? `${value.subset.slice(0, 100)}/${id}` : id;
    return ["chosen", "rejected"].map((item) => ({ probe, promptId, prompt, item, text: textOf(value, item, where) }));
  }
  const [promptId, item] = [idOf(value, "prompt_id", where), idOf(value, "item", where)];
  return [{ probe, promptId, prompt, item, text: textOf(value, "text", where) }];
}

function textOf(value: JsonObject, name: string, where: string): string {
  const text = value[name];
  if (typeof text === "string" && text.length > 0 && text.length <= TEXT_CHARACTERS_MAX) return text;
  throw new AssayError(
    "FORMAT",
    `${where}: expected "${name}" as text of 1 to ${TEXT_CHARACTERS_MAX} characters, got ${quoted(text)}`,
  );
}

function idOf(value: JsonObject, name: string, where: string): string {
  const given = value[name];
  const id = typeof given === "number" && Number.isFinite(given) ? String(given) : given;
  if (typeof id === "string" && id.length > 0 && id.length <= ID_CHARACTERS_MAX && !id.includes("\0")) return id;
  throw new AssayError(
    "FORMAT",
    `${where}: expected "${name}" as text of 1 to ${ID_CHARACTERS_MAX} characters, got ${quoted(given)}`,
  );
}
