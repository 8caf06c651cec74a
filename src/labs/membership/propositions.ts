/** The questions of the membership laboratory, in the words that a page prints. */
import { LAWFUL, propositionTable, WHOSE } from "../../finding/propositions.js";

const NOT_SAID = [
  "by whom, from where and under which terms the text came to the model",
  "that anything else of the claimant's was in the training data",
  WHOSE,
  LAWFUL,
] as const;

export const MEMBERSHIP_PROPOSITIONS = propositionTable("1", {
  "membership/canary": {
    hp: "the model was trained on the published version of these texts, or made from a model that was",
    hd: "it was not, and prefers the published versions over those drawn beside them by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on planted texts", hd: "no training on the planted texts" },
    notSaid: NOT_SAID,
  },
  "membership/exchangeability": {
    hp: "the model was trained on this data set in its published order, or made from a model that was",
    hd: "it was not, and prefers the published order over shuffled ones by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "training on a data set in its published order", hd: "no training on the data set's published order" },
    notSaid: NOT_SAID,
  },
  "membership/order": {
    hp: "the model was trained on these texts in the claimant's own drawn order, or made from a model that was",
    hd: "it was not, and its likelihoods rise along that order by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "the claimant's own training order", hd: "no trace of the claimant's training order" },
    notSaid: [...NOT_SAID, "which of several models trained in that order it was made from"],
  },
});
export type MembershipId = keyof typeof MEMBERSHIP_PROPOSITIONS.entries;
