/** The questions of the preferences laboratory, in the words that a page prints. */
import { LAWFUL, OWNED, propositionTable, WHOSE } from "../../finding/propositions.js";

export const PREFERENCES_PROPOSITIONS = propositionTable("1", {
  "preferences/shared-origin": {
    hp: "the two scorers share ancestral weights beyond a public base, or one learned from the other's scores, or both were trained from one base and one preference set",
    hd: "none of the three: a common public base alone, or a common public preference set alone, is no relation",
    oneSided: true,
    trial: "pair",
    topic: { hp: "one origin of two scorers", hd: "no common origin of two scorers beyond what is public" },
    notSaid: [
      "which of the relations it is: common weights, training on the other's scores, or one base with one preference set",
      "who learned from whom, or whether both learned from a third",
      OWNED,
      WHOSE,
      LAWFUL,
    ],
  },
  "preferences/planted": {
    hp: "the suspect learned the decisions that were drawn and served for these pairs, or was made from a scorer that did",
    hd: "it did not, and agrees with the drawn decisions by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on planted preferences", hd: "no training on the planted preferences" },
    notSaid: [
      "by whom, from where and under which terms the decisions came to the suspect",
      "that anything else of the claimant's was in the training data",
      WHOSE,
      LAWFUL,
    ],
  },
});
