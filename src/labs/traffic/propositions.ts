/** The questions of the traffic laboratory, in the words that a page prints. */
import { LAWFUL, propositionTable, WHOSE } from "../../finding/propositions.js";

const NOT_SAID = ["who the people behind the accounts are", "what was done with the answers", WHOSE, LAWFUL];

const EXTRACTION = {
  hp: "this slice of traffic harvests the model",
  hd: "it does not harvest the model",
  oneSided: true,
  trial: "family",
  topic: { hp: "a workload that harvests the model", hd: "a workload that does not harvest it" },
  notSaid: NOT_SAID,
} as const;

const HARVEST = {
  hp: "the suspect knows the harvested answers better than matched others",
  hd: "it does not know them better than matched others",
  oneSided: true,
  trial: "family",
  topic: { hp: "knowledge of the harvested answers", hd: "no such knowledge" },
  notSaid: NOT_SAID,
} as const;

export const TRAFFIC_PROPOSITIONS = propositionTable("3", {
  "traffic/pooled-operation": {
    hp: "these accounts are operated together, or are customers of their own in groups of four and more on a card and a line whose machines use one tool evenly, day and night, which no field of a log tells from it",
    hd: "they are neither",
    oneSided: true,
    trial: "family",
    topic: {
      hp: "operation of these accounts together, or machines that no log tells from it",
      hd: "separate operation",
    },
    notSaid: [
      "that one operator stands behind them: teams of a contest, volunteers or laboratories who share cards and lines by four and more, and whose machines send evenly at all hours, look the same",
      ...NOT_SAID,
    ],
  },
  "traffic/extraction-workload": EXTRACTION,
  "traffic/harvest": HARVEST,
});

/** Before it was said that machines of separate customers may look the same. */
export const TRAFFIC_PROPOSITIONS_2 = propositionTable("2", {
  "traffic/pooled-operation": {
    hp: "these accounts are operated together",
    hd: "they are not operated together",
    oneSided: true,
    trial: "family",
    topic: { hp: "operation of these accounts together", hd: "separate operation" },
    notSaid: NOT_SAID,
  },
  "traffic/extraction-workload": EXTRACTION,
  "traffic/harvest": HARVEST,
});
