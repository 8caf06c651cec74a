/** The membership laboratory: was this text trained on? */
import type { Laboratory } from "../../app/laboratory.js";
import { MEMBERSHIP_PROPOSITIONS } from "./propositions.js";

export const membership: Laboratory = {
  id: "membership",
  propositions: MEMBERSHIP_PROPOSITIONS,
  // None yet: every outcome is "uncalibrated" until one is there.
  studies: [],
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
      summary: "Draw and commit canaries, shuffled orders or a training order; list the texts to score.",
      load: async () => (await import("./tools/membership.js")).membershipCommand,
    },
  ],
  view: async () => (await import("./page/view.js")).membershipView,
};
