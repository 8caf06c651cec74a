/** The questions of the behaviour laboratory, in the words that a page prints. */
import { LAWFUL, OWNED, propositionTable, WHOSE } from "../../finding/propositions.js";

const NOT_SAID = [
  "how the answers came to be alike",
  "who took from whom, or whether both took from a third",
  WHOSE,
  OWNED,
  LAWFUL,
];

const OF_VERSION_2 = {
  "behaviour/same-model": {
    hp: "the same weights answered",
    hd: "different weights answered",
    oneSided: false,
    trial: "pair",
    topic: { hp: "the same weights answering", hd: "different weights answering" },
    notSaid: NOT_SAID,
  },
  "behaviour/tuned-from": {
    hp: "one was tuned from the other's weights, or both from the same tuned model",
    hd: "neither was tuned from the other's weights, nor both from the same tuned model",
    oneSided: true,
    trial: "pair",
    topic: { hp: "tuning from the same weights", hd: "no tuning from the same weights" },
    notSaid: NOT_SAID,
  },
  "behaviour/taught-by": {
    hp: "the suspect was trained on the reference's answers, or on answers like them",
    hd: "it was trained on neither",
    oneSided: true,
    trial: "pair",
    topic: { hp: "training on the reference’s answers", hd: "no training on such answers" },
    notSaid: NOT_SAID,
  },
} satisfies Parameters<typeof propositionTable>[1];

/** Before a common origin could be asked. */
export const BEHAVIOUR_PROPOSITIONS_2 = propositionTable("2", OF_VERSION_2);

const OF_VERSION_3 = {
  "behaviour/common-origin": {
    hp: "the two models come from a common line: one weights lineage, one maker's training, or one trained on the other's answers",
    hd: "they come from different makers and different bases, and neither was trained on the other's answers",
    oneSided: true,
    trial: "pair",
    topic: { hp: "a common line of the two models", hd: "different makers and different bases" },
    notSaid: [
      "which of the relations it is: one weights lineage, one maker's training, or training on the other's answers",
      "who took from whom, or whether both took from a third",
      WHOSE,
      OWNED,
      LAWFUL,
    ],
  },
  ...OF_VERSION_2,
} satisfies Parameters<typeof propositionTable>[1];

/** Before a substitution could be asked. */
export const BEHAVIOUR_PROPOSITIONS_3 = propositionTable("3", OF_VERSION_3);

export const BEHAVIOUR_PROPOSITIONS = propositionTable("4", {
  ...OF_VERSION_3,
  "behaviour/substituted": {
    hp: "this endpoint does not serve the reference's weights, at least for part of its answers",
    hd: "it serves them",
    oneSided: true,
    trial: "family",
    topic: { hp: "other weights behind the endpoint", hd: "the reference's weights behind the endpoint" },
    notSaid: [
      "which weights answered instead",
      "that the endpoint's answers are worse, or unsafe",
      "who exchanged the weights, and whether its customers were told",
      WHOSE,
      LAWFUL,
    ],
  },
});
