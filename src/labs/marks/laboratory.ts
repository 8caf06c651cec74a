/** The marks laboratory: is a mark present, was it inherited, were canaries learned, whose copy leaked? */
import type { Laboratory } from "../../app/laboratory.js";
import { MARKS_PAST_VERSIONS } from "./past-versions.js";
import { MARKS_PROPOSITIONS, MARKS_PROPOSITIONS_2 } from "./propositions.js";
import { MARKS_STUDIES } from "./studies.js";

export const marks: Laboratory = {
  id: "marks",
  propositions: MARKS_PROPOSITIONS,
  earlier: [MARKS_PROPOSITIONS_2],
  descents: { "marks/leak": { by: "weights" } },
  studies: MARKS_STUDIES,
  formerStudies: [
    {
      method: "marks/present",
      version: "2",
      file: "validation/marks-present-2.json",
      says: null,
      measuredOn: "texts of small models with a vocabulary of 1,024 tokens",
    },
    {
      method: "marks/canary",
      version: "1",
      file: "validation/marks-canary-1.json",
      says: null,
      measuredOn: "simulated answers on plans of 100 accounts and 40 items; no model was trained",
    },
    {
      method: "marks/inherited",
      version: "2",
      file: "validation/marks-inherited-2.json",
      says: null,
      measuredOn: "transformers of 0.5 to 1 million parameters and bigram models",
    },
    {
      method: "marks/inherited",
      version: "1",
      file: "validation/marks-inherited-1.json",
      says: null,
      measuredOn: "transformers of 0.5 to 1 million parameters and bigram models",
    },
  ],
  pastVersions: MARKS_PAST_VERSIONS,
  questions: [
    {
      name: "marks",
      summary: "Does the text carry a mark?",
      typed: async () => (await import("./desk/typed.js")).marksTyped,
      load: async () => (await import("./desk/marks-question.js")).marksQuestion,
    },
    {
      name: "inheritance",
      summary: "Was the suspect trained on text that carries a mark?",
      typed: async () => (await import("./desk/typed.js")).inheritanceTyped,
      load: async () => (await import("./desk/inheritance-question.js")).inheritanceQuestion,
    },
    {
      name: "canaries",
      summary: "Did the suspect learn canaries planted in accounts?",
      typed: async () => (await import("./desk/typed.js")).canariesTyped,
      load: async () => (await import("./desk/canaries-question.js")).canariesQuestion,
    },
    {
      name: "leak",
      summary: "Whose marked copy was a leaked model made from?",
      typed: async () => (await import("./desk/typed.js")).leakTyped,
      load: async () => (await import("./desk/leak-question.js")).leakQuestion,
    },
  ],
  tools: [
    {
      name: "mark",
      summary: "Mark what a model serves, and the weights it hands out.",
      load: async () => (await import("./tools/mark.js")).markCommand,
    },
  ],
  shown: async () => (await import("./desk/shown.js")).marksShown,
  view: async () => (await import("./page/view.js")).marksView,
};
