/**
 * What of a side was not looked at while the rest was: parts that do not fit the model or cannot be read, MLPs smaller
 * than any that the study speaks for, values that are no numbers. One odd part voids nothing but itself; which, and how
 * much, stands in every finding. It judges by names and sizes, and by what the intake counted.
 */
import { z } from "zod";
import { forbiddenWording } from "../../finding/wording.js";
import { mlpsOf } from "../../model/mlps.js";
import type { LeftOut, Model } from "../../model/model.js";
import { LABELS_MIN } from "./method.js";

/** Parts listed by name; a model cut to pieces would fill the page. */
const LISTED_MAX = 64;
/** Parts named in the sentence among the limits, and characters of a name or a reason there. */
const NAMED_MAX = 5;
const TEXT_MAX = 160;

/** Values of a tensor that are NaN or infinite. */
export interface NotFinite {
  tensor: string;
  values: number;
  first: number;
}

const sideSchema = z.strictObject({
  parts: z.array(z.strictObject({ part: z.string(), why: z.string(), values: z.number().int().nonnegative() })),
  /** Further parts that are not listed. */
  more: z.number().int().nonnegative(),
  /** Values left out in all, and their share of the side's. */
  values: z.number().int().nonnegative(),
  share: z.number().min(0).max(1),
});
export const leftOutSchema = z.strictObject({ reference: sideSchema.nullable(), suspect: sideSchema.nullable() });
type LeftOutSide = z.infer<typeof sideSchema>;
export type LeftOutObservations = z.infer<typeof leftOutSchema>;

/** The model without MLPs that are smaller than any of the study's. */
export function withinClass(model: Model): Model {
  const tensors = new Map(model.tensors);
  const leftOut: LeftOut[] = [];
  for (let layer = 0; layer < model.layers; layer++)
    for (const { stem, up } of mlpsOf(model, layer)) {
      const units = up.matrix.rows;
      if (units >= LABELS_MIN) continue;
      let values = 0;
      for (const part of ["gate", "up", "down", "gate.bias", "up.bias", "down.bias"]) {
        const tensor = tensors.get(`${stem}.${part}`);
        if (tensor && tensors.delete(tensor.name)) values += tensor.matrix.rows * tensor.matrix.columns;
      }
      leftOut.push({
        part: stem,
        why: `an MLP with ${units} hidden units; the study has at least ${LABELS_MIN}`,
        values,
      });
    }
  return leftOut.length === 0 ? model : { ...model, tensors, leftOut: [...model.leftOut, ...leftOut] };
}

/** Why the pair lies outside the class that the validation study speaks for; null when inside. */
export function outsideReferenceClass(reference: Model, suspect: Model): string | null {
  for (const model of [reference, suspect]) {
    const blocks = Array.from({ length: model.layers }, (_, layer) => mlpsOf(model, layer)).flat();
    if (blocks.length > 0) continue;
    return `no MLP of at least ${LABELS_MIN} hidden units is left of the ${model === reference ? "reference" : "suspect"}`;
  }
  return null;
}

/** Null where nothing was left out. */
export function leftOutOf(model: Model, notFinite: readonly NotFinite[]): LeftOutSide | null {
  const all = [
    ...notFinite.map(({ tensor, values, first }) => ({
      part: tensor,
      why: `${values} values that are NaN or infinite, the first of them value ${first}: taken for nought`,
      values,
    })),
    ...model.leftOut,
  ];
  if (all.length === 0) return null;
  const values = all.reduce((sum, part) => sum + part.values, 0);
  const total = model.parameters + model.leftOut.reduce((sum, part) => sum + part.values, 0);
  const parts = all
    .slice(0, LISTED_MAX)
    .map(({ part, why, values: n }) => ({ part: short(part), why: short(why), values: n }));
  const share = Number(Math.min(1, values / Math.max(1, total)).toPrecision(4));
  return { parts, more: all.length - parts.length, values, share };
}

/** A sentence for each side of which something was left out. */
export function leftOutLimits({ reference, suspect }: LeftOutObservations): string[] {
  const said = (side: string, left: LeftOutSide | null) => (left === null ? [] : [sentence(side, left)]);
  return [...said("reference", reference), ...said("suspect", suspect)];
}

function sentence(side: string, { parts, more, values, share }: LeftOutSide): string {
  const count = parts.length + more;
  const named = parts.slice(0, NAMED_MAX).map(({ part, why }) => `${part} (${why})`);
  const rest = count - named.length;
  const list = `${named.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
  const percent = share > 0 && share < 0.0001 ? "less than 0.01" : Number((100 * share).toPrecision(3));
  return `Left out of the ${side}, while the rest was examined: ${count} part${count === 1 ? "" : "s"} with ${values} values (${percent} % of its values): ${list}.`;
}

/** A reason that names tensors, or that it names something which no finding may say. */
export function sayable(reason: string): string {
  return forbiddenWording(reason) === null
    ? reason
    : "it is no model that is read, and its names are not repeated here.";
}

/** Names are a stranger's: one that holds words which no finding may say is not repeated. */
function short(text: string): string {
  if (forbiddenWording(text) !== null) return "(a text that is not repeated here)";
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}
