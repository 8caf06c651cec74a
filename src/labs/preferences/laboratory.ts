/** The preferences laboratory: do two reward models or judges come from one origin? */
import type { Laboratory } from "../../app/laboratory.js";
import { PREFERENCES_PROPOSITIONS } from "./propositions.js";

export const preferences: Laboratory = {
  id: "preferences",
  propositions: PREFERENCES_PROPOSITIONS,
  // None yet: every outcome is "uncalibrated" until one is there.
  studies: [],
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
      typed: async () => () => "PLAN ANSWERS",
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
