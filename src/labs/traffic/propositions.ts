/** The questions of the traffic laboratory, in the words that a page prints. */
import { LAWFUL, propositionTable, WHOSE } from "../../finding/propositions.js";

const NOT_SAID = ["who the people behind the accounts are", "what was done with the answers", WHOSE, LAWFUL];

export const TRAFFIC_PROPOSITIONS = propositionTable("2", {
  "traffic/pooled-operation": {
    hp: "these accounts are operated together",
    hd: "they are not operated together",
    oneSided: true,
    trial: "family",
    topic: { hp: "operation of these accounts together", hd: "separate operation" },
    notSaid: NOT_SAID,
  },
  "traffic/extraction-workload": {
    hp: "this slice of traffic harvests the model",
    hd: "it does not harvest the model",
    oneSided: true,
    trial: "family",
    topic: { hp: "a workload that harvests the model", hd: "a workload that does not harvest it" },
    notSaid: NOT_SAID,
  },
  "traffic/harvest": {
    hp: "the suspect knows the harvested answers better than matched others",
    hd: "it does not know them better than matched others",
    oneSided: true,
    trial: "family",
    topic: { hp: "knowledge of the harvested answers", hd: "no such knowledge" },
    notSaid: NOT_SAID,
  },
});
