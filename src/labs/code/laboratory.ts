/** The code laboratory: was this code taken from that code base? */
import type { Laboratory } from "../../app/laboratory.js";
import { CODE_PROPOSITIONS } from "./propositions.js";

export const code: Laboratory = {
  id: "code",
  propositions: CODE_PROPOSITIONS,
  // None yet: every outcome is "uncalibrated" until one is there.
  studies: [],
  questions: [
    {
      name: "code",
      summary: "Was this code taken from that code base?",
      typed: async () => (await import("./desk/typed.js")).codeTyped,
      load: async () => (await import("./desk/question.js")).codeQuestion,
    },
  ],
  tools: [
    {
      name: "code",
      summary: "Build and read an index of public code, by maker.",
      load: async () => (await import("./tools/code.js")).codeCommand,
    },
  ],
  view: async () => (await import("./page/view.js")).codeView,
};
