/** What each proposition is about, in a few words, for headlines. The propositions themselves are printed verbatim. */
import type { PropositionId } from "../finding/propositions.js";

export interface Topic {
  /** The first proposition as a noun. */
  hp: string;
  /** The second. */
  hd: string;
}

export const TOPICS: Record<PropositionId, Topic> = {
  "weights/shared-ancestry": { hp: "shared ancestral weights", hd: "independent initialisation" },
};
