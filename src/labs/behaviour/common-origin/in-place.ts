/**
 * Characters that look like a letter or a sign of ASCII only where they stand among such: digits of other alphabets, letters
 * that are also read as themselves, signs of mathematics. Their neighbours decide; alone, or in a word of their own
 * script, they stay what they are. A text without any comes back as it is.
 */

/** Digits that look like an o, and like an upright stroke. */
const ROUND =
  "\u0665\u06f5\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0e50\u0ed0\u1040\u17e0\u{114d0}\u{118e0}\u{11de0}\u{1ccf0}\u{1d7ce}\u{1d7d8}\u{1d7e2}\u{1d7ec}\u{1d7f6}\u{1fbf0}";
const UPRIGHT = "\u05c0\u0661\u06f1\u{11de1}\u{1ccf1}\u{1d7cf}\u{1d7d9}\u{1d7e3}\u{1d7ed}\u{1d7f7}\u{1e8c7}\u{1fbf1}";
const CAPITAL_I =
  "\u0399\u0406\u04c0\u2110\u2111\u2160\uff29\u{1ccde}\u{1d408}\u{1d43c}\u{1d470}\u{1d4d8}\u{1d540}\u{1d574}\u{1d5a8}\u{1d5dc}\u{1d610}\u{1d644}\u{1d678}";
/** Sevens that look like a V; zeros that look like a stop. */
const ANGLED = "\u0667\u06f7";
const DOTS = "\u0660\u06f0";
/** What touches a Latin letter as one would, and stays where it touches none. */
const TOUCHING: Readonly<Record<string, string>> = {
  "'": "\u05d9",
  '"': "\u05f2",
  bl: "\u042b",
  l: "\u05d5\u05df\u0627\ufe8d\ufe8e\u07ca\u{1ee00}\u{1ee80}",
  "l'": "\u05f1",
  lO: "\u042e",
  ll: "\u01c1\u05f0",
  o: "\u05e1\u0647\u06be\u06c1\u06d5\ufba6\ufba7\ufba8\ufba9\ufbaa\ufbab\ufbac\ufbad\ufee9\ufeea\ufeeb\ufeec\u{1ee24}\u{1ee64}\u{1ee84}",
  "r'": "\u0491",
  v: "\u05d8",
  w: "\u0448",
};
const TOUCHES = new Map(Object.entries(TOUCHING).flatMap(([as, of]) => [...of].map((c) => [c, as] as const)));
const TOUCHERS = [...TOUCHES.keys()].join("");
/** Signs of mathematics, which touch single letters there: two letters in a row tell that a word is written with them. */
const NORMS = "\u2016\u2225";
const INFINITY = "\u221e";
/** Strokes of Chinese and Japanese between two Latin words. */
const STROKES = "\u30ce\u4e3f\u2f03\u4e36\u2f02";
/** A length mark of phonetics behind a word or a figure is a colon. */
const LENGTH_MARK = "\u02d0";
/** A letter of Iceland, and of old English; in a text of so many letters that has no other p it stands for p. */
const THORN = "\u00fe";
const LETTERS_WITHOUT_P = 100;
/** The o of Vietnamese, in one character or two, stands for an o and an apostrophe where no other letter of Vietnamese is. */
const HORNED = "\u01a0\u01a1\u031b";
const HORNED_O = /[\u01a0\u01a1]|[Oo]\u031b/g;
const VIETNAMESE = /[\u0102\u0103\u0110\u0111\u01af\u01b0\u1ea0-\u1ef9]|[Uu]\u031b/;

const SHAPED = new RegExp(
  `[${ROUND}${UPRIGHT}${CAPITAL_I}${ANGLED}${DOTS}${TOUCHERS}${NORMS}${INFINITY}${STROKES}${LENGTH_MARK}${THORN}${HORNED}]`,
  "u",
);
const MARKS_OF_DIRECTION = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const ROUND_WITHIN = new RegExp(`\\p{Ll}[${ROUND}]|\\p{L}[${ROUND}]\\p{Ll}`, "u");
const touching = (set: string, by: string) => new RegExp(`(?<=${by})[${set}]+|[${set}]+(?=${by})`, "gu");
const ROUND_IN_WORD = touching(ROUND, "\\p{L}");
const UPRIGHT_IN_WORD = touching(UPRIGHT, "\\p{L}");
const ANGLED_IN_WORD = touching(ANGLED, "[A-Za-z]");
/** No word has a capital I behind a small letter: whoever writes so means l, at the head of words as well. */
const CAPITAL_I_WITHIN = new RegExp(`\\p{Ll}[${CAPITAL_I}]`, "u");
const CAPITAL_I_IN_WORD = touching(CAPITAL_I, "\\p{Ll}");
const TOUCHING_LATIN = touching(TOUCHERS, "[A-Za-z]");
const DOTS_AMONG_OTHERS = new RegExp(
  `(?<![\\p{sc=Arab}\\u0660-\\u0669])[${DOTS}]+(?![\\p{sc=Arab}\\u0660-\\u0669])`,
  "gu",
);
const SIGNS = `[${NORMS}${INFINITY}]`;
const SIGNS_WITHIN = new RegExp(`[A-Za-z]{2}${SIGNS}|${SIGNS}[A-Za-z]{2}`);
const SIGNS_IN_WORD = touching(`${NORMS}${INFINITY}`, "[A-Za-z']");
const STROKES_BETWEEN = new RegExp(`(?<=[A-Za-z0-9] ?)[${STROKES}](?= ?[A-Za-z0-9])`, "g");
const LENGTH_MARK_LAST = /(?<=[A-Za-z]{2}|[0-9]|\s)\u02d0(?=\s|[0-9]|$)/g;
const SMALL = /\p{Ll}/u;

/** @returns the text with ASCII in place of what looks like it where it stands */
export function inPlace(text: string): string {
  if (!SHAPED.test(text)) return text;
  const plain = text.replace(MARKS_OF_DIRECTION, "");
  // Small letters behind other letters are swapped: then so are those at the heads of words.
  const smallAtHead = ROUND_WITHIN.test(plain);
  const letters = plain
    .replace(ROUND_IN_WORD, (run, at) => like("o", run, plain, at, smallAtHead))
    .replace(UPRIGHT_IN_WORD, (run) => "l".repeat([...run].length))
    .replace(DOTS_AMONG_OTHERS, (run) => ".".repeat([...run].length))
    .replace(TOUCHING_LATIN, (run) => [...run].map((c) => TOUCHES.get(c)).join(""))
    .replace(STROKES_BETWEEN, "/")
    .replace(LENGTH_MARK_LAST, ":");
  const signed = SIGNS_WITHIN.test(letters)
    ? letters.replace(SIGNS_IN_WORD, (run) => [...run].map((c) => (c === INFINITY ? "oo" : "ll")).join(""))
    : letters;
  const angled = signed.replace(ANGLED_IN_WORD, (run, at) => like("v", run, signed, at, false));
  const upright = CAPITAL_I_WITHIN.test(angled)
    ? angled.replace(CAPITAL_I_IN_WORD, (run) => "l".repeat([...run].length))
    : angled;
  const horned = VIETNAMESE.test(upright)
    ? upright
    : upright.replace(HORNED_O, (o) => (o === "\u01a0" || o[0] === "O" ? "O'" : "o'"));
  return lacksP(horned) ? horned.replaceAll(THORN, "p") : horned;
}

function lacksP(text: string): boolean {
  return text.includes(THORN) && !text.includes("p") && (text.match(/[A-Za-z]/g)?.length ?? 0) > LETTERS_WITHOUT_P;
}

/** The letter as often as the run is long, capital where its neighbours are, or at the head of a word. */
function like(letter: string, run: string, text: string, at: number, smallAtHead: boolean): string {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  const after = [...text.slice(at + run.length, at + run.length + 2)][0] ?? "";
  const atHead = !/\p{L}/u.test(before);
  const small = atHead ? smallAtHead : SMALL.test(before) || SMALL.test(after);
  return (small ? letter : letter.toUpperCase()).repeat([...run].length);
}
