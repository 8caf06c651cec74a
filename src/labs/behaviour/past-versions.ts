/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

const ORIGIN = "validation/behaviour-common-origin.md";

/** Versions 1 of the three older questions never came to a finding for either side. */
const NEVER_SPOKE = { version: "1", accused: null, told: "validation/behaviour.md" } as const;

export const BEHAVIOUR_PAST_VERSIONS: readonly PastVersion[] = [
  {
    method: "behaviour/common-origin",
    version: "1",
    accused:
      "Its margin was narrower: two models that learned from one public set came above it. It read a source that both quote, one persona's spelling and a language of their own as agreement, as versions 3 and 4 did after it.",
    told: ORIGIN,
  },
  {
    method: "behaviour/common-origin",
    version: "2",
    accused:
      "Its margin was narrower: two models that learned from one public set came above it. It read a source that both quote, one persona's spelling and a language of their own as agreement, as versions 3 and 4 did after it.",
    told: ORIGIN,
  },
  {
    method: "behaviour/common-origin",
    version: "3",
    accused:
      "It put two strangers above its margin who quote one page or list one search engine's references, and two who answer in one persona's spelling or in a language that the panel does not have.",
    told: ORIGIN,
  },
  {
    method: "behaviour/common-origin",
    version: "4",
    accused:
      "It could accuse two strangers who answer in one language, or in one persona's spelling, that the panel does not have.",
    told: ORIGIN,
  },
  {
    method: "behaviour/substituted",
    version: "1",
    accused:
      "It named honest endpoints whose host put the same words before every answer (160 of 10,752), and such as used a template that no control has.",
    told: "validation/behaviour-substituted.md",
  },
  {
    method: "behaviour/substituted",
    version: "2",
    accused: "It named honest chat endpoints with a template that no control has (52 of 1,024, of 4 of 32 models).",
    told: "validation/behaviour-substituted.md",
  },
  {
    method: "behaviour/substituted",
    version: "3",
    accused:
      "Its e-value passed the house's level for honest hosts of a completions interface that said the prompt again before the answer (8 of 8), or cut a newline off the prompt's end (7 of 8); no outcome rested on it.",
    told: "validation/behaviour-substituted.md",
  },
  { method: "behaviour/same-model", ...NEVER_SPOKE },
  { method: "behaviour/tuned-from", ...NEVER_SPOKE },
  { method: "behaviour/taught-by", ...NEVER_SPOKE },
];
