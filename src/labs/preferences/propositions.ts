/** The questions of the preferences laboratory, in the words that a page prints. */
import { LAWFUL, OWNED, propositionTable, WHOSE } from "../../finding/propositions.js";

const PLANTED = {
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
} as const;

export const PREFERENCES_PROPOSITIONS = propositionTable("3", {
  "preferences/shared-origin": {
    hp: "the two scorers share ancestral weights beyond a public base, or one learned from the other's scores, or both took in one third's scores or one rule, or both were trained from one base on preferences of one source, wholly or in part, which is no copying where the rule, or base and source, are public",
    hd: "they stand in none of these relations; a common public base alone, or a common public preference set alone, is none",
    oneSided: true,
    trial: "pair",
    topic: {
      hp: "one origin of two scorers, which may be one public base and one public source of preferences, or one published rule",
      hd: "no common origin of two scorers beyond what is public",
    },
    notSaid: [
      "that anything was copied: two makers who train one public base on one public preference set, each by itself, look the same, and so may two who share half of the set, or one judge's labels on other pairs, or who take something off by one published list of words",
      "which of the relations it is: common weights, scores that one learned from the other or both took from a third, one rule, or one base with one source of preferences",
      "who learned from whom",
      OWNED,
      WHOSE,
      LAWFUL,
    ],
  },
  "preferences/planted": PLANTED,
});

/** Before it was said that both may have taken in one published rule. */
export const PREFERENCES_PROPOSITIONS_2 = propositionTable("2", {
  "preferences/shared-origin": {
    hp: "the two scorers share ancestral weights beyond a public base, or one learned from the other's scores or both from one third's, or both were trained from one base on preferences of one source, wholly or in part, which is no copying where base and source are public",
    hd: "they stand in none of these relations; a common public base alone, or a common public preference set alone, is none",
    oneSided: true,
    trial: "pair",
    topic: {
      hp: "one origin of two scorers, which may be one public base and one public source of preferences",
      hd: "no common origin of two scorers beyond what is public",
    },
    notSaid: [
      "that anything was copied: two makers who train one public base on one public preference set, each by itself, look the same, and so may two who share half of the set, or one judge's labels on other pairs",
      "which of the relations it is: common weights, scores that one learned from the other or both from a third, or one base with one source of preferences",
      "who learned from whom",
      OWNED,
      WHOSE,
      LAWFUL,
    ],
  },
  "preferences/planted": PLANTED,
});

/** Before it was said that one base with one source of preferences is no copying, and that both may have learned from a third. */
export const PREFERENCES_PROPOSITIONS_1 = propositionTable("1", {
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
  "preferences/planted": PLANTED,
});
