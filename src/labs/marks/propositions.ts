/** The questions of the marks laboratory, in the words that a page prints. */
import {
  LAWFUL,
  type Proposition,
  type PropositionTable,
  propositionTable,
  WHOSE,
} from "../../finding/propositions.js";

type Words = Omit<Proposition, "id" | "notSaid">;

const WORDS: Readonly<Record<"marks/present" | "marks/inherited" | "marks/canary" | "marks/leak", Words>> = {
  "marks/present": {
    hp: "the text carries the mark",
    hd: "the text does not carry the mark, and what agrees with it agrees by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "the presence of the mark", hd: "chance agreement with the mark" },
  },
  "marks/inherited": {
    hp: "the suspect learned text that carries the mark",
    hd: "the suspect did not learn such text, and what agrees with the mark agrees by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on marked text", hd: "chance agreement with the mark" },
  },
  "marks/canary": {
    hp: "the suspect learned the canaries of these accounts",
    hd: "the suspect learned none of them, and shows them by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on these accounts’ canaries", hd: "chance agreement with the canaries" },
  },
  "marks/leak": {
    hp: "the suspect is made from this recipient's copy",
    hd: "it is not made from this recipient's copy, and agrees with it by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "this recipient’s copy as the source", hd: "chance agreement with this recipient’s copy" },
  },
};

/** Each question leaves other things unsaid: a leak is a matter of weights, and no text is spoken of. */
const NOT_SAID: Readonly<Record<keyof typeof WORDS, readonly string[]>> = {
  "marks/present": ["who wrote or published the text", "how the mark came to be there", WHOSE, LAWFUL],
  "marks/inherited": [
    "who collected the text, or by which way it reached the suspect",
    "how much of it was learned",
    WHOSE,
    LAWFUL,
  ],
  "marks/canary": ["who used the accounts", "by which way what they were served reached the suspect", WHOSE, LAWFUL],
  "marks/leak": ["who passed the copy on, or whether it was taken from the recipient", WHOSE, LAWFUL],
};

export const MARKS_PROPOSITIONS = worded("3", NOT_SAID);

/** Until version 2 all questions left unsaid what the first does. */
const OF_2 = ["who wrote or published the text", "how the mark, or the copy, came to be there", WHOSE, LAWFUL];
export const MARKS_PROPOSITIONS_2 = worded("2", {
  "marks/present": OF_2,
  "marks/inherited": OF_2,
  "marks/canary": OF_2,
  "marks/leak": OF_2,
});

function worded(version: string, notSaid: typeof NOT_SAID): PropositionTable<keyof typeof WORDS> {
  const entries = Object.entries(WORDS) as [keyof typeof WORDS, Words][];
  const whole = Object.fromEntries(entries.map(([id, words]) => [id, { ...words, notSaid: notSaid[id] }]));
  return propositionTable(version, whole as Record<keyof typeof WORDS, Omit<Proposition, "id">>);
}

export type MarksProposition = keyof typeof MARKS_PROPOSITIONS.entries;
