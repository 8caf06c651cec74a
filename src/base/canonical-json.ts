/**
 * Canonical JSON (RFC 8785, JCS): the one text of a value, so that a digest of it means something.
 * Non-finite numbers and `undefined` inside arrays are programmer's mistakes.
 */
import canonicalize from "canonicalize";
import { utf8 } from "./bytes.js";
import { assert } from "./error.js";

export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  assert(typeof text === "string", "canonicalJson: expected a JSON value");
  return text;
}

export function canonicalJsonBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}
