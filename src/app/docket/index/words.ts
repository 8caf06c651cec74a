/** Words of the index across cases: in hexadecimal, so that their order is the same on every engine. */
import { hex, utf8 } from "../../../base/bytes.js";

const WORD_CHARACTERS_MAX = 40;
/** Of one case. */
const WORDS_KEPT_MAX = 5000;

/** Words as they are kept and looked for: small letters, at most 40 characters. */
export function wordsIn(text: string): string[] {
  const words =
    text
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => hex(utf8(word.slice(0, WORD_CHARACTERS_MAX)))))].slice(0, WORDS_KEPT_MAX);
}
