/** The toy laboratory: were two records of coin tosses copied from one another? */
import type { Laboratory } from "../../app/laboratory.js";
import { TOSSES_PROPOSITIONS } from "./propositions.js";

export const tosses: Laboratory = {
  id: "tosses",
  propositions: TOSSES_PROPOSITIONS,
  studies: [
    {
      method: "tosses/equal-places",
      version: "1",
      file: "validation/tosses-copied.json",
      measuredOn: "generated tosses",
    },
  ],
  questions: [
    {
      name: "tosses",
      summary: "Were two records of coin tosses copied from one another?",
      typed: async () => () => "REFERENCE SUSPECT",
      load: async () => (await import("./desk/question.js")).tossesQuestion,
    },
  ],
  tools: [],
  view: async () => (await import("./page/view.js")).tossesView,
};
