/** The question of the code laboratory, in the words that a page prints. */
import { LAWFUL, propositionTable, WHOSE } from "../../finding/propositions.js";

export const CODE_PROPOSITIONS = propositionTable("1", {
  "code/shared-source": {
    hp: "the suspect's code contains expression taken from the claimant's, or both took it from a third source that is not in the public corpus",
    hd: "it was written independently, or from public sources",
    oneSided: true,
    trial: "pair",
    topic: { hp: "shared source code", hd: "code written independently or from public sources" },
    notSaid: [
      "who took from whom, or whether both took from a third",
      WHOSE,
      "who owns the code, or had a right to use it",
      LAWFUL,
    ],
  },
});
