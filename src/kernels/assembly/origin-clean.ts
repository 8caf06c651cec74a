/**
 * What is left of an answer: every run of four words that its transcript's boilerplate or the prompt has is taken out,
 * with the frame such runs make at either end; of the rest, words up to some thousand characters. As `withoutRuns` in
 * the behaviour laboratory (reading.ts) has it, word for word.
 */
import { hashFours, hashPair } from "./origin-hash";
import {
  ASKED,
  ASKED_STARTS,
  BITS,
  FIRST,
  FIRST_BITS,
  FLAGS,
  FOURS,
  GONE,
  HASHES,
  LENGTHS,
  models,
  OWN_FLAGS,
  OWN_HASHES,
  OWN_LENGTHS,
  PLACE_BITS,
  PLACE_STARTS,
  PLACES,
  RUN_SET,
  TWOS,
  WORD_SET,
} from "./origin-room";
import { fillSet, holds } from "./origin-set";

const RUN = 4, GAP_MAX = 3, EDGE_MAX = 5, COMPARED_CHARS = 1000, SAME_WORDS = 24;
/** Flags of a word: transcript/words.ts and answers/features.ts. */
const WORD_OPENS: u8 = 4, WORD_ASKED: u8 = 128;
const PLACE_SHIFT: u32 = 32 - PLACE_BITS;
/** Of a place, the bits looked at first. */
const FIRST_MASK: u32 = (1 << FIRST_BITS) - 1;

/** Runs of the prompt under way. */
let echoes = 0;

/** Makes bits of every model's places of boilerplate. */
export function learn(): void {
  memory.fill(FIRST, 0, (<usize>models) << (FIRST_BITS - 3));
  memory.fill(BITS, 0, (<usize>models) << (PLACE_BITS - 3));
  for (let m = 0; m < models; m++) {
    const first = FIRST + ((<usize>m) << (FIRST_BITS - 3));
    const bits = BITS + ((<usize>m) << (PLACE_BITS - 3));
    const starts = PLACE_STARTS + ((<usize>m) << 2);
    for (let i = load<u32>(starts); i < load<u32>(starts, 4); i++) {
      const place = load<u32>(PLACES + ((<usize>i) << 2));
      mark(bits, place);
      mark(first, place & FIRST_MASK);
    }
  }
}

// @ts-ignore: decorator
@inline
function mark(bits: usize, at: u32): void {
  store<u8>(bits + (at >> 3), load<u8>(bits + (at >> 3)) | (<u8>1 << <u8>(at & 7)));
}

// @ts-ignore: decorator
@inline
function marked(bits: usize, at: u32): bool {
  return ((load<u8>(bits + (at >> 3)) >> (<u8>(at & 7))) & 1) != 0;
}

/** The words and runs of prompt p. */
export function ask(p: i32): void {
  const starts = ASKED_STARTS + ((<usize>p) << 2);
  const words = ASKED + ((<usize>load<u32>(starts)) << 2);
  const count = <i32>(load<u32>(starts, 4) - load<u32>(starts));
  fillSet(WORD_SET, words, count);
  hashFours(words, count, TWOS, FOURS);
  echoes = max(0, count - RUN + 1);
  fillSet(RUN_SET, FOURS, echoes);
}

/**
 * @param m the model @param from place of its first word @param count of its words
 * @param at place among the cleaned words where they are put, flagged where the prompt has them @returns how many are left
 */
export function clean(m: i32, from: usize, count: i32, at: usize): i32 {
  const hashes = HASHES + (from << 2);
  const kept = takeOut(m, hashes, count)
    ? copyRest(hashes, LENGTHS + from, FLAGS + from, count, at)
    : copyHead(hashes, LENGTHS + from, FLAGS + from, count, at);
  for (let i: usize = 0; i < <usize>kept; i++)
    if (holds(WORD_SET, load<u32>(OWN_HASHES + ((at + i) << 2)))) {
      const flags = OWN_FLAGS + at + i;
      store<u8>(flags, load<u8>(flags) | WORD_ASKED);
    }
  return kept;
}

/** Marks what is taken out. @returns whether anything is */
function takeOut(m: i32, hashes: usize, count: i32): bool {
  const runs = count - RUN + 1;
  if (runs <= 0) return false;
  hashFours(hashes, count, TWOS, FOURS);
  const first = FIRST + ((<usize>m) << (FIRST_BITS - 3));
  const bits = BITS + ((<usize>m) << (PLACE_BITS - 3));
  const echoed = echoes > 0;
  let met = false;
  for (let i: usize = 0; i < <usize>runs; i++) {
    const run = load<u32>(FOURS + (i << 2));
    const place = run >> PLACE_SHIFT;
    if ((marked(first, place & FIRST_MASK) && marked(bits, place)) || (echoed && holds(RUN_SET, run))) {
      if (!met) {
        met = true;
        memory.fill(GONE, 0, count);
      }
      store<u32>(GONE + i, 0x01010101);
    }
  }
  if (met) closeGaps(count);
  return met;
}

/** What stands between pieces of a frame, or between the frame and the edge, is the frame's. */
function closeGaps(count: i32): void {
  let last = -1;
  for (let i = 0; i < count; i++) {
    if (load<u8>(GONE + i) == 0) continue;
    if (i - last - 1 <= (last == -1 ? EDGE_MAX : GAP_MAX)) memory.fill(GONE + last + 1, 1, i - last - 1);
    last = i;
  }
  if (count - last - 1 <= EDGE_MAX) memory.fill(GONE + last + 1, 1, count - last - 1);
}

function copyRest(hashes: usize, lengths: usize, flags: usize, count: i32, at: usize): i32 {
  let kept = 0;
  let chars = 0;
  let after: u8 = 0;
  for (let i: usize = 0; i < <usize>count && chars <= COMPARED_CHARS; i++) {
    const gone = load<u8>(GONE + i);
    if (gone == 0) {
      const length = load<u8>(lengths + i);
      const to = at + kept;
      store<u32>(OWN_HASHES + (to << 2), load<u32>(hashes + (i << 2)));
      store<u8>(OWN_LENGTHS + to, length);
      // A word after a gap opens a sentence, so that no name is made of two pieces.
      store<u8>(OWN_FLAGS + to, load<u8>(flags + i) | (after != 0 ? WORD_OPENS : 0));
      chars += <i32>length + 1;
      kept++;
    }
    after = gone;
  }
  return kept;
}

function copyHead(hashes: usize, lengths: usize, flags: usize, count: i32, at: usize): i32 {
  let kept: usize = 0;
  for (let chars = 0; kept < <usize>count && chars <= COMPARED_CHARS; kept++) chars += <i32>load<u8>(lengths + kept) + 1;
  memory.copy(OWN_HASHES + (at << 2), hashes, kept << 2);
  memory.copy(OWN_LENGTHS + at, lengths, kept);
  memory.copy(OWN_FLAGS + at, flags, kept);
  return <i32>kept;
}

/** Hash of the first words by which two answers count as the same; a shorter one is taken whole. */
export function headKey(hashes: usize, count: i32): u32 {
  return chain(7, hashes, min(count, SAME_WORDS));
}

export function tailKey(hashes: usize, count: i32): u32 {
  const from = max(0, count - SAME_WORDS);
  return chain(8, hashes + ((<usize>from) << 2), count - from);
}

function chain(seed: u32, hashes: usize, count: i32): u32 {
  let key = seed;
  for (let i = 0; i < count; i++) key = hashPair(key, load<u32>(hashes + ((<usize>i) << 2)));
  return key;
}
