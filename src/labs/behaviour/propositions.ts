/** The questions of the behaviour laboratory, in the words that a page prints. */
import { LAWFUL, OWNED, propositionTable, WHOSE } from "../../finding/propositions.js";

const NOT_SAID = [
  "how the answers came to be alike",
  "who took from whom, or whether both took from a third",
  WHOSE,
  OWNED,
  LAWFUL,
];

export const BEHAVIOUR_PROPOSITIONS = propositionTable("2", {
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
});
