/**
 * JSON (RFC 8259) read strictly: a duplicate key is an error and depth is bounded. `JSON.parse` keeps the last of
 * two equal keys, so two readers may see two different files: in a header that names weights that is an attack.
 * Grammar is left to `JSON.parse`; this file adds what it lacks. Objects come back without a prototype.
 */
import { AssayError, quoted } from "./error.js";

/** Deeper nesting has no use in any file read here and exhausts stacks (CWE-674). */
const DEPTH_MAX = 32;

/**
 * @param text the document
 * @param what named in errors, e.g. "safetensors header of model.safetensors"
 * @throws AssayError FORMAT on bad grammar or a duplicate key, LIMIT on depth
 */
export function parseStrictJson(text: string, what: string): unknown {
  const escapedKeys = checkKeys(text, what);
  try {
    const parsed: unknown = JSON.parse(text);
    return escapedKeys ? built(text) : withoutPrototypes(parsed);
  } catch (error) {
    throw new AssayError("FORMAT", `${what}: expected JSON, got ${(error as Error).message}`);
  }
}

/**
 * A text whose grammar holds and whose depth is bounded, put together key by key. Where keys have escapes, `JSON.parse` of
 * V8 13.6 (Node 24) now and then takes one for another that it has met in such a place before: `{"\\"":0}` came out with the
 * key `\\`, and where that is there too a key was lost. Strings by themselves it reads as they are.
 */
function built(text: string): unknown {
  let at = 0;
  const blanks = () => {
    while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at++;
  };
  const literal = (): string => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    return text.slice(start, ++at);
  };
  const value = (): unknown => {
    blanks();
    if (text[at] === '"') return JSON.parse(literal());
    if (text[at] === "[") return items([] as unknown[], (into) => into.push(value()));
    if (text[at] === "{")
      return items(Object.create(null) as Record<string, unknown>, (into) => {
        const key = JSON.parse(literal()) as string;
        blanks();
        at++;
        into[key] = value();
      });
    const start = at;
    while (at < text.length && !" \t\n\r,]}".includes(text.charAt(at))) at++;
    return JSON.parse(text.slice(start, at));
  };
  function items<T>(into: T, one: (into: T) => void): T {
    at++;
    blanks();
    for (let more = !"]}".includes(text.charAt(at)); more; more = text[at - 1] === ",") {
      blanks();
      one(into);
      blanks();
      at++;
    }
    if (!"]}".includes(text.charAt(at - 1))) at++;
    return into;
  }
  return value();
}

/** In place and by a loop: a reviver costs ten times as much on a tokenizer of some megabytes. */
function withoutPrototypes(top: unknown): unknown {
  const open: object[] = typeof top === "object" && top !== null ? [top] : [];
  for (let value = open.pop(); value; value = open.pop()) {
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    for (const child of Object.values(value)) if (typeof child === "object" && child !== null) open.push(child);
  }
  return top;
}

/**
 * One pass over the text: strings are skipped, the keys of each open object are remembered.
 * @returns whether any key is written with an escape
 */
function checkKeys(text: string, what: string): boolean {
  let escapedKeys = false;
  const open: (Set<string> | null)[] = []; // a set for an object, null for an array
  const endOfString = stringEnds(text, what);
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
        open.push(new Set());
        expectKey = true;
        break;
      case 0x5b: // [
        open.push(null);
        expectKey = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        expectKey = false;
        break;
      case 0x2c: // ,
        expectKey = open.at(-1) instanceof Set;
        break;
      case 0x22: {
        const end = endOfString(i);
        const keys = open.at(-1);
        if (expectKey && keys && addKey(keys, text.slice(i, end + 1), what)) escapedKeys = true;
        expectKey = false;
        i = end;
        break;
      }
    }
    if (open.length > DEPTH_MAX) throw new AssayError("LIMIT", `${what}: expected nesting of at most ${DEPTH_MAX}`);
  }
  return escapedKeys;
}

/** @returns whether it is written with an escape */
function addKey(keys: Set<string>, literal: string, what: string): boolean {
  const escaped = literal.includes("\\");
  let key: string;
  try {
    key = escaped ? JSON.parse(literal) : literal.slice(1, -1); // "a" and "\u0061" are the same key
  } catch {
    throw new AssayError("FORMAT", `${what}: expected JSON, got a malformed string`);
  }
  if (key === "__proto__") throw new AssayError("FORMAT", `${what}: the key "__proto__" is not accepted`);
  if (keys.has(key)) throw new AssayError("FORMAT", `${what}: expected unique keys, got ${quoted(key)} twice`);
  keys.add(key);
  return escaped;
}

/**
 * Finds where strings end, from left to right. The next escape is kept from string to string: looked for at each anew, it
 * is looked for through all that is left of a text without one, and megabytes of short strings take minutes.
 */
function stringEnds(text: string, what: string): (start: number) => number {
  let escaped = text.indexOf("\\");
  return (start) => {
    if (escaped !== -1 && escaped <= start) escaped = text.indexOf("\\", start + 1);
    for (let end = text.indexOf('"', start + 1); end !== -1; ) {
      if (escaped === -1 || escaped > end) return end;
      // An escape takes the character behind it along, which may be the quote.
      const next = escaped + 2;
      if (next > end) end = text.indexOf('"', next);
      escaped = text.indexOf("\\", next);
    }
    throw new AssayError("FORMAT", `${what}: expected JSON, got an unterminated string`);
  };
}
