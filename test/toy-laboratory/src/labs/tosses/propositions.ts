/** The question of the toy laboratory, in the words that a page prints. */
import { propositionTable, WHOSE } from "../../finding/propositions.js";

export const TOSSES_PROPOSITIONS = propositionTable("1", {
  "tosses/copied": {
    hp: "one record of tosses was copied from the other, or both from a third",
    hd: "the two coins were tossed independently",
    oneSided: true,
    trial: "pair",
    topic: { hp: "copied records of tosses", hd: "independent tosses" },
    notSaid: ["who copied from whom", WHOSE],
  },
});
