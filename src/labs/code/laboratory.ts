/** The code laboratory: was this code taken from that code base? */
import type { Laboratory } from "../../app/laboratory.js";
import { CODE_PAST_VERSIONS } from "./past-versions.js";
import { CODE_PROPOSITIONS, CODE_PROPOSITIONS_1 } from "./propositions.js";

export const code: Laboratory = {
  id: "code",
  propositions: CODE_PROPOSITIONS,
  earlier: [CODE_PROPOSITIONS_1],
  studies: [
    {
      method: "code/exclusive-containment",
      version: "7",
      file: "validation/code-shared-source.json",
      measuredOn:
        "467 makers of packages in five languages who judged versions 4 to 6 before and made no version, and files of at least 2,000 tokens that were copied and edited",
    },
    {
      method: "code/recipient-copy",
      version: "1",
      file: "validation/code-recipient-copy.json",
      measuredOn:
        "10,200 drawn keys on five trees, one a language, and edited copies of 15 trees of 1,500 to 5,000 lines",
    },
  ],
  formerStudies: [
    {
      method: "code/exclusive-containment",
      version: "6",
      file: "validation/code-shared-source-6.json",
      says: null,
      measuredOn:
        "467 makers of packages in five languages who judged versions 4 and 5 before and made no version, and files of at least 2,000 tokens that were copied and edited",
    },
    {
      method: "code/exclusive-containment",
      version: "5",
      file: "validation/code-shared-source-5.json",
      says: null,
      measuredOn:
        "467 makers of packages in five languages who judged version 4 before and made no version, and files of at least 2,000 tokens that were copied and edited",
    },
    {
      method: "code/exclusive-containment",
      version: "4",
      file: "validation/code-shared-source-4.json",
      says: null,
      measuredOn:
        "467 makers of packages in five languages who had judged and made no other version, and files of at least 2,000 tokens that were copied and edited",
    },
    {
      method: "code/exclusive-containment",
      version: "3",
      file: "validation/code-shared-source-3.json",
      says: null,
      measuredOn:
        "474 makers of packages in five languages who were no part of making the rule, and files of at least 2,000 tokens that were copied and edited",
    },
  ],
  pastVersions: CODE_PAST_VERSIONS,
  questions: [
    {
      name: "code",
      summary: "Was this code taken from that code base?",
      typed: async () => (await import("./desk/typed.js")).codeTyped,
      load: async () => (await import("./desk/question.js")).codeQuestion,
    },
    {
      name: "code-copy",
      summary: "Which recipient's copy of a source tree was this code made from?",
      typed: async () => (await import("./desk/typed.js")).copyTyped,
      load: async () => (await import("./desk/copy-question.js")).copyQuestion,
    },
  ],
  tools: [
    {
      name: "code",
      summary: "Build and read an index of public code, by maker; prepare what a blind reader is given.",
      load: async () => (await import("./tools/code.js")).codeCommand,
    },
    {
      name: "code",
      under: "mark",
      summary: "Write copies of a source tree that tell recipients apart.",
      load: async () => (await import("./tools/mark-code.js")).markCodeCommand,
    },
  ],
  view: async () => (await import("./page/view.js")).codeView,
};
