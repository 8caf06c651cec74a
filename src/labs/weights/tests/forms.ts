/**
 * What one block is worth: its matching in three forms, each staked in advance. A stake is a weight of an average of
 * e-values, valid however the forms depend on one another; a form that does not apply keeps its stake (e = 1).
 * "equal": pairs with equal labels (stats/self-matches.ts). "order": pairs in the same order, for units removed or
 * added (stats/increasing-matches.ts). "shift": faint likeness of equal labels (stats/shift-evidence.ts).
 */
import type { Matching } from "../../../kernels/matching.js";
import { log10PFromE, logEValue, logWeightedMeanE } from "../../../stats/combine.js";
import { log10IncreasingBound } from "../../../stats/increasing-matches.js";
import { log10SelfMatchBound } from "../../../stats/self-matches.js";
import { logShiftE } from "../../../stats/shift-evidence.js";

/** Half on what version 1 tested: its p grows by a factor of two at the most. */
export const FORMS = { equal: 0.5, order: 0.25, shift: 0.25 } as const;

/** Labels a group on either side (the smaller count), and groups, of a matching. */
export interface Shape {
  labels: number;
  groups: number;
}

export interface Evidence {
  /** ln of the block's e-value. */
  logE: number;
  /** log10 p of the block (1/e), and of each form alone. */
  log10P: number;
  forms: { equal: number; order: number; shift: number };
}

export function evidenceOf(matching: Matching, { labels }: Shape): Evidence {
  const equal = log10SelfMatchBound(matching.pairs, labels, matching.self);
  const order = log10IncreasingBound(matching.pairs, matching.increasing);
  const shiftE = matching.shifts ? logShiftE(matching.shifts.sums, matching.shifts.squares) : 0;
  const logE = logWeightedMeanE([
    { weight: FORMS.equal, logE: logEValue(equal) },
    { weight: FORMS.order, logE: logEValue(order) },
    { weight: FORMS.shift, logE: shiftE },
  ]);
  return { logE, log10P: log10PFromE(logE), forms: { equal, order, shift: log10PFromE(shiftE) } };
}
