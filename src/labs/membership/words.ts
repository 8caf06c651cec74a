/** The sentences that findings of this laboratory carry: assumptions, other explanations, what is not seen. */
import type { PlanKind } from "./method.js";

const DRAWN =
  "It was drawn by a public beacon's round that was not out when a log's witnesses had the plan's commitment, so that nobody chose it; whoever made the scores did not know it, and it reached the suspect by training alone.";

export const ASSUMPTIONS: Readonly<Record<PlanKind, string>> = {
  canary: `Which candidate of a set was published is uniform among all of them. ${DRAWN}`,
  exchange: `In which order each shard was published is uniform among the orders drawn. ${DRAWN}`,
  order: `The order of training is uniform among all orders. ${DRAWN}`,
  stamp:
    "All phrasings of a document were made before, by one means, and the stated seed alone chose the published one; the mean gain over documents is normal (Student's t).",
  inference:
    "Held-out texts are of the same distribution as the published ones and reached no training; weights were learned on one half of each and the other half is judged, whose means are normal (Welch's t).",
};
/** Why a conditional finding is never more than uncalibrated. */
export const CONDITIONS: Readonly<Record<"stamp" | "inference", string>> = {
  stamp:
    "its p holds only if all phrasings were made before, by one means, and the stated seed alone chose the published one, and if the mean gain over documents is normal",
  inference:
    "its p holds only if the held-out texts are of the same distribution as the published ones and were kept from every training, which no draw secures, and if means over the judged half are normal",
};
export const PAID =
  "Whatever was tried is paid for: suspects and scores as stated, and other plans by the place of this one in its log, where the prices of all places sum to the level.";

const LOOKED_UP = "The suspect, asked over a network, looked the published text up when it was scored.";
export const ALTERNATIVES: Readonly<Record<PlanKind, readonly string[]>> = {
  canary: [
    "The published texts came to the suspect from a third party that copied or quoted them.",
    "The suspect was made from another model that was trained on them, or on that model's answers which repeat them.",
    LOOKED_UP,
    "Whoever made the scores knew which candidates were published.",
  ],
  exchange: [
    "The data set came to the suspect through a copy by a third party.",
    "The suspect was made from another model that was trained on it.",
    LOOKED_UP,
    "Whoever made the scores knew which order was published.",
  ],
  stamp: [
    "The published phrasings came to the suspect from a third party that copied or quoted them.",
    "The published phrasings are easier than the private ones: the seed did not choose them, or they were edited afterwards.",
    LOOKED_UP,
  ],
  inference: [
    "Published and held-out texts differ in time, topic, length or editing, and the suspect finds the published ones easier without having seen them.",
    "Others published texts like the published ones, and none like those held out.",
    LOOKED_UP,
  ],
  order: [
    "The suspect and the claimant's model were both made from a third that was trained in this order.",
    "The suspect was trained on answers of a model that was trained in this order.",
    "Whoever made the scores knew the order.",
  ],
};

export const LIMITS: readonly string[] = [
  "It reads scores and cannot see which model made them, nor by what means.",
  "Texts that were filtered out, rewritten or seen once in a large run leave no trace that it could find: an outcome of inconclusive shows nothing.",
  "Scores by themselves (loss, Min-K%, ratios to a compressor) have no p-value here: a member and a stranger differ in more than membership. Where they are given they are exhibits.",
  "Suspects and scores that were tried and not stated are not seen.",
];
