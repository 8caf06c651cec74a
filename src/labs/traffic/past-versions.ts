/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

const TOLD = "validation/traffic.md";

const CONTENT_ALONE =
  "It named people on what they sent alone: users of home automation, of a mail tool or of a feed reader, each with a key, a card, a network and an organisation of their own, stood above its level on both questions.";

export const TRAFFIC_PAST_VERSIONS: readonly PastVersion[] = [
  ...["1", "2", "3"].map((version) => ({ method: "traffic/lockstep", version, accused: CONTENT_ALONE, told: TOLD })),
  {
    method: "traffic/lockstep",
    version: "4",
    accused: "It put desks of shared offices with resellers' cards, and a university's courses, above its level.",
    told: TOLD,
  },
  {
    method: "traffic/lockstep",
    version: "5",
    accused:
      "All that version 6 could accuse it could too: an honest relay whose users' prompts fall into few templates.",
    told: TOLD,
  },
  {
    method: "traffic/lockstep",
    version: "6",
    accused:
      "It accused an honest relay in 1 of 300 benign worlds, whose users' prompts fell into too few templates for a crowd to show.",
    told: TOLD,
  },
  {
    method: "traffic/lockstep",
    version: "7",
    accused:
      "It could list people who share a campaign's card and line and use the tool that the campaign imitates, and could accuse filling stations, and call a call centre a harvest, as version 8 did.",
    told: TOLD,
  },
  {
    method: "traffic/lockstep",
    version: "8",
    accused:
      "It accused filling stations that never close, each with one vendor's till, in one log, and called a call centre that scores its own calls by a rubric a harvest.",
    told: TOLD,
  },
];
