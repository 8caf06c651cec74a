/**
 * One form for what a reader sees as the same letters: compatibility forms (full width, mathematical, enclosed), marks,
 * invisible characters and letters of other scripts that look Latin (Unicode TR39). Applied to every model alike, so
 * that a text in another script stays comparable with itself. It does not undo spelling, spacing or word choice.
 */
import { inPlace } from "./in-place.js";
import { LOOK_ALIKES } from "./look-alikes.js";

const UNPLAIN = /[^\0-\x7f]/;
const INVISIBLE = /[\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}]/gu;
const SPACES = /[\p{Zs}\u2800]/gu;
const LINES = /\r\n?|[\v\f]/g;
const LINE = /\u0085/g;
const SINGLE_QUOTES = /[\u2018-\u201b\u2032\u02b9\u02bb-\u02bd\u02c8]/g;
const DOUBLE_QUOTES = /[\u201c-\u201f\u2033\u00ab\u00bb]/g;
const DASHES = /[\p{Pd}\u2212\u02d7\u2043]/gu;
/** A stop or a comma of another script. */
const STOPS = /[\u3002\uff61]/g;
const COMMAS = /[\u060c\u3001\uff64]/g;
const NOT_ASCII = /[^\0-\x7f]/gu;

const TO_LATIN = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const)),
);
// Letters in black circles, black squares and as flags, which decompose to nothing.
for (const first of [0x1f150, 0x1f170, 0x1f1e6])
  for (let i = 0; i < 26; i++) TO_LATIN.set(String.fromCodePoint(first + i), String.fromCharCode(0x41 + i));

/** What was worked out of each character; a few thousand are all that texts hold. */
const folded = new Map<string, string>();
const FOLDED_MAX = 1 << 16;

/** @returns the text with one character for each group of look-alikes */
export function fold(text: string): string {
  if (!UNPLAIN.test(text)) return text.includes("\r") ? text.replace(LINES, "\n") : text;
  // Marks are taken out, so that no character's form hangs on another's but for what in-place.ts decides.
  const plain = inPlace(text).replace(NOT_ASCII, (c) => folded.get(c) ?? foldOne(c));
  return plain.replace(/`/g, "'").replace(LINES, "\n");
}

function foldOne(character: string): string {
  const toLatin = (c: string) => TO_LATIN.get(c) ?? c;
  const form = toLatin(character) // before its compatibility form: some decompose to what no longer shows their shape
    .normalize("NFKD")
    .replace(INVISIBLE, "")
    .replace(NOT_ASCII, toLatin)
    .replace(SPACES, " ")
    .replace(LINE, "\n")
    .replace(SINGLE_QUOTES, "'")
    .replace(DOUBLE_QUOTES, '"')
    .replace(DASHES, "-")
    .replace(STOPS, ".")
    .replace(COMMAS, ",");
  if (folded.size < FOLDED_MAX) folded.set(character, form);
  return form;
}

/** Of each UTF-16 unit: a letter of ASCII, another letter of the first plane, neither. */
const LETTER_KINDS = (() => {
  const kinds = new Uint8Array(0x10000);
  const letter = /\p{L}/u;
  for (let code = 0; code < 0x10000; code++) {
    if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) kinds[code] = 1;
    else if (code >= 0x80 && (code < 0xd800 || code >= 0xe000) && letter.test(String.fromCharCode(code)))
      kinds[code] = 2;
  }
  return kinds;
})();
const LETTER = /\p{L}/u;

/** Share of a folded text's letters that are still no Latin letters; 0 where there is no letter. */
export function foreignShare(text: string): number {
  if (!UNPLAIN.test(text)) return 0;
  let plain = 0;
  let others = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = LETTER_KINDS[code]!;
    if (kind === 1) plain++;
    else if (kind === 2) others++;
    else if (code >= 0xd800 && code < 0xdc00 && LETTER.test(text.slice(i, i + 2))) {
      others++;
      i++;
    }
  }
  const letters = plain + others;
  return letters === 0 ? 0 : 1 - plain / letters;
}
