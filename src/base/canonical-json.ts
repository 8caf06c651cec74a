/**
 * Canonical JSON (RFC 8785, JCS): the one text of a value, so that a digest of it means something.
 * Non-finite numbers and `undefined` inside arrays are programmer's mistakes.
 */
import canonicalize from "canonicalize";
import { utf8 } from "./bytes.js";
import { assert } from "./error.js";

/** RFC 8785. An assertion fails for what has no JSON text, such as undefined. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  assert(typeof text === "string", "canonicalJson: expected a JSON value");
  return text;
}

/** RFC 8785 in UTF-8: what is digested and signed. */
export function canonicalJsonBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}
