/** The preferences laboratory: do two reward models or judges come from one origin? */
import type { Laboratory } from "../../app/laboratory.js";
import { PREFERENCES_PAST_VERSIONS } from "./past-versions.js";
import { PREFERENCES_PROPOSITIONS, PREFERENCES_PROPOSITIONS_1, PREFERENCES_PROPOSITIONS_2 } from "./propositions.js";

export const preferences: Laboratory = {
  id: "preferences",
  propositions: PREFERENCES_PROPOSITIONS,
  earlier: [PREFERENCES_PROPOSITIONS_2, PREFERENCES_PROPOSITIONS_1],
  studies: [
    {
      method: "preferences/centred-residuals",
      version: "3",
      file: "validation/preferences-shared-origin.json",
      measuredOn:
        "reward models with trained heads on 36 frozen transformers of 0.27 to 0.43 million parameters, 600 pairs and 900 words; students of another's scores for all of their 4,000 pairs",
    },
    {
      method: "preferences/planted",
      version: "2",
      file: "validation/preferences-planted.json",
      measuredOn:
        "reward models with trained heads on frozen transformers of 0.27 to 0.43 million parameters, students distilled from 700 pairs and 200 planted ones",
    },
  ],
  formerStudies: [
    {
      method: "preferences/centred-residuals",
      version: "2",
      file: "validation/preferences-shared-origin-2.json",
      says: null,
      measuredOn:
        "reward models with trained heads on 36 frozen transformers of 0.27 to 0.43 million parameters, 600 pairs and 900 words; students of another's scores for all of their 4,000 pairs",
    },
    {
      method: "preferences/centred-residuals",
      version: "1",
      file: "validation/preferences-shared-origin-1.json",
      says: null,
      measuredOn:
        "reward models with trained heads on 22 frozen transformers of 0.27 to 0.43 million parameters, 600 pairs and 900 words",
    },
    {
      method: "preferences/planted",
      version: "1",
      file: "validation/preferences-planted-1.json",
      says: "Version 1 let a plan's maker choose its seed: whoever tried seeds, or turned pairs about, after seeing a suspect's answers could make any scorer look taught. Nothing is concluded from it since.",
      measuredOn: null,
    },
  ],
  pastVersions: PREFERENCES_PAST_VERSIONS,
  questions: [
    {
      name: "preferences",
      summary: "Do two reward models or judges come from one origin?",
      typed: async () => (await import("./desk/typed.js")).preferencesTyped,
      load: async () => (await import("./desk/question.js")).preferencesQuestion,
    },
    {
      name: "planted",
      summary: "Did the suspect learn decisions that were drawn and served?",
      typed: async () => (await import("./desk/typed.js")).plantedTyped,
      load: async () => (await import("./desk/planted-question.js")).plantedQuestion,
    },
  ],
  tools: [
    {
      name: "preferences",
      summary: "Make a panel of scorers from tables; plant decisions and list what to ask.",
      load: async () => (await import("./tools/preferences.js")).preferencesCommand,
    },
  ],
  view: async () => (await import("./page/view.js")).preferencesView,
};
