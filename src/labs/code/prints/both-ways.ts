/**
 * Two sides' units asked of each other, by one rule for a finding and for the studies: shares of units, which must be high
 * in both directions, and passages, which are the same from either side and ask for a larger index. The statistic is the
 * larger of the two.
 */
import { PASSAGE_MAKERS_MIN, PASSAGES_LISTED_MAX, PRINT_TOKENS } from "../method.js";
import { type Containment, containment, type Maker, type Unit } from "./containment.js";
import { type Passage, passages } from "./passages.js";
import { joinSets, type PrintSet } from "./prints.js";

export interface BothWays {
  forward: Containment;
  turned: Containment;
  /** Largest first. */
  passages: readonly Passage[];
  /** Whether the largest passage says more than the units' shares. */
  byPassage: boolean;
  /** The lower of the two directions' largest scores, or the largest passage's where that is more. */
  statistic: number;
}

/** Asks both sides' units of each other. @param makers of the index */
export function bothWays(unitsA: readonly Unit[], unitsB: readonly Unit[], makers: readonly Maker[]): BothWays {
  const printsOf = (units: readonly Unit[]): PrintSet[] =>
    PRINT_TOKENS.map((_, k) => joinSets(units.filter(({ name }) => name === "").map(({ prints }) => prints[k]!)));
  const forward = containment(unitsA, printsOf(unitsB), makers);
  const turned = containment(unitsB, printsOf(unitsA), makers);
  const known = ({ language }: Unit): boolean =>
    makers.filter(({ languages }) => languages.has(language)).length >= PASSAGE_MAKERS_MIN;
  const [filesA, filesB] = [unitsA, unitsB].map((units) => units.filter(({ name }) => name === "").filter(known));
  const found = passages(filesA!, filesB!, forward.common, PASSAGES_LISTED_MAX);
  const share = Math.min(forward.max, turned.max);
  const passage = found[0]?.score ?? 0;
  return { forward, turned, passages: found, byPassage: passage > share, statistic: Math.max(share, passage) };
}
