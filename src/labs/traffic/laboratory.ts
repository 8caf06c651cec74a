/** The traffic laboratory: are accounts operated together, do they harvest the model, did a suspect learn the harvest? */
import type { Laboratory } from "../../app/laboratory.js";
import { TRAFFIC_PAST_VERSIONS } from "./past-versions.js";
import { TRAFFIC_PROPOSITIONS, TRAFFIC_PROPOSITIONS_2 } from "./propositions.js";

/** Of both studies. */
const LOGS = "generated logs of 500 and 600 accounts over 14 days";

export const traffic: Laboratory = {
  id: "traffic",
  propositions: TRAFFIC_PROPOSITIONS,
  earlier: [TRAFFIC_PROPOSITIONS_2],
  descents: { "traffic/harvest": { by: "answers" } },
  studies: [
    {
      method: "traffic/lockstep",
      version: "9",
      proposition: "traffic/pooled-operation",
      file: "validation/traffic-pooled-operation.json",
      measuredOn: LOGS,
    },
    {
      method: "traffic/lockstep",
      version: "9",
      proposition: "traffic/extraction-workload",
      file: "validation/traffic-extraction-workload.json",
      measuredOn: LOGS,
    },
  ],
  pastVersions: TRAFFIC_PAST_VERSIONS,
  questions: [
    {
      name: "traffic",
      summary: "Are accounts of an API's log operated together, and does what they ask harvest the model?",
      typed: async () => (await import("./desk/typed.js")).trafficTyped,
      load: async () => (await import("./desk/traffic-question.js")).trafficQuestion,
    },
    {
      name: "harvest",
      summary: "Does a suspect know the answers that a campaign harvested?",
      typed: async () => (await import("./desk/typed.js")).harvestTyped,
      load: async () => (await import("./desk/harvest-question.js")).harvestQuestion,
    },
  ],
  tools: [
    {
      name: "traffic",
      summary: "Usage of an API from its logs, templates of prompts, and a log as hashed rows.",
      load: async () => (await import("./tools/traffic.js")).trafficCommand,
    },
  ],
  shown: async () => (await import("./desk/shown.js")).trafficShown,
  view: async () => (await import("./page/view.js")).trafficView,
};
