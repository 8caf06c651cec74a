/**
 * The numbers of the method that looks through a new order of units (basis kept), and how large the models are that its
 * study speaks for. A change of any of them is a new version.
 */

import { type Mlp, mlpsOf } from "../../../model/mlps.js";
import type { Model } from "../../../model/model.js";
import { LABELS_MIN } from "../method.js";

export const PERMUTED_METHOD_ID = "weights/permuted-units";
export const PERMUTED_METHOD_VERSION = "1";

/** Width that each row is folded to: cosines of unrelated rows then have a standard error of 1/√128. */
export const FOLD_WIDTH = 128;
/** Units of the smaller block by which a counterpart is chosen among all layers, and by which the best are tested. */
export const UNITS_SCAN = 64;
export const UNITS_TEST = 512;
/** Rows by which the columns of a block are measured. */
export const ROWS_MEASURED = 512;

/**
 * Layers whose relative depth lies between these count; those nearer to an end are exhibits. Independent models that
 * read the same strings learn the same units there: up to two thirds of them in the last layers of two sizes of one
 * maker, one in five across makers, and at most two in a thousand in between (validation/weights-permuted-units.md).
 */
export const MIDDLE = { from: 0.2, to: 0.8 } as const;
/** So many layers have to agree: a third of the smaller model's. */
export function layersWanted(layers: number): number {
  return Math.max(1, Math.ceil(layers / 3));
}

/** Half of the units agree: a layer that is the other's. Below that it counts for what it shows, and for no layer. */
export const LAYER_AGREES = 0.5;
/** A share above this is asked what could explain it; at most so much may be lawful (stats/tolerant-bound.ts). */
export const ASKED_FROM = 0.05;

/** Pairs of blocks that are set against each other; more would take minutes. */
const BLOCK_PAIRS_MAX = 65_536;
/** Bytes of the folds held at once: both sides, two parts, f32. */
const FOLDS_BYTES_MAX = 2 ** 31;

/** The largest models of which the study holds fifteen independent families. */
const STUDIED = { hidden: 80, units: 256 } as const;

export interface Block {
  mlp: Mlp;
  layer: number;
  units: number;
}

/** Of each layer the MLP that every token visits: the dense one, else the shared one. Routed experts are not looked at. */
export function blocksOf(model: Model): Block[] {
  return Array.from({ length: model.layers }, (_, layer) => layer).flatMap((layer) => {
    const mlp = mlpsOf(model, layer).find(({ expert }) => expert === null || expert === "shared");
    const units = mlp?.up.matrix.rows ?? 0;
    return mlp && units >= LABELS_MIN ? [{ mlp, layer, units }] : [];
  });
}

/** Why the pair cannot be looked at; null when it can. */
export function notPermuted(reference: Model, suspect: Model): string | null {
  if (reference.sketch || suspect.sketch) return "a sketch holds folds of rows, not rows";
  if (reference.hidden !== suspect.hidden)
    return `residual widths ${reference.hidden} and ${suspect.hidden}, so that no basis was kept`;
  const [as, bs] = [blocksOf(reference), blocksOf(suspect)];
  if (as.length === 0 || bs.length === 0) return "no layer has an MLP that every token visits";
  if (as.length * bs.length > BLOCK_PAIRS_MAX) return `more than ${BLOCK_PAIRS_MAX} pairs of layers`;
  const units = [...as, ...bs].reduce((sum, block) => sum + block.units, 0);
  if (units * FOLD_WIDTH * 2 * 4 > FOLDS_BYTES_MAX) return `${units} units in all, more than are held at once`;
  return null;
}

/** Why the pair lies outside the sizes of the study; null when inside. */
export function beyondPermutedStudy(reference: Model, suspect: Model): string | null {
  const hidden = Math.max(reference.hidden, suspect.hidden);
  const units = Math.max(...[...blocksOf(reference), ...blocksOf(suspect)].map((block) => block.units));
  if (hidden <= STUDIED.hidden && units <= STUDIED.units) return null;
  return `residual width ${hidden} and ${units} units a layer; the study of ${PERMUTED_METHOD_ID} holds fifteen independent families up to ${STUDIED.hidden} and ${STUDIED.units}`;
}
