/**
 * One form for what a reader sees as the same letters: compatibility forms (full width, mathematical, enclosed), marks,
 * invisible characters and letters of other scripts that look Latin (Unicode TR39). Applied to every model alike, so
 * that a text in another script stays comparable with itself. It does not undo spelling, spacing or word choice.
 */
import { LOOK_ALIKES } from "./look-alikes.js";

const UNPLAIN = /[^\0-\x7f]/;
const INVISIBLE = /[\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}]/gu;
const SPACES = /[\p{Zs}\u2800]/gu;
const LINES = /\r\n?|[\u0085\u2028\u2029\v\f]/g;
const SINGLE_QUOTES = /[\u2018-\u201b\u2032\u02b9\u02bb-\u02bd\u02c8\u0060\u00b4]/g;
const DOUBLE_QUOTES = /[\u201c-\u201f\u2033\u00ab\u00bb]/g;
const DASHES = /[\p{Pd}\u2212\u02d7\u2043]/gu;
/** A stop or a comma of another script. */
const STOPS = /[\u3002\uff61\u06d4\u0589]/g;
const COMMAS = /[\u060c\u3001\uff64\u201a]/g;
const NOT_ASCII = /[^\0-\x7f]/gu;

const TO_LATIN = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([letter, others]) => [...others].map((other) => [other, letter] as const)),
);
// Letters in black circles, black squares and as flags, which decompose to nothing.
for (const first of [0x1f150, 0x1f170, 0x1f1e6])
  for (let i = 0; i < 26; i++) TO_LATIN.set(String.fromCodePoint(first + i), String.fromCharCode(0x41 + i));

/** @returns the text with one character for each group of look-alikes */
export function fold(text: string): string {
  if (!UNPLAIN.test(text)) return text.includes("\r") ? text.replace(LINES, "\n") : text;
  return (
    text
      // Before compatibility forms: some look-alikes decompose to what no longer shows their shape.
      .replace(NOT_ASCII, (c) => TO_LATIN.get(c) ?? c)
      .normalize("NFKD")
      .replace(INVISIBLE, "")
      .replace(NOT_ASCII, (c) => TO_LATIN.get(c) ?? c)
      .replace(SPACES, " ")
      .replace(LINES, "\n")
      .replace(SINGLE_QUOTES, "'")
      .replace(DOUBLE_QUOTES, '"')
      .replace(DASHES, "-")
      .replace(STOPS, ".")
      .replace(COMMAS, ",")
  );
}

const LETTERS = /\p{L}/gu;
const PLAIN_LETTERS = /[A-Za-z]/g;

/** Share of a folded text's letters that are still no Latin letters; 0 where there is no letter. */
export function foreignShare(folded: string): number {
  if (!UNPLAIN.test(folded)) return 0;
  const letters = folded.match(LETTERS)?.length ?? 0;
  return letters === 0 ? 0 : 1 - (folded.match(PLAIN_LETTERS)?.length ?? 0) / letters;
}
