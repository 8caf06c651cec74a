/**
 * One line of JSON as Python's json module writes it: strict (no duplicate keys, bounded depth), but `NaN` and `Infinity`,
 * which it writes for numbers, are read as those words: a loss that was not a number is no fault of the file.
 */
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { Fields } from "./normal-form.js";

const WORDS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** @throws FORMAT for a line that is no object */
export function jsonFields(text: string, what: string): Fields {
  const value = pythonJson(text, what);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AssayError("FORMAT", `${what}: expected an object`);
  return { ...value };
}

/** `NaN` and `Infinity` come out as texts. @throws FORMAT for what is no JSON besides */
export function pythonJson(text: string, what: string): unknown {
  const plain = /NaN|Infinity/.test(text)
    ? text.replace(WORDS, (word) => (word.startsWith('"') ? word : `"${word}"`))
    : text;
  return parseStrictJson(plain, what);
}
