/**
 * The clean reading of an answer for the question of a common origin: folded letters, no leaked reasoning, no marks of
 * chat templates, no invented next turn; then word by word without what the prompt already said and without the
 * transcript's own boilerplate (learned on each transcript by itself, sides and panel alike). What two models share
 * because one service wraps both is thereby taken from both.
 */
import { gatherWords, hashPair, scanWords, WORD_OPENS, type Words } from "../../../transcript/words.js";
import type { HashFilter } from "../answers/hash-set.js";
import { fold, foreignShare } from "./fold.js";
import { withoutReasoning } from "./reasoning.js";

export const READING_VERSION = "4";

/** Characters folded: answers are compared by some thousand of them, and wrappers stand before or among those. */
const FOLDED_CHARS = 8000;
/** Characters of cleaned words that are compared; recorders keep at least so many. */
const COMPARED_CHARS = 1000;
/** More letters than this that no folding brings to Latin: the answer is in another script, or hides in one. */
const FOREIGN_SHARE_MAX = 0.02;

const TEMPLATE_MARK =
  /<\|[a-z_]{2,24}\|>|<\/?s>|<eos>|<bos>|<pad>|<unk>|\[\/?INST\]|<<\/?SYS>>|<(?:start|end)_of_turn>(?:user|model)?/g;
const ROLE_LABEL = /^\s*(?:#{2,3}\s*)?(?:assistant|ai|bot|response|output|answer)\s*:\s*/i;
const NEXT_TURN = /\n\s*(?:(?:#{2,3}\s*)?(?:human|user|instruction|input)\s*:|<\|(?:im_start|user|prompter)\|>)/i;

/** What became of an answer: compared, or why it is left out. */
export const READ_AS = [
  "compared",
  "empty",
  "cut by reasoning",
  "another script",
  "boilerplate or echo alone",
] as const;
type ReadAs = (typeof READ_AS)[number];

interface Reading {
  words: Words;
  as: ReadAs;
}

const NOTHING: Words = scanWords("");

/** An answer before boilerplate and echo are taken out. */
export function readAnswer(text: string): Reading {
  return readWith(scanWords, text);
}

/** The same in arrays that the next answer is written over. */
export function readNext(text: string): Reading {
  return readWith(gatherPlain, text);
}

const gatherPlain = (text: string) => gatherWords(text, false);

function readWith(scan: (text: string) => Words, text: string): Reading {
  const { answer, cut } = withoutReasoning(fold(text.length > 4 * FOLDED_CHARS ? withinReach(text) : text));
  if (cut) return { words: NOTHING, as: "cut by reasoning" };
  let own = answer.slice(0, FOLDED_CHARS);
  const turn = NEXT_TURN.exec(own);
  if (turn && turn.index > 0) own = own.slice(0, turn.index);
  if (own.includes("<") || own.includes("[")) own = own.replace(TEMPLATE_MARK, " ");
  own = own.replace(ROLE_LABEL, "");
  if (foreignShare(own) > FOREIGN_SHARE_MAX) return { words: NOTHING, as: "another script" };
  const words = scan(own);
  return { words, as: words.count === 0 ? "empty" : "compared" };
}

/** Long answers are long for their reasoning: the head, and enough of the tail to hold the answer. */
function withinReach(text: string): string {
  return text.slice(0, 200_000);
}

/** Words a run of boilerplate or echo must have at the least. */
const RUN = 4;

let pairs = new Uint32Array(0);
let runs = new Uint32Array(0);

/** Hashes of the runs that start at each word, in an array that the next call writes over; how many there are: runCount. */
export function runHashes({ hashes, count }: Words): Uint32Array {
  if (count > runs.length) {
    pairs = new Uint32Array(2 * count);
    runs = new Uint32Array(2 * count);
  }
  for (let i = 0; i + 1 < count; i++) pairs[i] = hashPair(hashes[i]!, hashes[i + 1]!);
  for (let i = 0; i + RUN <= count; i++) runs[i] = hashPair(pairs[i]!, pairs[i + 2]!);
  return runs;
}

/** How many runs a text has. */
export function runCount({ count }: Words): number {
  return Math.max(0, count - RUN + 1);
}

/** As few words between two taken runs go with them, and so many before the first or after the last. */
const GAP_MAX = 3;
const EDGE_MAX = 5;

let gone = new Uint8Array(0);

/** Words of many texts one behind another; texts are views until the room is emptied for others. */
export class WordRoom {
  #hashes: Uint32Array;
  #lengths: Uint8Array;
  #flags: Uint8Array;
  #used = 0;

  /** @param words to begin with */
  constructor(words = 1 << 14) {
    this.#hashes = new Uint32Array(words);
    this.#lengths = new Uint8Array(words);
    this.#flags = new Uint8Array(words);
  }

  empty(): void {
    this.#used = 0;
  }

  /** Room for so many words more: a view each that may be cut to what was used by `keep`. */
  open(words: number): Words {
    if (this.#used + words > this.#hashes.length) {
      // What was handed out keeps the old arrays.
      const size = 2 * (this.#used + words);
      this.#hashes = new Uint32Array(size);
      this.#lengths = new Uint8Array(size);
      this.#flags = new Uint8Array(size);
      this.#used = 0;
    }
    const [from, to] = [this.#used, this.#used + words];
    return {
      count: 0,
      hashes: this.#hashes.subarray(from, to),
      lengths: this.#lengths.subarray(from, to),
      flags: this.#flags.subarray(from, to),
      endings: NOTHING.endings,
    };
  }

  keep(words: number): void {
    this.#used += words;
  }
}

/**
 * The words that are left when every run that `taken` knows is gone, with the frame such runs make at either end; at most
 * COMPARED_CHARS characters of them. A word after a gap opens a sentence, so that no name is made of two pieces.
 * @param room where they are put, without their endings; where no run is taken they are views of `words`
 */
export function withoutRuns(words: Words, taken: readonly HashFilter[], room = new WordRoom(words.count)): Words {
  const { count, hashes, lengths, flags } = words;
  if (gone.length < count) gone = new Uint8Array(2 * count);
  gone.fill(0, 0, count);
  let met = false;
  const own = runHashes(words);
  for (const set of taken) {
    const { first, shift } = set;
    const mask = first.length - 1;
    for (let i = 0; i + RUN <= count; i++)
      if (first[(own[i]! >>> shift) & mask] !== 0 && set.has(own[i]!)) {
        gone.fill(1, i, i + RUN);
        met = true;
      }
  }
  if (!met) return headOf(words);
  closeGaps(gone.subarray(0, count));
  const left = room.open(count);
  let kept = 0;
  let chars = 0;
  for (let i = 0; i < count && chars <= COMPARED_CHARS; i++) {
    if (gone[i]) continue;
    left.hashes[kept] = hashes[i]!;
    left.lengths[kept] = lengths[i]!;
    left.flags[kept] = flags[i]! | (i > 0 && gone[i - 1] ? WORD_OPENS : 0);
    chars += lengths[i]! + 1;
    kept++;
  }
  room.keep(kept);
  left.count = kept;
  return left;
}

/** The first words, of COMPARED_CHARS characters at the most and one word more. */
function headOf({ count, hashes, lengths, flags }: Words): Words {
  let kept = 0;
  for (let chars = 0; kept < count && chars <= COMPARED_CHARS; kept++) chars += lengths[kept]! + 1;
  return {
    count: kept,
    hashes: hashes.subarray(0, kept),
    lengths: lengths.subarray(0, kept),
    flags: flags.subarray(0, kept),
    endings: NOTHING.endings,
  };
}

/** What stands between pieces of a frame, or between the frame and the edge, is the frame's. */
function closeGaps(gone: Uint8Array): void {
  let last = -1;
  for (let i = 0; i < gone.length; i++) {
    if (!gone[i]) continue;
    if (i - last - 1 <= (last === -1 ? EDGE_MAX : GAP_MAX)) gone.fill(1, last + 1, i);
    last = i;
  }
  if (gone.length - last - 1 <= EDGE_MAX) gone.fill(1, last + 1);
}
