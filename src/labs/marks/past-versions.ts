/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

export const MARKS_PAST_VERSIONS: readonly PastVersion[] = [
  {
    method: "marks/present",
    version: "1",
    accused:
      "Under a table of draws that is one for all keys, text that somebody else had marked could reach 10⁻⁸ to 10⁻¹³ under an innocent claimant's key.",
    told: "validation/marks-present.md",
  },
  { method: "marks/present", version: "2", accused: null, told: "validation/marks-present.md" },
  {
    method: "marks/inherited",
    version: "1",
    accused:
      "It took a marked form whose blanks a model fills in, and marked stock phrases, for what the model had learned.",
    told: "validation/marks-inherited.md",
  },
  {
    method: "marks/inherited",
    version: "2",
    accused:
      "It took a marked form whose blanks a model fills in, and marked stock phrases, for what the model had learned (36 of 49 such bodies of answers).",
    told: "validation/marks-inherited.md",
  },
  {
    method: "marks/canary",
    version: "1",
    accused:
      "It let a plan's maker choose its seed, its options' order and which items were answered: whoever chose them after seeing a suspect's answers could accuse a model that learned nothing.",
    told: "validation/marks-canary.md",
  },
  { method: "marks/leak", version: "1", accused: null, told: "validation/marks-leak.md" },
];
