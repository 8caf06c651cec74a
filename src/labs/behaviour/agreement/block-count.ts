/**
 * What one block of prompts adds: agreement of all pairs, what each prompt added for the pair under test, and what the
 * two sides look like there. Pure, so that another thread can do it; partial sums are added in the order of blocks.
 */
import { normalise, scriptOf } from "../../../transcript/normaliser.js";
import { hashText } from "../../../transcript/words.js";
import type { Block } from "../answers/answer-source.js";
import { promptWords } from "../answers/features.js";
import { identitySentence } from "../answers/identity.js";
import { AgreementCounter, emptySums, excessOfSides, rowsOfSides, type Sums } from "./agreement.js";

/** Of one side in one block. */
interface SideCount {
  answered: number;
  latin: number;
  /** Hashes of the answers' starts. */
  starts: number[];
  /** Hashes of the first words, by which a fixed opening shows. */
  openings: number[];
}

export interface BlockCount {
  sums: Sums;
  /** One a prompt, as `excessOfSides` gives it. */
  excess: Float64Array[];
  sides: [SideCount, SideCount];
  /** `prompt` is the place in the block. */
  identity: { side: 0 | 1; prompt: number; sentence: string }[];
}

/** Counts a block, here or in another thread. */
export type CountBlock = (block: Block, groups: Int32Array) => Promise<BlockCount>;

/** Characters by which two answers of one side are told apart. */
const START_CHARS = 200;
/** Words of an opening. */
const OPENING_WORDS = 3;

/**
 * @param groups number of the group that each model belongs to, the two sides first @returns partial sums, and each
 * prompt's own share for the pair under test
 */
export function countBlock(block: Block, groups: Int32Array): BlockCount {
  const counter = new AgreementCounter(groups);
  const sums = emptySums(block.answers.length);
  const excess: Float64Array[] = [];
  const identity: BlockCount["identity"] = [];
  const side = (): SideCount => ({ answered: 0, latin: 0, starts: [], openings: [] });
  const sides: [SideCount, SideCount] = [side(), side()];
  for (let p = 0; p < block.prompts.length; p++) {
    const answers = block.answers.map((of) => of[p]!);
    const before = rowsOfSides(sums);
    counter.add(answers, promptWords(block.prompts[p]!), sums);
    excess.push(excessOfSides(before, sums));
    for (const s of [0, 1] as const) {
      const text = answers[s] ?? "";
      addSide(sides[s], text);
      const sentence = identitySentence(text);
      if (sentence !== null) identity.push({ side: s, prompt: p, sentence });
    }
  }
  return { sums, excess, sides, identity };
}

function addSide(side: SideCount, text: string): void {
  const answer = normalise(text);
  if (answer === "") return;
  side.answered++;
  const script = scriptOf(answer);
  if (script === "latin" || script === "none") side.latin++;
  side.openings.push(hashText(answer.toLowerCase().split(/\s+/, OPENING_WORDS).join(" ")));
  side.starts.push(hashText(answer.slice(0, START_CHARS)));
}
