/**
 * What is compared for a common origin in one cleaned answer. Two groups of families: how it is said (openings, runs of
 * words) and what is said (content words, numbers with what they count, names, facts), which a frame around the answers
 * does not lift. Layout and manner are left out: services and fashions set them.
 */

import type { Words } from "../../../transcript/words.js";
import type { FamilySet } from "../agreement/agreement.js";
import { contentAndFacts, grams, markAsked, numbersAndNames, openings, type Values } from "../answers/features.js";
import type { HashSet } from "../answers/hash-set.js";

const ORIGIN_FAMILIES = [
  "first-words",
  "phrases",
  "long-phrases",
  "content-words",
  "facts",
  "numbers",
  "names",
] as const;
/** Families that are also taken as a share of what both answers hold, so that length alone lifts nothing. */
const ORIGIN_SHARES = ["phrases", "content-words", "facts"] as const;
export const ORIGIN_STATISTICS = [...ORIGIN_FAMILIES, ...ORIGIN_SHARES.map((f) => `${f}-share` as const)] as const;
export type OriginStatistic = (typeof ORIGIN_STATISTICS)[number];

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
