/** The questions of the weights laboratory, in the words that a page prints. */
import { LAWFUL, OWNED, propositionTable, WHOSE } from "../../finding/propositions.js";

export const WEIGHTS_PROPOSITIONS = propositionTable("2", {
  "weights/shared-ancestry": {
    hp: "the two models share ancestral weights: one was copied from the other, or both from a third",
    hd: "they were initialised independently",
    oneSided: true,
    trial: "pair",
    topic: { hp: "shared ancestral weights", hd: "independent initialisation" },
    notSaid: ["who copied from whom, or whether both took from a third", WHOSE, OWNED, LAWFUL],
  },
  "weights/direction": {
    hp: "the suspect was made from the reference",
    hd: "the reference was made from the suspect, or both from a third",
    oneSided: false,
    trial: "family",
    topic: {
      hp: "the suspect’s being made from the reference",
      hd: "the reference’s being made from the suspect, or both from a third",
    },
    notSaid: ["who made either model, or when", WHOSE, OWNED, LAWFUL],
  },
});

export const SHARED_ANCESTRY = WEIGHTS_PROPOSITIONS.entries["weights/shared-ancestry"];
export const DIRECTION = WEIGHTS_PROPOSITIONS.entries["weights/direction"];
