/** The questions of the code laboratory, in the words that a page prints. */
import { LAWFUL, propositionTable, WHOSE } from "../../finding/propositions.js";

const SHARED_SOURCE = {
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
} as const;

export const CODE_PROPOSITIONS = propositionTable("2", {
  "code/shared-source": SHARED_SOURCE,
  "code/recipient-copy": {
    hp: "the suspect's code is made from this recipient's copy",
    hd: "it is not made from this recipient's copy, and agrees with it by chance",
    oneSided: true,
    trial: "family",
    topic: { hp: "this recipient’s copy as the source", hd: "chance agreement with this recipient’s copy" },
    notSaid: ["who passed the copy on, or whether it was taken from the recipient", WHOSE, LAWFUL],
  },
});

/** Before copies were planted. */
export const CODE_PROPOSITIONS_1 = propositionTable("1", { "code/shared-source": SHARED_SOURCE });
