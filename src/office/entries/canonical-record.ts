/**
 * A log's record as text: canonical JSON (RFC 8785) of one object, so that one record has one text. What it means is the
 * business of the room that keeps the log; a record of an unknown kind is read by `foreign.ts`.
 */
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJson } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";

/** A log's entry is at most 65,535 bytes (C2SP tlog-tiles); a known record is held to its own room's limit. */
const LOG_ENTRY_BYTES_MAX = 65_535;

export interface RecordText {
  text: string;
  value: Record<string, unknown>;
}

/** @throws LIMIT, FORMAT when it is not the canonical text of an object */
export function readRecordText(bytes: Uint8Array, what: string): RecordText {
  if (bytes.length > LOG_ENTRY_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${LOG_ENTRY_BYTES_MAX} bytes, got ${bytes.length}`);
  const text = fromUtf8(bytes, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AssayError("FORMAT", `${what}: expected JSON, got ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AssayError("FORMAT", `${what}: expected a JSON object`);
  const held = value as Record<string, unknown>;
  if (isPlainlyCanonical(held, text) || canonicalText(held, what) === text) return { text, value: held };
  // Where keys have escapes `JSON.parse` may give one for another (strict-json.ts): key by key it is what it says.
  const anew = text.includes("\\") ? (parseStrictJson(text, what) as Record<string, unknown>) : held;
  // A key given twice, or anything else that two readers may read differently, is another text.
  if (canonicalText(anew, what) !== text) throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785)`);
  return { text, value: anew };
}

/** The library goes down by recursion: what is nested too deep for it is no record (CWE-674). */
function canonicalText(value: Record<string, unknown>, what: string): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("FORMAT", `${what}: expected canonical JSON (RFC 8785), got ${(error as Error).message}`);
  }
}

/**
 * The common case of RFC 8785 told quickly: one object with ascending keys, of texts without escapes, whole numbers and
 * lists of texts, for which `JSON.stringify` writes the canonical text. Whatever else it is, the library decides.
 */
function isPlainlyCanonical(value: Record<string, unknown>, text: string): boolean {
  if (text.includes("\\")) return false;
  let before = "";
  for (const [key, held] of Object.entries(value)) {
    if (key <= before) return false;
    before = key;
    const plain =
      typeof held === "string" ||
      Number.isSafeInteger(held) ||
      (Array.isArray(held) && held.every((each) => typeof each === "string"));
    if (!plain) return false;
  }
  return JSON.stringify(value) === text;
}
