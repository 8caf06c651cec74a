/**
 * The numbers that every stage shares which pairs units by two views, and how large the models are that their studies
 * speak for. A change of any of them is a new version of each.
 */
import { type Mlp, mlpsOf } from "../../../model/mlps.js";
import type { Model } from "../../../model/model.js";
import { LABELS_MIN } from "../method.js";

/** Units of the smaller block by which a counterpart is chosen among all layers, and by which the best are tested. */
export const UNITS_SCAN = 64;
export const UNITS_TEST = 512;

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
/** Bytes of the views held at once: both sides, two views, f32. */
const VIEWS_BYTES_MAX = 2 ** 31;

/** The largest models of which the studies hold fifteen independent families. */
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

/** Gate rows and up rows are the views where every block has a gate; else two views of the up rows. */
export function isGated(...sides: readonly (readonly Block[])[]): boolean {
  return sides.every((blocks) => blocks.every(({ mlp }) => mlp.gate !== null));
}

/** Why so many blocks are not held at once; null where they are. @param width of a row of a view, at the most */
export function tooMany(as: readonly Block[], bs: readonly Block[], width: number): string | null {
  if (as.length * bs.length > BLOCK_PAIRS_MAX) return `more than ${BLOCK_PAIRS_MAX} pairs of layers`;
  const units = [...as, ...bs].reduce((sum, block) => sum + block.units, 0);
  return units * width * 2 * 4 > VIEWS_BYTES_MAX ? `${units} units in all, more than are held at once` : null;
}

/** Why the pair lies outside the sizes of a method's study; null when inside. */
export function beyondSizes(
  models: readonly [Model, Model],
  blocks: readonly Block[],
  methodId: string,
): string | null {
  const hidden = Math.max(...models.map((model) => model.hidden));
  const units = Math.max(...blocks.map((block) => block.units));
  if (hidden <= STUDIED.hidden && units <= STUDIED.units) return null;
  return `residual width ${hidden} and ${units} units a layer; the study of ${methodId} holds fifteen independent families up to ${STUDIED.hidden} and ${STUDIED.units}`;
}
