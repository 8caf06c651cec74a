/**
 * How much of what a model says is in words of its own: words that it uses again and again and that models of no two other
 * families use twice. Another language than the panel's, a persona's spelling, a dialect, a tool's vocabulary. Two services
 * with one such manner share their common words with one another and with nobody in the panel, and came above the margin:
 * the panel was not asked in the same way. It tells no manner whose words others use too.
 */
import type { Words } from "../../../transcript/words.js";
import { boilerplateSet } from "./boilerplate.js";
import { COMPARED, evenlySpread, type ReadAnswers, wordsAt } from "./read-answers.js";
import { WordRoom, withoutRuns } from "./reading.js";

/** A word in at least this share of a transcript's answers, and in so many, is one that it uses again and again. */
const OFTEN_SHARE = 0.015;
const OFTEN_ANSWERS_MIN = 3;
/** Answers of another model that must hold a word: one may be a chance meeting, or the prompt's. */
const OTHERS_ANSWERS_MIN = 2;
/** Answers of a side looked at, evenly spread. */
const SIDE_ANSWERS_MAX = 400;
/** Words are counted by the upper bits of their hash. */
const PLACE_BITS = 18;
const PLACE_SHIFT = 32 - PLACE_BITS;

/** Numbers kept of each place, and where each stands. */
const COUNTS = 4;
const [ANSWERS, LAST, TIMES] = [0, 1, 2];

/** What is kept of a transcript's words, by places: small enough for a panel of a thousand. */
export interface Vocabulary {
  /** Used again and again, ascending; and how many times each, of how many words in all. */
  often: Uint32Array;
  times: Uint32Array;
  words: number;
  /** In two answers at the least. */
  twice: Uint32Array;
}

/** Counts the words of one transcript, answer by answer. */
export class WordCount {
  /** Of each place: answers that hold it, the last of them, times in all. Side by side, since all are looked at together. */
  readonly #counts = new Uint32Array(COUNTS << PLACE_BITS);
  #met = new Uint32Array(1 << 12);
  #places = 0;
  #read = 0;
  #words = 0;

  add({ hashes, count }: Words): void {
    this.#read++;
    this.#words += count;
    const counts = this.#counts;
    for (let i = 0; i < count; i++) {
      const place = hashes[i]! >>> PLACE_SHIFT;
      const at = COUNTS * place;
      counts[at + TIMES]!++;
      if (counts[at + LAST] === this.#read) continue;
      counts[at + LAST] = this.#read;
      if (counts[at + ANSWERS]!++ === 0) this.#meet(place);
    }
  }

  #meet(place: number): void {
    if (this.#places === this.#met.length) {
      const grown = new Uint32Array(2 * this.#places);
      grown.set(this.#met);
      this.#met = grown;
    }
    this.#met[this.#places++] = place;
  }

  /** @returns what was counted since the last call */
  take(): Vocabulary {
    const least = Math.max(OFTEN_ANSWERS_MIN, OFTEN_SHARE * this.#read);
    const often: number[] = [];
    const twice: number[] = [];
    const times: number[] = [];
    const counts = this.#counts;
    for (const place of this.#met.subarray(0, this.#places).sort()) {
      const at = COUNTS * place;
      const answers = counts[at + ANSWERS]!;
      if (answers >= OTHERS_ANSWERS_MIN) twice.push(place);
      if (answers >= least) {
        often.push(place);
        times.push(counts[at + TIMES]!);
      }
      counts.fill(0, at, at + COUNTS);
    }
    const vocabulary = {
      often: Uint32Array.from(often),
      times: Uint32Array.from(times),
      words: this.#words,
      twice: Uint32Array.from(twice),
    };
    this.#places = this.#read = this.#words = 0;
    return vocabulary;
  }
}

/**
 * The words of a side without its boilerplate: a frame around answers is taken out of them, and its words are nobody's manner.
 * @param answers in an order that does not depend on what they say
 */
export function wordsOfSide(answers: ReadAnswers, boilerplate: Uint32Array): Vocabulary {
  const count = new WordCount();
  const taken = [boilerplateSet(boilerplate)];
  const room = new WordRoom();
  for (const i of evenlySpread(answers, SIDE_ANSWERS_MAX))
    if (answers.as[i] === COMPARED) {
      room.empty();
      count.add(withoutRuns(wordsAt(answers, i), taken, room));
    }
  return count.take();
}

/** Of a model's words, the share that are its own. @param families of each model @returns 0 to 1 */
export function ownWordsShare(vocabularies: readonly Vocabulary[], families: ArrayLike<number>, model: number): number {
  const { often, times, words } = vocabularies[model]!;
  const first = new Int32Array(1 << PLACE_BITS).fill(-1);
  const known = new Uint8Array(1 << PLACE_BITS);
  vocabularies.forEach(({ twice }, m) => {
    const family = families[m]!;
    if (family === families[model]) return;
    for (const place of twice) {
      if (first[place] === -1) first[place] = family;
      else if (first[place] !== family) known[place] = 1;
    }
  });
  let own = 0;
  for (let i = 0; i < often.length; i++) if (known[often[i]!] === 0) own += times[i]!;
  return words === 0 ? 0 : own / words;
}
