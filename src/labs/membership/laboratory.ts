/** The membership laboratory: was this text trained on? */
import type { Laboratory } from "../../app/laboratory.js";
import { MEMBERSHIP_PAST_VERSIONS } from "./past-versions.js";
import { MEMBERSHIP_PROPOSITIONS } from "./propositions.js";

const SMALL = "character models of 77,000 to 410,000 weights";

export const membership: Laboratory = {
  id: "membership",
  propositions: MEMBERSHIP_PROPOSITIONS,
  studies: [
    {
      method: "membership/canary",
      version: "2",
      file: "validation/membership-canary.json",
      measuredOn: `${SMALL}, 8 canaries among 200 candidates each`,
    },
    {
      method: "membership/exchangeability",
      version: "2",
      file: "validation/membership-exchangeability.json",
      measuredOn: `${SMALL}, data sets of 200 lines in 10 shards`,
    },
    {
      method: "membership/order",
      version: "2",
      file: "validation/membership-order.json",
      measuredOn: "character models of 205,000 weights, orders of 3,000 lines",
    },
  ],
  formerStudies: ["canary", "exchangeability", "order"].map((kind) => ({
    method: `membership/${kind}`,
    version: "1",
    file: `validation/membership-${kind}-1.json`,
    says: "Version 1 let a plan's maker choose its seed, its reference and which texts have scores: whoever tried enough of them could accuse a model that never saw the texts. Nothing is concluded from it since.",
    measuredOn: null,
  })),
  pastVersions: MEMBERSHIP_PAST_VERSIONS,
  questions: [
    {
      name: "membership",
      summary: "Was the model trained on this text, in this order?",
      typed: async () => (await import("./desk/typed.js")).membershipTyped,
      load: async () => (await import("./desk/question.js")).membershipQuestion,
    },
  ],
  tools: [
    {
      name: "membership",
      summary:
        "Commit to canaries, phrasings, a data set or a training order, draw by a public beacon, list the texts to score.",
      load: async () => (await import("./tools/membership.js")).membershipCommand,
    },
  ],
  view: async () => (await import("./page/view.js")).membershipView,
};
