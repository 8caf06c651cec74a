/**
 * Token strings and ids out of tokenizer.json (format: huggingface/tokenizers; BPE, WordPiece and WordLevel keep
 * `model.vocab` as an object, Unigram as an array of [piece, score]; `added_tokens` beside). Nothing is tokenised here,
 * and whether an id has a row in the embedding is for the caller to ask.
 */
import { AssayError, quoted } from "../../base/error.js";
import { isJsonObject, parseBoundedJson, withoutByteOrderMark } from "../formats/json-bounds.js";
import type { Vocabulary } from "../model.js";

/** The largest public ones are about 35 MB (CWE-770). */
export const TOKENIZER_BYTES_MAX = 64 * 1024 * 1024;
/** The largest public vocabularies have about 260,000 tokens (CWE-770). */
const TOKENS_MAX = 1 << 21;
/** The largest public ones have some 600,000 merges, each a list of two, and 2,500,000 values in all (CWE-770). */
const BOUNDS = { sizeBytesMax: TOKENIZER_BYTES_MAX, valuesMax: 1 << 22, containersMax: 1 << 20 };
const ID_MAX = 2 ** 31 - 1;

/** @throws AssayError FORMAT or LIMIT */
export function parseVocabulary(bytes: Uint8Array, what = "tokenizer.json"): Vocabulary {
  const at = what;
  const json = parseBoundedJson(withoutByteOrderMark(bytes), BOUNDS, at);
  const model = isJsonObject(json) ? json.model : undefined;
  const vocab = isJsonObject(model) ? model.vocab : undefined;
  if (!isJsonObject(json) || (!isJsonObject(vocab) && !Array.isArray(vocab)))
    throw new AssayError("FORMAT", `${at}: expected model.vocab as an object or an array`);

  const tokens = new Map<string, number>();
  const owner = new Map<number, string>();
  for (const [token, id] of Array.isArray(vocab) ? unigram(vocab, at) : Object.entries(vocab)) {
    checkId(token, id, at);
    if (tokens.has(token)) throw new AssayError("FORMAT", `${at}: expected unique tokens, got ${quoted(token)} twice`);
    if (owner.has(id)) throw new AssayError("FORMAT", `${at}: expected unique ids, got ${id} twice`);
    tokens.set(token, id);
    owner.set(id, token);
    checkCount(tokens, at);
  }
  for (const [token, id] of addedTokens(json.added_tokens, at)) {
    checkId(token, id, at);
    const known = tokens.get(token);
    if (known !== undefined && known !== id)
      throw new AssayError("FORMAT", `${at}: expected one id for ${quoted(token)}, got ${known} and ${id}`);
    // An added token takes over an id of the vocabulary: the row now means the added one.
    const before = owner.get(id);
    if (before !== undefined && before !== token) tokens.delete(before);
    tokens.set(token, id);
    owner.set(id, token);
    checkCount(tokens, at);
  }
  return tokens;
}

function* unigram(vocab: readonly unknown[], at: string): Generator<[string, number]> {
  for (const [id, entry] of vocab.entries()) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string" || typeof entry[1] !== "number")
      throw new AssayError("FORMAT", `${at}: expected [piece, score] at ${id}, got ${quoted(entry)}`);
    yield [entry[0], id];
  }
}

function* addedTokens(list: unknown, at: string): Generator<[string, unknown]> {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list)) throw new AssayError("FORMAT", `${at}: expected added_tokens as an array`);
  for (const entry of list) {
    if (!isJsonObject(entry) || typeof entry.content !== "string")
      throw new AssayError("FORMAT", `${at}: expected added tokens with id and content, got ${quoted(entry)}`);
    yield [entry.content, entry.id];
  }
}

function checkId(token: string, id: unknown, at: string): asserts id is number {
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > ID_MAX || Object.is(id, -0))
    throw new AssayError("FORMAT", `${at}: expected a non-negative integer id for ${quoted(token)}, got ${quoted(id)}`);
}

function checkCount(tokens: Vocabulary, at: string): void {
  if (tokens.size > TOKENS_MAX) throw new AssayError("LIMIT", `${at}: expected at most ${TOKENS_MAX} tokens`);
}
