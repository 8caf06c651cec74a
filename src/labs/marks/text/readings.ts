/**
 * What editors, converters and platforms do to a text between its writing and its reading, undone as far as text alone
 * lets it: a tokenizer splits “ unlike ", and a mark reads tokens. Each reading that gives other ids is asked as well,
 * and whoever takes the best pays for all. Not undone, since nothing shows what stood there: compatibility forms (NFKC)
 * but ligatures, folded white space and lines, changed case, other wording.
 */

/** Ligatures of Latin print, U+FB00 on. */
const LIGATURES = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

/** Canonical composition, straight quotes, plain spaces, line feeds; soft hyphens and zero-width spaces taken out. */
function straightened(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\u2018\u2019\u201A\u201B]/g, "'")
    .replace(/[\u201C\u201D\u201E\u201F]/g, '"')
    .replace(/[\u00A0\u2000-\u200A\u202F\u205F]/g, " ")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[\u00AD\u200B\u2060\uFEFF]/g, "")
    .replace(/[\u2010\u2011]/g, "-")
    .replace(/[\uFB00-\uFB06]/g, (ligature) => LIGATURES[ligature.charCodeAt(0) - 0xfb00]!);
}

/** The same, with dashes and dots as they are typed: a model that writes real dashes is read by the one before. */
function typed(text: string): string {
  return straightened(text)
    .replace(/\u2014/g, "--")
    .replace(/[\u2013\u2012\u2212]/g, "-")
    .replace(/\u2026/g, "...");
}

/** By the name that a finding has for them; the first is the text as it is given. */
export const READINGS: readonly { name: string; of: (text: string) => string }[] = [
  { name: "as given", of: (text) => text },
  { name: "composed (NFC), with straight quotes, plain spaces and line feeds", of: straightened },
  { name: "the same, with dashes and dots as they are typed", of: typed },
];

/** Fewer letters than this show nothing of their case. */
const LETTERS_MIN = 200;

/** What was handed to a tokenizer, text by text: nothing of it is kept. */
export class Heard {
  /** By reading: whether any text is another in it. */
  readonly changed = READINGS.map(() => false);
  #small = 0;
  #capital = 0;

  /** @param text in words, as given */
  listen(text: string): void {
    for (const [i, { of }] of READINGS.entries()) this.changed[i] ||= of(text) !== text;
    if (this.#small > 0 && this.#capital > 0) return;
    this.#small += text.match(/\p{Ll}/gu)?.length ?? 0;
    this.#capital += text.match(/\p{Lu}/gu)?.length ?? 0;
  }

  /** Whether case was perhaps folded, which nothing undoes: of many letters with two cases all have one. */
  get foldedCase(): "small" | "capital" | null {
    const [small, capital] = [this.#small, this.#capital];
    if (small + capital < LETTERS_MIN || (small > 0 && capital > 0)) return null;
    return capital === 0 ? "small" : "capital";
  }
}
