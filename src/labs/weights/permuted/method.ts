/**
 * The numbers of the method that looks through a new order of units (basis kept), beside those of pairing/method.ts. A
 * change of any of them is a new version.
 */
import type { Model } from "../../../model/model.js";
import { beyondSizes, blocksOf, tooMany } from "../pairing/method.js";

export const PERMUTED_METHOD_ID = "weights/permuted-units";
export const PERMUTED_METHOD_VERSION = "5";

/** Width that each row is folded to: cosines of unrelated rows then have a standard error of 1/√128. */
export const FOLD_WIDTH = 128;
/** Rows by which the columns of a block are measured. */
export const ROWS_MEASURED = 512;

/** Why the pair cannot be looked at; null when it can. */
export function notPermuted(reference: Model, suspect: Model): string | null {
  if (reference.sketch || suspect.sketch) return "a sketch holds folds of rows, not rows";
  if (reference.hidden !== suspect.hidden)
    return `residual widths ${reference.hidden} and ${suspect.hidden}, so that no basis was kept`;
  const [as, bs] = [blocksOf(reference), blocksOf(suspect)];
  if (as.length === 0 || bs.length === 0) return "no layer has an MLP that every token visits";
  return tooMany(as, bs, FOLD_WIDTH);
}

/** Why the pair lies outside the sizes of the study; null when inside. */
export function beyondPermutedStudy(reference: Model, suspect: Model): string | null {
  return beyondSizes([reference, suspect], [...blocksOf(reference), ...blocksOf(suspect)], PERMUTED_METHOD_ID);
}
