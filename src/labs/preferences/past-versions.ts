/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

export const PREFERENCES_PAST_VERSIONS: readonly PastVersion[] = [
  { method: "preferences/centred-residuals", version: "1", accused: null, told: "validation/preferences.md" },
  {
    method: "preferences/centred-residuals",
    version: "2",
    accused:
      "Its margin was too small: it accused two makers on one public base with one trainer's default seed (1 of 540 more innocent pairs), and it could accuse two strangers who take in one published rule, and did not say so.",
    told: "validation/preferences.md",
  },
  {
    method: "preferences/planted",
    version: "1",
    accused:
      "It let a plan's maker choose its seed: whoever tried seeds, or turned pairs about, after seeing a suspect's answers could make any scorer look taught.",
    told: "validation/preferences.md",
  },
];
