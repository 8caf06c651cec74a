/**
 * JSON as Python writes it: `NaN` and `Infinity` stand where a number should. They are read as null and counted, since a
 * value that is no number is a fault of the evaluation, and its file must be readable to say so by name.
 */
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";

export const FILE_BYTES_MAX = 256 * 1024 * 1024;

export type Json = Record<string, unknown>;

/** @returns the value, and how many of its numbers are none @throws FORMAT, LIMIT */
export function parseLooseJson(bytes: Uint8Array, what: string): { value: unknown; notNumbers: number } {
  if (bytes.length > FILE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${FILE_BYTES_MAX} bytes, got ${bytes.length}`);
  let notNumbers = 0;
  const text = fromUtf8(bytes, what).replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) => {
    if (token.startsWith('"')) return token;
    notNumbers++;
    return "null";
  });
  return { value: parseStrictJson(text, what), notNumbers };
}

/** An object's field that is an object; null otherwise. */
export function objectIn(value: unknown, name: string): Json | null {
  const found = isObject(value) ? value[name] : null;
  return isObject(found) ? found : null;
}

/** An object's field that is a list; null otherwise. */
export function listIn(value: unknown, name: string): unknown[] | null {
  const found = isObject(value) ? value[name] : null;
  return Array.isArray(found) ? found : null;
}

/** An object's field that is a string of at least one character; null otherwise. */
export function textIn(value: unknown, name: string): string | null {
  const found = isObject(value) ? value[name] : null;
  return typeof found === "string" && found !== "" ? found.slice(0, 1000) : null;
}

/** An object's field that is a finite number; null otherwise. */
export function numberIn(value: unknown, name: string): number | null {
  const found = isObject(value) ? value[name] : null;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
