/**
 * Prompts to ask, each with a purpose, and the order in which they are asked: drawn from a seed that both sides can
 * commit to beforehand, so that neither picks prompts after seeing answers.
 */
import { fromUtf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { prng, sample } from "../base/prng.js";
import { parseStrictJson } from "../base/strict-json.js";
import { checkedPromptId, expected, isObject, parseObject, promptDigest } from "./record.js";

export interface Prompt {
  id: string;
  text: string;
  purpose: string | null;
}

/** Prompts of one set, and characters of one prompt. */
const PROMPTS_MAX = 200_000;
const PROMPT_CHARS_MAX = 200_000;

/** JSON Lines of `{prompt_id?, prompt, purpose?}`, or JSON: a list of texts or objects, or `{prompts: […]}`. */
export function readPromptSet(bytes: Uint8Array, what: string): Prompt[] {
  const text = fromUtf8(bytes, what).trim();
  const given =
    text.startsWith("[") || isWholeSet(text) ? listOf(parseStrictJson(text, what), what) : linesOf(text, what);
  if (given.length === 0) throw new AssayError("FORMAT", `${what}: expected at least one prompt, got none`);
  if (given.length > PROMPTS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${PROMPTS_MAX} prompts`);
  const prompts = given.map((value, i) => promptOf(value, i, `${what} prompt ${i + 1}`));
  const seen = new Set<string>();
  for (const { id } of prompts) {
    if (seen.has(id))
      throw new AssayError("FORMAT", `${what}: expected unique prompt ids, got "${id.slice(0, 80)}" twice`);
    seen.add(id);
  }
  return prompts;
}

function isWholeSet(text: string): boolean {
  return /^\{[^\n]*"prompts"\s*:\s*\[/.test(text) || /^\{\s*\n/.test(text);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  const list = isObject(value) ? value.prompts : value;
  if (!Array.isArray(list)) throw expected(what, "a list of prompts", value);
  return list;
}

function linesOf(text: string, what: string): unknown[] {
  return text
    .split("\n")
    .flatMap((line, i) => (line.trim() === "" ? [] : [parseObject(line, `${what} line ${i + 1}`)]));
}

function promptOf(value: unknown, place: number, what: string): Prompt {
  if (typeof value === "string") return { id: String(place), text: checkedText(value, what), purpose: null };
  if (!isObject(value)) throw expected(what, "a text or an object", value);
  const text = checkedText(value.prompt ?? value.text, what);
  const id = value.prompt_id ?? value.id;
  return {
    id: id === undefined ? promptDigest(text) : checkedPromptId(id, what),
    text,
    purpose: typeof value.purpose === "string" ? value.purpose.slice(0, 100) : null,
  };
}

function checkedText(value: unknown, what: string): string {
  if (typeof value !== "string" || value.length === 0 || value.length > PROMPT_CHARS_MAX)
    throw expected(what, `a prompt of 1 to ${PROMPT_CHARS_MAX} characters`, typeof value);
  return value;
}

/** The first `count` prompts of the seeded order; it depends on the ids and the seed alone. */
export function drawPrompts(prompts: readonly Prompt[], seed: string, count = prompts.length): Prompt[] {
  const sorted = [...prompts].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [...sample(sorted.length, Math.min(count, sorted.length), prng("transcript/prompt-order", seed))].map(
    (i) => sorted[i]!,
  );
}
