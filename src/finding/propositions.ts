/**
 * The closed list of questions a finding may answer, with the exact words a page prints (HOUSE: propositions come
 * before results, are mutually exclusive and at one level: ENFSI 2015). Versioned: a change of wording is a new version.
 */
export const PROPOSITIONS_VERSION = "1";

export interface Proposition {
  hp: string;
  hd: string;
  /** One-sided questions never give `supports-hd`. */
  oneSided: boolean;
}

export const PROPOSITIONS = {
  "weights/shared-ancestry": {
    hp: "the two models share ancestral weights: one was copied from the other, or both from a third",
    hd: "they were initialised independently",
    oneSided: true,
  },
} as const satisfies Record<string, Proposition>;

export type PropositionId = keyof typeof PROPOSITIONS;
export const PROPOSITION_IDS = Object.keys(PROPOSITIONS) as [PropositionId, ...PropositionId[]];
