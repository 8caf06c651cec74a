/** What is compared for a common origin in one cleaned answer, family by family, in plain words. */
import type { FamilySet } from "../../../src/labs/behaviour/agreement/agreement.js";
import {
  contentAndFacts,
  grams,
  markAsked,
  numbersAndNames,
  openings,
  type Values,
} from "../../../src/labs/behaviour/answers/features.js";
import type { HashSet } from "../../../src/labs/behaviour/answers/hash-set.js";
import { ORIGIN_FAMILIES, ORIGIN_SHARES } from "../../../src/labs/behaviour/common-origin/holdings.js";
import type { Words } from "../../../src/transcript/words.js";

export const ORIGIN_FAMILY_SET: FamilySet = {
  families: ORIGIN_FAMILIES.length,
  shares: ORIGIN_SHARES.map((family) => ORIGIN_FAMILIES.indexOf(family)),
};

const FIRST_WORDS = [1, 2, 4, 8];
const PHRASE = 3;
const LONG_PHRASE = 8;

/** Appends to one list a family, in the order of ORIGIN_FAMILIES. @param asked words of the prompt */
export function holdingsOf(words: Words, asked: HashSet, into: readonly Values[]): void {
  markAsked(words, asked);
  openings(words, FIRST_WORDS, into[0]!, true);
  grams(words, PHRASE, into[1]!);
  grams(words, LONG_PHRASE, into[2]!);
  contentAndFacts(words, into[3]!, into[4]!);
  numbersAndNames(words, into[5]!, into[6]!);
}
