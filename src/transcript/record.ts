/**
 * One line of a transcript: `{prompt_id, prompt?, text, ids?, prompt_ids?, sample?, logprob?, settings?}`. `prompt` as a number
 * is read as `prompt_id`; a line without an id is named by the digest of its prompt, so that two files that carry the
 * same prompts still join. Keys not listed are left alone: other tools add theirs.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { type Settings, TRANSCRIPT_LIMITS, type UnnumberedRecord } from "./transcript.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** @param what names the line in errors, e.g. `"suspect.jsonl" line 12` */
export function parseObject(line: string, what: string): JsonObject {
  const value = parseStrictJson(line, what);
  if (!isObject(value)) throw expected(what, "a JSON object", value);
  return value;
}

/** @throws AssayError FORMAT or LIMIT, naming the field */
export function readRecord(object: JsonObject, what: string): UnnumberedRecord {
  const prompt = typeof object.prompt === "string" ? object.prompt : null;
  const promptIds = tokenIds(object.prompt_ids, "prompt_ids", what);
  if (typeof object.text !== "string") throw expected(what, '"text" to be a string', object.text);
  return {
    promptId: promptIdOf(object, prompt, promptIds, what),
    prompt,
    text: object.text,
    ids: tokenIds(object.ids, "ids", what),
    promptIds,
    sample: sampleOf(object.sample, what),
    logprob: logprobOf(object.logprob, what),
    settings: readSettings(object.settings, what),
  };
}

/** What a line of the house's own form looks like when written: keys in this order, absent where there is nothing. */
export function writeRecord(record: UnnumberedRecord): string {
  return JSON.stringify({
    prompt_id: record.promptId,
    ...(record.prompt === null ? {} : { prompt: record.prompt }),
    text: record.text,
    ...(record.ids === null ? {} : { ids: record.ids }),
    ...(record.promptIds === null ? {} : { prompt_ids: record.promptIds }),
    ...(record.sample === null ? {} : { sample: record.sample }),
    ...(record.logprob === null ? {} : { logprob: record.logprob }),
    ...(record.settings === null ? {} : { settings: record.settings }),
  });
}

function promptIdOf(
  object: JsonObject,
  prompt: string | null,
  promptIds: readonly number[] | null,
  what: string,
): string {
  const given = object.prompt_id ?? (typeof object.prompt === "number" ? object.prompt : undefined);
  if (given === undefined || given === null) {
    if (prompt !== null) return promptDigest(prompt);
    if (promptIds !== null) return promptDigest(promptIds.join(" "));
    throw expected(what, '"prompt_id", or a "prompt" to name it by', given);
  }
  return checkedPromptId(given, what);
}

/** @throws AssayError unless a short text or a whole number */
export function checkedPromptId(given: unknown, what: string): string {
  if (typeof given === "number" && Number.isSafeInteger(given)) return String(given);
  if (typeof given === "string" && given.length > 0 && given.length <= TRANSCRIPT_LIMITS.promptIdCharsMax) return given;
  throw expected(
    what,
    `"prompt_id" to be a whole number or 1 to ${TRANSCRIPT_LIMITS.promptIdCharsMax} characters`,
    given,
  );
}

/** The id of a prompt that came without one: 64 bits of SHA-256 of its text. */
export function promptDigest(prompt: string): string {
  return `text-${hex(sha256(utf8(prompt)).subarray(0, 8))}`;
}

function sampleOf(given: unknown, what: string): number | null {
  if (given === undefined || given === null) return null;
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= 0) return given;
  throw expected(what, '"sample" to be a whole number from 0', given);
}

function logprobOf(given: unknown, what: string): number | null {
  if (given === undefined || given === null) return null;
  if (typeof given === "number" && Number.isFinite(given) && given <= 0) return given;
  throw expected(what, '"logprob" to be a number up to 0', given);
}

function tokenIds(given: unknown, key: string, what: string): readonly number[] | null {
  if (given === undefined || given === null) return null;
  if (!Array.isArray(given)) throw expected(what, `"${key}" to be a list of token ids`, given);
  if (given.length > TRANSCRIPT_LIMITS.idsMax)
    throw new AssayError("LIMIT", `${what}: expected at most ${TRANSCRIPT_LIMITS.idsMax} ids in "${key}"`);
  for (const id of given)
    if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0)
      throw expected(what, `"${key}" to hold whole numbers from 0`, id);
  return given as number[];
}

/** Settings are kept where they are plain; what is nested is another tool's matter and is left out. */
export function readSettings(given: unknown, what: string): Settings | null {
  if (given === undefined || given === null) return null;
  if (!isObject(given)) throw expected(what, '"settings" to be an object', given);
  const entries = Object.entries(given).filter(([, value]) => isPlain(value));
  if (entries.length > TRANSCRIPT_LIMITS.settingsKeysMax)
    throw new AssayError("LIMIT", `${what}: expected at most ${TRANSCRIPT_LIMITS.settingsKeysMax} settings`);
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === "string"
        ? value.slice(0, TRANSCRIPT_LIMITS.settingsCharsMax)
        : (value as number | boolean | null),
    ]),
  );
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

/** A JSON object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A FORMAT error in the one form of this reader: file and line, what was wanted, what stands there. */
export function expected(what: string, wanted: string, got: unknown): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${wanted}, got ${quoted(got ?? "nothing")}`);
}
