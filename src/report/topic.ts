/** What each proposition is about, in a few words, for headlines. The propositions themselves are printed verbatim. */
import type { PropositionId } from "../finding/propositions.js";

export interface Topic {
  /** The first proposition as a noun. */
  hp: string;
  /** The second. */
  hd: string;
}

export const TOPICS: Record<PropositionId, Topic> = {
  "weights/shared-ancestry": { hp: "shared ancestral weights", hd: "independent initialisation" },
  "weights/direction": {
    hp: "the suspect’s being made from the reference",
    hd: "the reference’s being made from the suspect, or both from a third",
  },
  "behaviour/same-model": { hp: "the same weights answering", hd: "different weights answering" },
  "behaviour/tuned-from": { hp: "tuning from the same weights", hd: "no tuning from the same weights" },
  "behaviour/taught-by": { hp: "training on the reference’s answers", hd: "no training on such answers" },
  "marks/present": { hp: "the presence of the mark", hd: "chance agreement with the mark" },
  "marks/inherited": { hp: "training on marked text", hd: "chance agreement with the mark" },
  "marks/canary": { hp: "training on these accounts’ canaries", hd: "chance agreement with the canaries" },
  "marks/leak": { hp: "this recipient’s copy as the source", hd: "chance agreement with this recipient’s copy" },
  "traffic/pooled-operation": { hp: "operation of these accounts together", hd: "separate operation" },
  "traffic/extraction-workload": {
    hp: "a workload that harvests the model",
    hd: "a workload that does not harvest it",
  },
  "traffic/harvest": { hp: "knowledge of the harvested answers", hd: "no such knowledge" },
};
