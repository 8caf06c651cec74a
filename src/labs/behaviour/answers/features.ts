/**
 * What is compared in one answer: for each family a list of 32-bit values. Two answers agree where they hold the same
 * value; what an agreement is worth is decided by how few unrelated models hold it (agreement.ts). Nothing here knows
 * which answers belong to whom.
 */
import { normalise, scriptOf } from "../../../transcript/normaliser.js";
import {
  gatherWords,
  hashPair,
  hashText,
  scanWords,
  WORD_CAPITAL,
  WORD_NUMBER,
  WORD_OPENS,
  type Words,
} from "../../../transcript/words.js";
import { HashSet } from "./hash-set.js";
import { refusalOf } from "./refusal.js";
import { speechTag } from "./speech.js";

/** The families, each with a statistic and a rank of its own. */
export const FAMILIES = [
  "first-words",
  "long-opening",
  "phrases",
  "long-phrases",
  "sentence-openings",
  "content-words",
  "facts",
  "numbers",
  "names",
  "refusals",
  "layout",
  "speech",
] as const;
export type Family = (typeof FAMILIES)[number];

/** Lengths of the openings compared, in words: the first family reads the start, the second a verbatim start. */
const FIRST_WORDS = [1, 2, 4, 8];
const LONG_OPENING = [12, 16, 24];
const PHRASE = 3;
const LONG_PHRASE = 8;
const TEMPLATE = 5;
/** Shorter words carry grammar, not content. */
const CONTENT_LETTERS_MIN = 4;
/** A flag beside those of words.ts: the prompt has the word too. */
const WORD_ASKED = 128;
/** "I" is no name. */
const NAME_LETTERS_MIN = 3;
/** Sentences open alike when these many words agree. */
const SENTENCE_WORDS = 3;

/** Grows as needed; one a family, reused over prompts. */
export class Values {
  data = new Uint32Array(1 << 12);
  length = 0;
  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Uint32Array(2 * this.data.length);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }
  /** Room for so many more, which the caller writes from `length` on and counts. */
  reserve(more: number): Uint32Array {
    if (this.length + more > this.data.length) {
      const grown = new Uint32Array(2 * (this.length + more));
      grown.set(this.data);
      this.data = grown;
    }
    return this.data;
  }
}

/** The words of a prompt, whose repetition in an answer says nothing about the model. */
export function promptWords(prompt: string | null): HashSet {
  if (prompt === null) return new HashSet();
  const words = scanWords(normalise(prompt));
  return new HashSet(words.hashes.subarray(0, words.count));
}

/** Flags the words that the prompt has too. */
export function markAsked({ count, hashes, flags }: Words, asked: HashSet): void {
  for (let i = 0; i < count; i++) if (asked.has(hashes[i]!)) flags[i]! |= WORD_ASKED;
}

/** Appends the values of one answer to each family's list, in the order of FAMILIES; duplicates are left to the reader. */
export function extract(text: string, asked: HashSet, into: readonly Values[]): void {
  const answer = normalise(text);
  const words = gatherWords(answer);
  markAsked(words, asked);
  openings(words, FIRST_WORDS, into[0]!, true);
  openings(words, LONG_OPENING, into[1]!, false);
  grams(words, PHRASE, into[2]!);
  grams(words, LONG_PHRASE, into[3]!);
  sentenceOpenings(words, into[4]!);
  contentAndFacts(words, into[5]!, into[6]!);
  numbersAndNames(words, into[7]!, into[8]!);
  layout(answer, words.count, into[10]!);
  templates(words, into[11]!);
  refusal(answer, into[9]!); // last: it gathers words of its own
}

/** A short answer has an end among its first words, and that end is part of the value; a long opening must be reached. */
export function openings(words: Words, lengths: readonly number[], into: Values, padded: boolean): void {
  let h = 1;
  let at = 0;
  for (const length of lengths) {
    if (!padded && words.count < length) return;
    for (; at < length; at++) h = hashPair(h, at < words.count ? words.hashes[at]! : 0);
    into.push(h);
  }
}

/** Adds a value for each run of n words to `into`; answers shorter than n add none. */
export function grams({ hashes, count }: Words, n: number, into: Values): void {
  const data = into.reserve(count);
  let at = into.length;
  for (let i = 0; i + n <= count; i++) {
    let h = n;
    for (let k = 0; k < n; k++) h = Math.imul(h ^ hashes[i + k]!, 0x9e3779b1) + ((h >>> 15) ^ k);
    data[at++] = hashPair(h | 0, n);
  }
  into.length = at;
}

function sentenceOpenings({ hashes, flags, count }: Words, into: Values): void {
  for (let i = 0; i < count; i++) {
    if (!(flags[i]! & WORD_OPENS) || flags[i]! & WORD_NUMBER) continue;
    let h = 2;
    for (let k = 0; k < SENTENCE_WORDS; k++) h = hashPair(h, i + k < count ? hashes[i + k]! : 0);
    into.push(h);
  }
}

/**
 * Content: words that are not the prompt's. Facts: numbers of three figures and more, and neighbouring capitalised
 * words, which is how names look; where no other model says them they are most often shared errors.
 */
export function contentAndFacts(words: Words, content: Values, facts: Values): void {
  const { hashes, flags, lengths, count } = words;
  for (let i = 0; i < count; i++) {
    const flag = flags[i]!;
    if (flag & WORD_ASKED) continue;
    if (flag & WORD_NUMBER) {
      if (lengths[i]! >= 3) facts.push(hashes[i]!);
      continue;
    }
    if (lengths[i]! >= CONTENT_LETTERS_MIN) content.push(hashes[i]!);
    if (flag & WORD_CAPITAL && i + 1 < count && flags[i + 1]! & WORD_CAPITAL && !(flags[i + 1]! & WORD_OPENS))
      facts.push(hashPair(hashes[i]!, hashes[i + 1]!));
  }
}

/**
 * Numbers with what they count, the numbers of lists apart; names within a sentence. Which quantities and examples come
 * to a model's mind differs where its manner does not.
 */
export function numbersAndNames(words: Words, numbers: Values, names: Values): void {
  const { hashes, flags, lengths, count } = words;
  for (let i = 0; i < count; i++) {
    const flag = flags[i]!;
    if (flag & (WORD_OPENS | WORD_ASKED)) continue;
    if (flag & WORD_NUMBER) numbers.push(hashPair(hashes[i]!, i + 1 < count ? hashes[i + 1]! : 0));
    else if (flag & WORD_CAPITAL && lengths[i]! >= NAME_LETTERS_MIN) names.push(hashes[i]!);
  }
}

/** The decision, the script it is in, and the sentence it was worded in. */
function refusal(answer: string, into: Values): void {
  const { decision, sentence } = refusalOf(answer);
  into.push(hashPair(hashText(decision), 1));
  into.push(hashPair(hashText(scriptOf(answer)), 2));
  if (sentence === null) return;
  const words = scanWords(sentence);
  let h = 3;
  for (let i = 0; i < words.count; i++) h = hashPair(h, words.hashes[i]!);
  into.push(h);
}

/** Habits of layout, a value a slot: length, kinds of list and how many items, headings, bold, code, ends. */
function layout(answer: string, wordCount: number, into: Values): void {
  let items = 0;
  let numbered = 0;
  let headings = 0;
  let paragraphs = 1;
  let bullet = "";
  for (const line of answer.split("\n")) {
    if (line === "") paragraphs++;
    const mark = /^ {0,8}(?:([-*\u2022+])|\d{1,3}([.):])|(#{1,6}) )/.exec(line);
    if (!mark) continue;
    if (mark[3]) headings++;
    else if (mark[1]) items++;
    else numbered++;
    bullet ||= mark[1] ?? mark[2] ?? "";
  }
  const slots: readonly (string | number)[] = [
    Math.round(2 * Math.log2(answer.length + 1)),
    numbered,
    items,
    bullet,
    Math.min(3, headings),
    Math.min(3, occurrences(answer, "**") >> 1),
    Math.min(2, occurrences(answer, "```")),
    paragraphs,
    answer.slice(-1),
    Math.min(4, occurrences(answer, "!")),
    wordCount < 40 ? wordCount : -1,
    /^["'(*#`\d-]/.exec(answer)?.[0] ?? "",
  ];
  slots.forEach((slot, i) => {
    into.push(hashText(String(slot), i + 1));
  });
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

/** Five tags of 31 each fit in 25 bits: the value is the template itself, hashed to spread. */
function templates(words: Words, into: Values): void {
  let window = 0;
  for (let i = 0; i < words.count; i++) {
    window = ((window << 5) | speechTag(words, i)) & 0x1ffffff;
    if (i + 1 >= TEMPLATE) into.push(hashPair(window, TEMPLATE));
  }
}
