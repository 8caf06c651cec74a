/**
 * What one transcript says again and again, whatever is asked: a persona, a gateway's frame, a refusal text, the opening
 * of a format of reasoning. Runs of four words in more than a few of its answers. Learned on each transcript by itself,
 * so that nobody's boilerplate is decided by another's answers and all models are treated alike.
 */
import type { Words } from "../../../transcript/words.js";
import type { HashFilter } from "../answers/hash-set.js";
import { COMPARED, evenlySpread, type ReadAnswers, wordsAt } from "./read-answers.js";
import { runCount, runHashes } from "./reading.js";

/** A run in at least this share of a transcript's answers is boilerplate; models' own stock phrases go with it. */
const BOILERPLATE_SHARE = 0.015;
/** And in at least so many. */
const BOILERPLATE_ANSWERS_MIN = 3;
/** Answers looked at, evenly spread over the transcript: a share of one in twenty is then met twenty times. */
const ANSWERS_MAX = 400;
/** Runs are counted by the upper bits of their hash: a chance meeting takes one run in some thousand with it. */
const PLACE_BITS = 18;
const PLACE_SHIFT = 32 - PLACE_BITS;

/** Of each place, in how many answers it was met, and in which last: side by side, since both are looked at together. */
let met = new Uint16Array(0);

/**
 * The runs that are boilerplate, by their places, ascending: small enough to be handed to another thread as it is.
 * @param answers a transcript's, in an order that does not depend on what they say
 * @param onWords given the words of each answer looked at, in arrays that the next is written over
 */
export function boilerplateOf(answers: ReadAnswers, onWords?: (words: Words) => void): Uint32Array {
  if (met.length === 0) met = new Uint16Array(2 << PLACE_BITS);
  met.fill(0);
  /** Places met in as many answers as boilerplate has at the least. */
  const often: number[] = [];
  let read = 0;
  for (const i of evenlySpread(answers, ANSWERS_MAX)) {
    if (answers.as[i] !== COMPARED) continue;
    const words = wordsAt(answers, i);
    read++;
    onWords?.(words);
    const runs = runHashes(words);
    const count = runCount(words);
    for (let i = 0; i < count; i++) {
      const place = runs[i]! >>> PLACE_SHIFT;
      if (met[2 * place + 1] === read) continue;
      met[2 * place + 1] = read;
      if (++met[2 * place]! === BOILERPLATE_ANSWERS_MIN) often.push(place);
    }
  }
  const least = Math.max(BOILERPLATE_ANSWERS_MIN, BOILERPLATE_SHARE * read);
  return Uint32Array.from(often.filter((place) => met[2 * place]! >= least)).sort();
}

/** Places looked at first: some bytes a transcript stay at hand where the whole table of a hundred would not. */
const FIRST_BITS = 12;

/** What tells whether a run is among them. */
export function boilerplateSet(places: Uint32Array): HashFilter {
  const bits = new Uint32Array(1 << (PLACE_BITS - 5));
  const first = new Uint8Array(1 << FIRST_BITS);
  for (const place of places) {
    bits[place >>> 5]! |= 1 << (place & 31);
    first[place & (first.length - 1)] = 1;
  }
  return {
    first,
    shift: PLACE_SHIFT,
    has: (run) => {
      const place = run >>> PLACE_SHIFT;
      return (bits[place >>> 5]! & (1 << (place & 31))) !== 0;
    },
  };
}
