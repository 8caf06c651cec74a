/**
 * A question a finding may answer, with the exact words a page prints (HOUSE: propositions come before results, are
 * mutually exclusive and at one level: ENFSI 2015). Each laboratory states its own in a table with a version; the closed
 * list is all tables of app/laboratories.ts. A change of any word is a new version, and old versions are kept.
 */
export interface Proposition {
  /** "laboratory/question". */
  id: string;
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
  /** Each proposition as a noun, for headlines. */
  topic: { hp: string; hd: string };
  /** What no outcome of this question says, printed with every outcome. */
  notSaid: readonly string[];
}

/** The questions of one laboratory, as worded in one version. */
export interface PropositionTable<Id extends string = string> {
  version: string;
  entries: Readonly<Record<Id, Proposition>>;
}

/** @param worded the words of each question by its id; a change of any of them needs another version */
export function propositionTable<Id extends string>(
  version: string,
  worded: Readonly<Record<Id, Omit<Proposition, "id">>>,
): PropositionTable<Id> {
  const entries = Object.entries<Omit<Proposition, "id">>(worded).map(([id, words]) => [id, { id, ...words }]);
  return { version, entries: Object.fromEntries(entries) as Record<Id, Proposition> };
}

/** Form of an id: a laboratory and its question. */
export const PROPOSITION_ID = /^[a-z][a-z0-9-]{0,31}\/[a-z][a-z0-9-]{0,63}$/;

/** Printed by most questions as what they do not say. */
export const WHOSE = "what anyone knew or intended";
export const LAWFUL = "whether anything that was done was lawful";
export const OWNED = "who owns the models, or had a right to use them";
