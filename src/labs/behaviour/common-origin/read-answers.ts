/**
 * Answers read clean once and kept as words in flat arrays: six bytes a word and no object an answer, handed to another
 * thread without a copy of a text. What is compared of them is decided later (count-block.ts), when boilerplate is known.
 */
import type { Words } from "../../../transcript/words.js";
import type { Block } from "../answers/answer-source.js";
import { READ_AS, readNext } from "./reading.js";

export interface ReadAnswers {
  /** What became of each answer: a place in READ_AS, or ABSENT. */
  as: Uint8Array;
  /** Words of answer i lie at starts[i]..starts[i + 1]; only what is compared has any. */
  starts: Uint32Array;
  hashes: Uint32Array;
  lengths: Uint8Array;
  flags: Uint8Array;
}

/** In place of what became of an answer: there is none. */
export const ABSENT = 255;
/** What became of an answer that has words. */
export const COMPARED = READ_AS.indexOf("compared");

/** The answers of all models to one block of prompts: model m's to the p-th stands at m · prompts + p. */
export interface ReadBlock {
  prompts: readonly (string | null)[];
  read: ReadAnswers;
}

/** As AnswerSource, block by block. */
export interface ReadSource {
  promptIds: readonly string[];
  models: number;
  block(from: number, to: number): Promise<ReadBlock>;
}

/** Where words are gathered before they are copied out in their number. */
let room = roomFor(1 << 16);

function roomFor(words: number) {
  return { hashes: new Uint32Array(words), lengths: new Uint8Array(words), flags: new Uint8Array(words) };
}

/** @param texts null where there is no answer */
export function readAnswers(texts: readonly (string | null)[]): ReadAnswers {
  const as = new Uint8Array(texts.length);
  const starts = new Uint32Array(texts.length + 1);
  let used = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!;
    if (text === null) as[i] = ABSENT;
    else {
      const { words, as: become } = readNext(text);
      as[i] = READ_AS.indexOf(become);
      reserve(used, words.count);
      const { hashes, lengths, flags } = room;
      for (let k = 0; k < words.count; k++, used++) {
        hashes[used] = words.hashes[k]!;
        lengths[used] = words.lengths[k]!;
        flags[used] = words.flags[k]!;
      }
    }
    starts[i + 1] = used;
  }
  const { hashes, lengths, flags } = room;
  return { as, starts, hashes: hashes.slice(0, used), lengths: lengths.slice(0, used), flags: flags.slice(0, used) };
}

function reserve(used: number, more: number): void {
  if (used + more <= room.hashes.length) return;
  const larger = roomFor(2 * (used + more));
  larger.hashes.set(room.hashes.subarray(0, used));
  larger.lengths.set(room.lengths.subarray(0, used));
  larger.flags.set(room.flags.subarray(0, used));
  room = larger;
}

const NO_ENDINGS = new Float64Array(0);

/** Views of one answer's words, without endings. */
export function wordsAt({ starts, hashes, lengths, flags }: ReadAnswers, i: number): Words {
  const [from, to] = [starts[i]!, starts[i + 1]!];
  return {
    count: to - from,
    hashes: hashes.subarray(from, to),
    lengths: lengths.subarray(from, to),
    flags: flags.subarray(from, to),
    endings: NO_ENDINGS,
  };
}

/** Places of at most `most` of the answers that are there, evenly spread, so that a longer transcript costs no more. */
export function evenlySpread({ as }: ReadAnswers, most: number): number[] {
  const there: number[] = [];
  for (let i = 0; i < as.length; i++) if (as[i] !== ABSENT) there.push(i);
  const step = Math.max(1, there.length / most);
  const spread: number[] = [];
  for (let at = 0; at < there.length; at += step) spread.push(there[Math.floor(at)]!);
  return spread;
}

/** Answers [from, to), as views. */
export function someOf(read: ReadAnswers, from: number, to: number): ReadAnswers {
  const [first, last] = [read.starts[from]!, read.starts[to]!];
  return {
    as: read.as.subarray(from, to),
    starts: read.starts.subarray(from, to + 1),
    hashes: read.hashes.subarray(first, last),
    lengths: read.lengths.subarray(first, last),
    flags: read.flags.subarray(first, last),
  };
}

/** Copied one behind another. */
export function joined(parts: readonly ReadAnswers[]): ReadAnswers {
  const total = (of: (part: ReadAnswers) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const answers = total(({ as }) => as.length);
  const words = total(({ hashes }) => hashes.length);
  const all: ReadAnswers = {
    as: new Uint8Array(answers),
    starts: new Uint32Array(answers + 1),
    hashes: new Uint32Array(words),
    lengths: new Uint8Array(words),
    flags: new Uint8Array(words),
  };
  let answer = 0;
  let word = 0;
  for (const { as, starts, hashes, lengths, flags } of parts) {
    all.as.set(as, answer);
    all.hashes.set(hashes, word);
    all.lengths.set(lengths, word);
    all.flags.set(flags, word);
    for (let i = 0; i < as.length; i++) all.starts[++answer] = word + starts[i + 1]! - starts[0]!;
    word += hashes.length;
  }
  return all;
}

/** A block of texts, read. */
export function readBlock({ prompts, answers }: Block): ReadBlock {
  return { prompts, read: readAnswers(answers.flat()) };
}
