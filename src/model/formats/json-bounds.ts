/**
 * JSON of a stranger, bounded before it is parsed: size in bytes, then number of values, then `parseStrictJson`
 * (grammar, unique keys, depth). A few megabytes of `[],[],[]` become gigabytes of objects otherwise (CWE-770, CWE-400).
 * Counting is by punctuation outside strings; it does not check grammar.
 */
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";

interface JsonBounds {
  sizeBytesMax: number;
  /** Values of any kind, keys not counted. */
  valuesMax: number;
  /** Objects and arrays: they cost most to build. */
  containersMax: number;
}

/**
 * @param what opens the error line, e.g. `config.json`
 * @throws AssayError LIMIT beyond a bound, FORMAT on bytes that are not strict JSON in UTF-8
 */
export function parseBoundedJson(bytes: Uint8Array, bounds: JsonBounds, what: string): unknown {
  if (bytes.length > bounds.sizeBytesMax)
    throw new AssayError("LIMIT", `${what}: expected at most ${bounds.sizeBytesMax} bytes, got ${bytes.length}`);
  checkCounts(bytes, bounds, what);
  return parseStrictJson(fromUtf8(bytes, what), what);
}

/** Every value but the first follows `{`, `[` or `,`: an upper bound without parsing. */
function checkCounts(bytes: Uint8Array, { valuesMax, containersMax }: JsonBounds, what: string): void {
  let values = 1;
  let containers = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x2c) values++;
    else if (c === 0x5b || c === 0x7b) {
      values++;
      containers++;
    }
    if (values > valuesMax) throw new AssayError("LIMIT", `${what}: expected at most ${valuesMax} values in the JSON`);
    if (containers > containersMax)
      throw new AssayError("LIMIT", `${what}: expected at most ${containersMax} objects and lists in the JSON`);
  }
}

/** An object of parsed JSON (arrays and null are none). */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Some editors put one before UTF-8 text (RFC 8259 §8.1 allows to ignore it). */
export function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
