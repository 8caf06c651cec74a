/**
 * The clean reading of an answer for the question of a common origin: folded letters, no leaked reasoning, no marks of
 * chat templates, no invented next turn; then word by word without what the prompt already said and without the
 * transcript's own boilerplate (learned on each transcript by itself, sides and panel alike). What two models share
 * because one service wraps both is thereby taken from both.
 */
import { hashPair, scanWords, WORD_OPENS, type Words } from "../../../transcript/words.js";
import { fold, foreignShare } from "./fold.js";
import { withoutReasoning } from "./reasoning.js";

export const READING_VERSION = "2";

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
  const { answer, cut } = withoutReasoning(fold(text.length > 4 * FOLDED_CHARS ? withinReach(text) : text));
  if (cut) return { words: NOTHING, as: "cut by reasoning" };
  let own = answer.slice(0, FOLDED_CHARS);
  const turn = NEXT_TURN.exec(own);
  if (turn && turn.index > 0) own = own.slice(0, turn.index);
  if (own.includes("<") || own.includes("[")) own = own.replace(TEMPLATE_MARK, " ");
  own = own.replace(ROLE_LABEL, "");
  if (foreignShare(own) > FOREIGN_SHARE_MAX) return { words: NOTHING, as: "another script" };
  const words = scanWords(own);
  return { words, as: words.count === 0 ? "empty" : "compared" };
}

/** Long answers are long for their reasoning: the head, and enough of the tail to hold the answer. */
function withinReach(text: string): string {
  return text.slice(0, 200_000);
}

/** Words a run of boilerplate or echo must have at the least. */
export const RUN = 4;

/** Hash of the run that starts at word `i`. */
export function runAt({ hashes }: Words, i: number): number {
  return hashPair(hashPair(hashes[i]!, hashes[i + 1]!), hashPair(hashes[i + 2]!, hashes[i + 3]!));
}

/** Every run of a text. */
export function runsOf(words: Words): Set<number> {
  const runs = new Set<number>();
  for (let i = 0; i + RUN <= words.count; i++) runs.add(runAt(words, i));
  return runs;
}

/** As few words between two taken runs go with them, and so many before the first or after the last. */
const GAP_MAX = 3;
const EDGE_MAX = 5;

/**
 * The words that are left when every run that `taken` knows is gone, with the frame such runs make at either end; at most
 * COMPARED_CHARS characters of them. A word after a gap opens a sentence, so that no name is made of two pieces.
 */
export function withoutRuns(words: Words, taken: readonly { has(run: number): boolean }[]): Words {
  const gone = new Uint8Array(words.count);
  let met = false;
  for (let i = 0; i + RUN <= words.count; i++) {
    const run = runAt(words, i);
    for (const set of taken)
      if (set.has(run)) {
        gone.fill(1, i, i + RUN);
        met = true;
        break;
      }
  }
  if (met) closeGaps(gone);
  const hashes = new Uint32Array(words.count);
  const lengths = new Uint8Array(words.count);
  const flags = new Uint8Array(words.count);
  let count = 0;
  let chars = 0;
  for (let i = 0; i < words.count && chars <= COMPARED_CHARS; i++) {
    if (gone[i]) continue;
    hashes[count] = words.hashes[i]!;
    lengths[count] = words.lengths[i]!;
    flags[count] = words.flags[i]! | (i > 0 && gone[i - 1] ? WORD_OPENS : 0);
    chars += words.lengths[i]! + 1;
    count++;
  }
  return {
    count,
    hashes: hashes.subarray(0, count),
    lengths: lengths.subarray(0, count),
    flags: flags.subarray(0, count),
    endings: words.endings,
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
