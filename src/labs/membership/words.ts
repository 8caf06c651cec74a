/** The sentences that findings of this laboratory carry: assumptions, other explanations, what is not seen. */
import type { PlanKind } from "./method.js";

const DATED =
  "The plan was fixed before the suspect was trained: whoever relies on this must see its commitment dated, since a seed that is chosen after the scores are known can make any text look learned.";

export const ASSUMPTIONS: Readonly<Record<PlanKind, string>> = {
  canary: `Which candidate of a set was published was drawn uniformly by the plan's seed and reached the suspect by training alone. ${DATED}`,
  exchange: `But for training, no order of the data set's lines is more probable than another: they were not sorted, dated or numbered. ${DATED}`,
  order: `The order was drawn uniformly by the plan's seed and reached the suspect by training alone. ${DATED}`,
};

export const ALTERNATIVES: Readonly<Record<PlanKind, readonly string[]>> = {
  canary: [
    "The published texts came to the suspect from a third party that copied them.",
    "The suspect was made from another model that was trained on them, or on that model's answers which repeat them.",
    "Whoever made the scores knew which candidates were published.",
  ],
  exchange: [
    "Lines of the published order lean on one another in a way that this laboratory's looks at the text do not see.",
    "The data set came to the suspect through a copy by a third party.",
    "Whoever made the scores knew which order was published.",
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
  "It does not date the commitment.",
];
