/** The code laboratory: was this code taken from that code base? */
import type { Laboratory } from "../../app/laboratory.js";
import { CODE_PROPOSITIONS } from "./propositions.js";

export const code: Laboratory = {
  id: "code",
  propositions: CODE_PROPOSITIONS,
  studies: [
    {
      method: "code/exclusive-containment",
      version: "3",
      file: "validation/code-shared-source.json",
      measuredOn:
        "474 makers of packages in five languages who were no part of making the rule, and files of at least 2,000 tokens that were copied and edited",
    },
  ],
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
