/**
 * Counts one block of prompts for the question of a common origin: agreement of all pairs of models on cleaned answers.
 * What it is by definition stands in plain words (test/labs/behaviour/plain-count.ts and what that names); this is
 * the same to the last bit, in one piece of memory that origin-room.ts lays out. Numbers alone: it reads no text.
 */
import { addFamily, answered, countAnswered, nobody } from "./origin-add";
import { excess, finish, gatherApart, keepRows, putBack, setApart } from "./origin-apart";
import { ask, clean, headKey, learn, tailKey } from "./origin-clean";
import { hashFours, hashGrams, hashNines } from "./origin-hash";
import {
  APART,
  AS,
  EXCESS,
  FAMILIES,
  FOUND,
  FOURS,
  groups,
  HASHES,
  HOLD,
  KEY_STARTS,
  KEYS,
  MORE,
  MORE_STARTS,
  models,
  OWN_FLAGS,
  OWN_HASHES,
  OWN_LENGTHS,
  OWN_STARTS,
  pairs,
  prompts,
  SHARES,
  STARTS,
  STATISTICS,
  SUMS,
  TWOS,
  VALUE_STARTS,
  VALUES,
  WIDE,
} from "./origin-room";
import { contentAndFacts, firstEnd, numbersAndNames, openings, secondEnd } from "./origin-values";

export {
  APART,
  AS,
  ASKED,
  ASKED_STARTS,
  EXCESS,
  FLAGS,
  GROUP,
  HASHES,
  LENGTHS,
  LOG,
  lay,
  PLACE_STARTS,
  PLACES,
  STARTS,
  SUMS,
} from "./origin-room";

/** Families, in the order of ORIGIN_FAMILIES; facts come with content words, names with numbers. */
const FIRST_WORDS = 0, PHRASES = 1, LONG_PHRASES = 2, CONTENT_WORDS = 3, NUMBERS = 5;
const NINE = 9, PHRASE = 3, LONG_PHRASE = 8;

/**
 * @param compared what became of an answer that has words @param taken what became of one of which nothing is left, which is
 * written in its place @returns prompts on which the sides gave the same words; -1 where the memory has no room
 */
export function count(compared: u8, taken: u8): i32 {
  learn();
  memory.fill(SUMS, 0, (<usize>(STATISTICS + 1) * pairs) << 3);
  memory.fill(APART, 0, (<usize>(STATISTICS + 1) * pairs) << 3);
  memory.fill(WIDE, 0, <usize>SHARES * pairs << 4);
  // Cleared by whoever marks in them, but another block lies elsewhere.
  memory.fill(FOUND, 0, pairs);
  memory.fill(HOLD, 0, (<usize>groups) << 2);
  let same = 0;
  for (let p = 0; p < prompts; p++) {
    read(p, compared, taken);
    gatherRuns();
    if (!setApart(KEYS, KEY_STARTS, VALUES, VALUE_STARTS)) return -1;
    keepRows();
    countAnswered(SUMS + ((<usize>STATISTICS * pairs) << 3));
    addAll();
    if (putBack()) same++;
    gatherApart();
    excess(EXCESS + ((<usize>p * STATISTICS) << 3));
  }
  finish();
  return same;
}

/** Cleans all answers to prompt p, and takes the keys by which two count as the same. */
function read(p: i32, compared: u8, taken: u8): void {
  ask(p);
  nobody();
  let used: usize = 0;
  let keys: usize = 0;
  for (let m = 0; m < models; m++) {
    store<u32>(OWN_STARTS + ((<usize>m) << 2), <u32>used);
    store<u32>(KEY_STARTS + ((<usize>m) << 2), <u32>keys);
    const answer = <usize>(m * prompts + p);
    if (load<u8>(AS + answer) != compared) continue;
    const from = <usize>load<u32>(STARTS + (answer << 2));
    const words = <i32>(load<u32>(STARTS + (answer << 2), 4) - <u32>from);
    const left = clean(m, from, words, used);
    if (left == 0) {
      store<u8>(AS + answer, taken);
      continue;
    }
    answered(m);
    const to = KEYS + (keys << 2);
    store<u32>(to, headKey(HASHES + (from << 2), words));
    store<u32>(to, tailKey(HASHES + (from << 2), words), 4);
    store<u32>(to, headKey(OWN_HASHES + (used << 2), left), 8);
    keys += 3;
    used += left;
  }
  store<u32>(OWN_STARTS + ((<usize>models) << 2), <u32>used);
  store<u32>(KEY_STARTS + ((<usize>models) << 2), <u32>keys);
}

// @ts-ignore: decorator
@inline
function wordsOf(m: i32): usize {
  return <usize>load<u32>(OWN_STARTS + ((<usize>m) << 2));
}

/** Runs of nine words of every cleaned answer, as values. */
function gatherRuns(): void {
  let end = VALUES;
  for (let m = 0; m < models; m++) {
    const from = wordsOf(m);
    const count = <i32>(wordsOf(m + 1) - from);
    store<u32>(VALUE_STARTS + ((<usize>m) << 2), <u32>(end - VALUES) >> 2);
    if (count < NINE) continue;
    const words = OWN_HASHES + (from << 2);
    hashFours(words, count, TWOS, FOURS);
    end = hashNines(words, count, FOURS, end);
  }
  store<u32>(VALUE_STARTS + ((<usize>models) << 2), <u32>(end - VALUES) >> 2);
}

/** Family by family, in their order. */
function addAll(): void {
  for (let family = 0; family < FAMILIES; family++) {
    gather(family);
    addFamily(family, VALUES, VALUE_STARTS);
    if (!readsTwo(family)) continue;
    addFamily(++family, MORE, MORE_STARTS);
  }
}

/** Content words and facts are read in one, numbers and names are. */
function readsTwo(family: i32): bool {
  return family == CONTENT_WORDS || family == NUMBERS;
}

/** The values of a family, and of the next where the two are read in one. */
function gather(family: i32): void {
  let first = VALUES;
  let second = MORE;
  for (let m = 0; m < models; m++) {
    const from = wordsOf(m);
    const count = <i32>(wordsOf(m + 1) - from);
    store<u32>(VALUE_STARTS + ((<usize>m) << 2), <u32>(first - VALUES) >> 2);
    store<u32>(MORE_STARTS + ((<usize>m) << 2), <u32>(second - MORE) >> 2);
    if (count == 0) continue;
    const hashes = OWN_HASHES + (from << 2);
    if (family == FIRST_WORDS) first = openings(hashes, count, first);
    else if (family == PHRASES) first = hashGrams(hashes, count, PHRASE, first);
    else if (family == LONG_PHRASES) first = hashGrams(hashes, count, LONG_PHRASE, first);
    else {
      if (family == CONTENT_WORDS) contentAndFacts(hashes, OWN_LENGTHS + from, OWN_FLAGS + from, count, first, second);
      else numbersAndNames(hashes, OWN_LENGTHS + from, OWN_FLAGS + from, count, first, second);
      first = firstEnd;
      second = secondEnd;
    }
  }
  store<u32>(VALUE_STARTS + ((<usize>models) << 2), <u32>(first - VALUES) >> 2);
  store<u32>(MORE_STARTS + ((<usize>models) << 2), <u32>(second - MORE) >> 2);
}
