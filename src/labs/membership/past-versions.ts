/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

const VERSION_1 = {
  version: "1",
  accused:
    "It let a plan's maker choose its seed, its reference and which texts have scores: whoever tried enough of them could accuse a model that never saw the texts.",
  told: "validation/membership.md",
} as const;

export const MEMBERSHIP_PAST_VERSIONS: readonly PastVersion[] = [
  { method: "membership/canary", ...VERSION_1 },
  { method: "membership/exchangeability", ...VERSION_1 },
  { method: "membership/order", ...VERSION_1 },
];
