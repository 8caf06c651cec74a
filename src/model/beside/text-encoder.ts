/**
 * Text to token ids with a maker's tokenizer.json, through @huggingface/tokenizers (pure JavaScript). No special tokens
 * are added: a mark is looked for in what was written. Whether the ids are those the writer used cannot be known from
 * the text: a text may split otherwise on reading than it did on writing.
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { fromUtf8 } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";

/** The largest tokenizer.json in public use is some 35 MB (CWE-400). */
export const TOKENIZER_BYTES_MAX = 128 * 1024 * 1024;

export interface TextEncoder {
  /** SHA-256 of the tokenizer.json. */
  digest: Digest;
  encode(text: string): ArrayLike<number>;
}

/** @throws AssayError FORMAT for a file that is no tokenizer.json */
export function textEncoder(bytes: Uint8Array, what: string): TextEncoder {
  const where = what;
  const definition = parseStrictJson(fromUtf8(bytes, where), where);
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(definition as object, {});
  } catch (error) {
    throw new AssayError("FORMAT", `${where}: expected a tokenizer.json, got ${(error as Error).message}`);
  }
  return {
    digest: sha256Digest(bytes),
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
  };
}
