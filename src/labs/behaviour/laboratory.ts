/** The behaviour laboratory: what do a suspect's answers say about where it came from? */
import type { Laboratory } from "../../app/laboratory.js";
import { BEHAVIOUR_PAST_VERSIONS } from "./past-versions.js";
import { BEHAVIOUR_PROPOSITIONS, BEHAVIOUR_PROPOSITIONS_2, BEHAVIOUR_PROPOSITIONS_3 } from "./propositions.js";

/** Of every study of answers, at least. */
const ANSWERS = "answers of 133 models of 23 bases to 805 English instruction prompts";

export const behaviour: Laboratory = {
  id: "behaviour",
  propositions: BEHAVIOUR_PROPOSITIONS,
  earlier: [BEHAVIOUR_PROPOSITIONS_3, BEHAVIOUR_PROPOSITIONS_2],
  // A common line has no direction and may be one maker's training alone: it makes nobody a descendant.
  descents: {
    "behaviour/tuned-from": { by: "weights" },
    "behaviour/taught-by": { by: "answers" },
  },
  studies: [
    {
      method: "behaviour/common-origin",
      version: "5",
      file: "validation/behaviour-common-origin.json",
      measuredOn: `${ANSWERS}, and held-out answers on code and reasoning by 8 makers`,
    },
    { method: "behaviour/same-model", version: "2", file: "validation/behaviour-same-model.json", measuredOn: ANSWERS },
    { method: "behaviour/tuned-from", version: "2", file: "validation/behaviour-tuned-from.json", measuredOn: ANSWERS },
    { method: "behaviour/taught-by", version: "2", file: "validation/behaviour-taught-by.json", measuredOn: ANSWERS },
  ],
  formerStudies: [
    {
      method: "behaviour/common-origin",
      version: "4",
      file: "validation/behaviour-common-origin-4.json",
      says: null,
      measuredOn: `${ANSWERS}, and held-out answers on code and reasoning by 8 makers`,
    },
    {
      method: "behaviour/common-origin",
      version: "3",
      file: "validation/behaviour-common-origin-3.json",
      says: null,
      measuredOn: `${ANSWERS}, and held-out answers on code and reasoning by 8 makers`,
    },
    {
      method: "behaviour/common-origin",
      version: "1",
      file: "validation/behaviour-common-origin-1.json",
      says: null,
      measuredOn: `${ANSWERS}, and held-out answers on code and reasoning by 8 makers`,
    },
    {
      method: "behaviour/substituted",
      version: "1",
      file: "validation/behaviour-substituted-trained-1.json",
      says: "Version 1 was studied: it named 160 of 10,752 honest endpoints, of 3 of 32 models. Version 2 named none of them, but was mended on these very models, so that nothing is concluded from it.",
      measuredOn: null,
    },
  ],
  pastVersions: BEHAVIOUR_PAST_VERSIONS,
  questions: [
    {
      name: "behaviour",
      summary: "What do a suspect's answers say about where it came from?",
      typed: async () => (await import("./desk/typed.js")).behaviourTyped,
      load: async () => (await import("./desk/question.js")).behaviourQuestion,
    },
    {
      name: "endpoint",
      summary: "Does this endpoint serve the reference's weights, or others for part of its answers?",
      typed: async () => (await import("./desk/endpoint-typed.js")).endpointTyped,
      load: async () => (await import("./desk/endpoint-question.js")).endpointQuestion,
    },
  ],
  tools: [
    {
      name: "panel",
      summary: "What a panel of transcripts can carry, before a query is paid for.",
      load: async () => (await import("./tools/panel.js")).panelCommand,
    },
  ],
  view: async () => (await import("./page/view.js")).behaviourView,
};
