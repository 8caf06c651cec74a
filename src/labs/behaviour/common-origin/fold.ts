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

/** Digits and capitals that stand for a letter where they touch letters: round ones for o, upright ones for l. */
const ROUND =
  "\u0665\u06f5\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0e50\u0ed0\u1040\u{114d0}\u{118e0}\u{1d7ce}\u{1d7d8}\u{1d7e2}\u{1d7ec}\u{1d7f6}\u{1fbf0}";
const UPRIGHT = "\u05c0\u0661\u06f1\u{1d7cf}\u{1d7d9}\u{1d7e3}\u{1d7ed}\u{1d7f7}\u{1e8c7}\u{1fbf1}";
const CAPITAL_I =
  "\u0399\u0406\u04c0\u2110\u2111\u2160\uff29\u{1d408}\u{1d43c}\u{1d470}\u{1d4d8}\u{1d540}\u{1d574}\u{1d5a8}\u{1d5dc}\u{1d610}\u{1d644}\u{1d678}";
const SHAPED = new RegExp(`[${ROUND}${UPRIGHT}${CAPITAL_I}]`, "u");
const MARKS_OF_DIRECTION = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const ROUND_IN_WORD = new RegExp(`(?<=\\p{L})[${ROUND}]+|[${ROUND}]+(?=\\p{L})`, "gu");
const UPRIGHT_IN_WORD = new RegExp(`(?<=\\p{L})[${UPRIGHT}]+|[${UPRIGHT}]+(?=\\p{L})`, "gu");
/** No word has a capital I behind a small letter: whoever writes so means l, at the head of words as well. */
const CAPITAL_I_WITHIN = new RegExp(`\\p{Ll}[${CAPITAL_I}]`, "u");
const CAPITAL_I_IN_WORD = new RegExp(`(?<=\\p{Ll})[${CAPITAL_I}]+|[${CAPITAL_I}]+(?=\\p{Ll})`, "gu");

/** Letters in place of what looks like them within words; a text without such shapes comes back as it is. */
function spelt(text: string): string {
  if (!SHAPED.test(text)) return text;
  const plain = text.replace(MARKS_OF_DIRECTION, "");
  const letters = plain
    .replace(ROUND_IN_WORD, (run) => "o".repeat([...run].length))
    .replace(UPRIGHT_IN_WORD, (run) => "l".repeat([...run].length));
  return CAPITAL_I_WITHIN.test(letters)
    ? letters.replace(CAPITAL_I_IN_WORD, (run) => "l".repeat([...run].length))
    : letters;
}

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
    spelt(text)
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
