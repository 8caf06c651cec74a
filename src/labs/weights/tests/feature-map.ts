/**
 * Which residual dimension of one model answers to which of the other, where their widths differ: the mutual pairs of
 * the residual axis, by token embeddings. Rows of the MLP and of v_proj are then compared over the matched dimensions.
 * Embeddings do not know the labels of MLP units or value dimensions, so those tests stay exact whatever the map is;
 * a wrong map costs power and nothing else. Where the widths agree, dimensions are compared by number.
 */
import type { Matching } from "../../../kernels/matching.js";
import type { Model } from "../../../model/model.js";

export interface FeatureMap {
  count: number;
  reference: Uint32Array;
  suspect: Uint32Array;
}

/** Fewer matched dimensions than this carry no comparison; columns are then taken by number. */
const MATCHED_MIN = 8;

/** Null: columns are taken by number, as they lie. So they are in a sketch, whose rows are folded already. */
export function featureMap(reference: Model, suspect: Model, residual: Matching | null): FeatureMap | null {
  if (reference.hidden === suspect.hidden || reference.sketch || suspect.sketch) return null;
  const matched = residual?.list ?? [];
  if (matched.length < MATCHED_MIN) return null;
  return {
    count: matched.length,
    reference: Uint32Array.from(matched, (pair) => pair.a),
    suspect: Uint32Array.from(matched, (pair) => pair.b),
  };
}
