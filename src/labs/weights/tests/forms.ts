/**
 * What one block is worth: its matching in three forms, each staked in advance. A stake is a weight of an average of
 * e-values, valid however the forms depend on one another; a form that does not apply keeps its stake (e = 1).
 * "equal": pairs with equal labels (stats/self-matches.ts). "order": pairs in the same order, for units removed or
 * added (stats/increasing-matches.ts). "shift": faint likeness of equal labels (stats/shift-evidence.ts).
 *
 * Labels alone are not believed. Two innocents whose units one structure sets apart (a mask, a window, a common factor)
 * have special labels on both sides. So each form pays only what the likeness of *values* is worth as well
 * (values.ts), and likeness that no unrelated layers show (structure-scale.ts): the smaller of two e-values is
 * an e-value if either is one.
 */
import type { Likeness, Matching, Shifts } from "../../../kernels/matching.js";
import { log10PFromE, logEValue, logWeightedMeanE } from "../../../stats/combine.js";
import { log10IncreasingBound } from "../../../stats/increasing-matches.js";
import { log10SelfMatchBound } from "../../../stats/self-matches.js";
import { logShiftE } from "../../../stats/shift-evidence.js";
import { logValuesE, meanLikeness, type Symmetries } from "./values.js";

/** Half on what version 1 tested: its p grows by a factor of two at the most. */
const FORMS = { equal: 0.5, order: 0.25, shift: 0.25 } as const;

/** Labels a group on either side (the smaller count), and groups, of a matching. */
export interface Shape {
  labels: number;
  groups: number;
  /** Parts of a sketch, side by side. */
  parts: number;
  /** Under which changes of sign the values of an independent model are as likely as they are. */
  symmetries: Symmetries;
}

export interface Evidence {
  /** ln of the block's e-value, and what labels alone would have made of it. */
  logE: number;
  logLabelsE: number;
  /** log10 p of the block (1/e), and of each form's labels alone. */
  log10P: number;
  forms: { equal: number; order: number; shift: number };
  /** log10 p of the likeness of values, and its mean: of equal labels, of pairs in one order. */
  values: { equal: number; order: number | null; mean: number | null; orderMean: number | null };
}

/** @param likenessMin what the mean likeness must reach; see structure-scale.ts */
export function evidenceOf(matching: Matching, shape: Shape, likenessMin = 0): Evidence {
  const { labels, parts, symmetries } = shape;
  const equal = log10SelfMatchBound(matching.pairs, labels, matching.self);
  const order = log10IncreasingBound(matching.pairs, matching.increasing);
  const shiftE = matching.shifts ? logShiftE(blocksOf(matching.shifts), matching.shifts.squares) : 0;
  const values = matching.values ?? null;
  const ordered = values?.order ? [values.order] : null;
  const worth = (likeness: readonly Likeness[] | null) => {
    if (!likeness || !(meanLikeness(likeness, parts) > likenessMin)) return 0;
    return Math.max(0, logValuesE(likeness, symmetries));
  };
  const [ofEqual, ofOrder] = [worth(values?.equal ?? null), worth(ordered)];
  const staked = (equalMost: number, orderMost: number) =>
    logWeightedMeanE([
      { weight: FORMS.equal, logE: Math.min(equalMost, logEValue(equal)) },
      { weight: FORMS.order, logE: Math.min(orderMost, logEValue(order)) },
      { weight: FORMS.shift, logE: Math.min(equalMost, shiftE) },
    ]);
  const logE = staked(ofEqual, ofOrder);
  const none = Number.POSITIVE_INFINITY;
  return {
    logE,
    logLabelsE: staked(none, none),
    log10P: log10PFromE(logE),
    forms: { equal, order, shift: log10PFromE(shiftE) },
    values: {
      equal: log10PFromE(ofEqual),
      order: ordered ? log10PFromE(ofOrder) : null,
      mean: values ? meanLikeness(values.equal, parts) : null,
      orderMean: ordered ? meanLikeness(ordered, parts) : null,
    },
  };
}

function blocksOf({ sums, lengths }: Shifts): Float64Array[] {
  let at = 0;
  return Array.from(lengths, (length) => {
    at += length;
    return sums.subarray(at - length, at);
  });
}
