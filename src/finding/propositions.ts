/**
 * The closed list of questions a finding may answer, with the exact words a page prints (HOUSE: propositions come
 * before results, are mutually exclusive and at one level: ENFSI 2015). Versioned: a change of wording is a new version.
 */
export const PROPOSITIONS_VERSION = "2";

export interface Proposition {
  hp: string;
  hd: string;
  /** One-sided questions never give `supports-hd`. */
  oneSided: boolean;
  /**
   * What a false accusation is an event of, and so what a study counts as one independent trial: a pair of families
   * (two models that may be wrongly joined: ⌊n/2⌋ disjoint pairs of n families) or one family by itself (a key, a
   * prompt source, a lineage).
   */
  trial: "pair" | "family";
}

export const PROPOSITIONS = {
  "weights/shared-ancestry": {
    hp: "the two models share ancestral weights: one was copied from the other, or both from a third",
    hd: "they were initialised independently",
    oneSided: true,
    trial: "pair",
  },
  "weights/direction": {
    hp: "the suspect was made from the reference",
    hd: "the reference was made from the suspect, or both from a third",
    oneSided: false,
    trial: "family",
  },
  "behaviour/same-model": {
    hp: "the same weights answered",
    hd: "different weights answered",
    oneSided: false,
    trial: "pair",
  },
  "behaviour/tuned-from": {
    hp: "one was tuned from the other's weights, or both from the same tuned model",
    hd: "neither was tuned from the other's weights, nor both from the same tuned model",
    oneSided: true,
    trial: "pair",
  },
  "behaviour/taught-by": {
    hp: "the suspect was trained on the reference's answers, or on answers like them",
    hd: "it was trained on neither",
    oneSided: true,
    trial: "pair",
  },
  "marks/present": {
    hp: "the text carries the mark",
    hd: "the text does not carry the mark, and what agrees with it agrees by chance",
    oneSided: true,
    trial: "family",
  },
  "marks/inherited": {
    hp: "the suspect learned text that carries the mark",
    hd: "the suspect did not learn such text, and what agrees with the mark agrees by chance",
    oneSided: true,
    trial: "family",
  },
  "marks/canary": {
    hp: "the suspect learned the canaries of these accounts",
    hd: "the suspect learned none of them, and shows them by chance",
    oneSided: true,
    trial: "family",
  },
  "marks/leak": {
    hp: "the suspect is made from this recipient's copy",
    hd: "it is not made from this recipient's copy, and agrees with it by chance",
    oneSided: true,
    trial: "family",
  },
  "traffic/pooled-operation": {
    hp: "these accounts are operated together",
    hd: "they are not operated together",
    oneSided: true,
    trial: "family",
  },
  "traffic/extraction-workload": {
    hp: "this slice of traffic harvests the model",
    hd: "it does not harvest the model",
    oneSided: true,
    trial: "family",
  },
  "traffic/harvest": {
    hp: "the suspect knows the harvested answers better than matched others",
    hd: "it does not know them better than matched others",
    oneSided: true,
    trial: "family",
  },
} as const satisfies Record<string, Proposition>;

/** The closed list as worded in one version. */
export interface PropositionTable {
  version: string;
  entries: Readonly<Record<string, Proposition>>;
}

export type PropositionId = keyof typeof PROPOSITIONS;
export const PROPOSITION_IDS = Object.keys(PROPOSITIONS) as [PropositionId, ...PropositionId[]];
