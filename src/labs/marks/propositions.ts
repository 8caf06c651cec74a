/** The questions of the marks laboratory, in the words that a page prints. */
import { LAWFUL, propositionTable, WHOSE } from "../../finding/propositions.js";

const NOT_SAID = ["who wrote or published the text", "how the mark, or the copy, came to be there", WHOSE, LAWFUL];

export const MARKS_PROPOSITIONS = propositionTable("2", {
  "marks/present": {
    hp: "the text carries the mark",
    hd: "the text does not carry the mark, and what agrees with it agrees by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "the presence of the mark", hd: "chance agreement with the mark" },
    notSaid: NOT_SAID,
  },
  "marks/inherited": {
    hp: "the suspect learned text that carries the mark",
    hd: "the suspect did not learn such text, and what agrees with the mark agrees by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on marked text", hd: "chance agreement with the mark" },
    notSaid: NOT_SAID,
  },
  "marks/canary": {
    hp: "the suspect learned the canaries of these accounts",
    hd: "the suspect learned none of them, and shows them by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on these accounts’ canaries", hd: "chance agreement with the canaries" },
    notSaid: NOT_SAID,
  },
  "marks/leak": {
    hp: "the suspect is made from this recipient's copy",
    hd: "it is not made from this recipient's copy, and agrees with it by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "this recipient’s copy as the source", hd: "chance agreement with this recipient’s copy" },
    notSaid: NOT_SAID,
  },
});

export type MarksProposition = keyof typeof MARKS_PROPOSITIONS.entries;
