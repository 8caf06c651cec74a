/**
 * Texts to be scored, as token ids: JSON Lines (gzipped or not), a record a line with `ids`, or with `text` and a
 * tokenizer handed in; `prompt_ids` or `prompt` where a scheme reads the prompt. What a line does not carry is not
 * guessed.
 */
import { AssayError, quoted } from "../../../base/error.js";
import { lines, textOf } from "../../../transcript/read-transcript.js";
import { parseObject } from "../../../transcript/record.js";
import { TRANSCRIPT_LIMITS } from "../../../transcript/transcript.js";

export interface IdText {
  /** `prompt_id` and `sample` where given, else the number of the line. */
  id: string;
  /** The text's own ids. */
  ids: Uint32Array;
  /** Ids of the prompt; empty where none were given. */
  promptIds: Uint32Array;
  /** Whether the ids are cut out of a text: then its first one has no known beginning before it. */
  excerpt?: boolean;
}

/** The texts of one file, read in one way. */
export interface Reading {
  name: string;
  texts: readonly IdText[];
}

type Encode = (text: string) => ArrayLike<number>;

/** Ids over all texts: a corpus of this size takes some minutes and 6 GB (CWE-770). */
export const CORPUS_IDS_MAX = 200_000_000;

/**
 * @param encode null when no tokenizer was given
 * @throws AssayError FORMAT, LIMIT, or USAGE when a line has text only and there is no tokenizer
 */
export function readTexts(bytes: Uint8Array, what: string, encode: Encode | null): IdText[] {
  if (bytes.length > TRANSCRIPT_LIMITS.fileBytesMax)
    throw new AssayError("LIMIT", `${what}: expected at most ${TRANSCRIPT_LIMITS.fileBytesMax} bytes`);
  const texts: IdText[] = [];
  let number = 0;
  let total = 0;
  for (const line of lines(textOf(bytes, what))) {
    number++;
    if (line.trim() === "") continue;
    const where = `${what} line ${number}`;
    if (texts.length >= TRANSCRIPT_LIMITS.recordsMax)
      throw new AssayError("LIMIT", `${what}: expected at most ${TRANSCRIPT_LIMITS.recordsMax} texts`);
    const object = parseObject(line, where);
    const ids = idsOf(object.ids, object.text, "ids", where, encode);
    if (ids === null) throw new AssayError("FORMAT", `${where}: expected "ids" or "text", got neither`);
    const promptIds = idsOf(object.prompt_ids, object.prompt, "prompt_ids", where, encode) ?? new Uint32Array(0);
    total += ids.length + promptIds.length;
    if (total > CORPUS_IDS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${CORPUS_IDS_MAX} ids in all`);
    texts.push({ id: nameOf(object, number), ids, promptIds });
  }
  if (texts.length === 0) throw new AssayError("FORMAT", `${what}: expected at least one text, got none`);
  return texts;
}

/** Ids as given, else of the text; null when there is neither, or a prompt in words and no tokenizer. */
function idsOf(ids: unknown, text: unknown, key: "ids" | "prompt_ids", where: string, encode: Encode | null) {
  if (ids !== undefined && ids !== null) return checkedIds(ids, key, where);
  if (typeof text !== "string") return null;
  if (encode) return Uint32Array.from(encode(text));
  if (key === "prompt_ids") return null;
  throw new AssayError("USAGE", `${where}: expected "ids", or a tokenizer (--tokenizer) for its text`);
}

/** @param key the field's name in the record @throws FORMAT for anything but whole numbers below 2^32 */
export function checkedIds(given: unknown, key: string, where: string): Uint32Array {
  if (!Array.isArray(given)) throw new AssayError("FORMAT", `${where}: expected "${key}" to be a list`);
  const ids = new Uint32Array(given.length);
  for (const [i, id] of given.entries()) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id > 0xffffffff)
      throw new AssayError("FORMAT", `${where}: expected "${key}" to hold token ids, got ${quoted(id)}`);
    ids[i] = id;
  }
  return ids;
}

function nameOf(object: Readonly<Record<string, unknown>>, number: number): string {
  const given = object.prompt_id ?? (typeof object.prompt === "number" ? object.prompt : undefined);
  const name = typeof given === "string" || typeof given === "number" ? String(given).slice(0, 200) : `line ${number}`;
  return typeof object.sample === "number" ? `${name}#${object.sample}` : name;
}
