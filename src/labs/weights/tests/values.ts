/**
 * What the likeness of values is worth, by two symmetries that no mask, band, group or order of units breaks.
 *
 * Units: turning the sign of one up row together with its column of down (of one value row with its column of o) leaves
 * a gated model's function unchanged, independent draws do not prefer a sign, and SGD and Adam follow it. So, given
 * everything else, the signs of the inner products of paired units are fair coins: where noughts stand and how long
 * rows are does not come into it (stats/sign-evidence.ts).
 * Features: the same of a coordinate of the residual stream under RMSNorm, so of each column's sum over all units.
 * Gate rows have no such symmetry of units once they are trained; their likeness is asked for besides, never instead.
 * Either can fail (rows that are combinations of a few common ones; embeddings that both took over), so the smaller
 * of the two e-values counts. Without a gate, or with LayerNorm, the symmetries hold at the draw and only nearly after.
 */
import type { Columns, Likeness, ValueColumns } from "../../../kernels/matching.js";
import { logSignE } from "../../../stats/sign-evidence.js";

/** "units": signs of units alone, where features are tokens or too few to tell. */
export type Symmetries = "units and features" | "units";

/** Fewer features than this could not reach 10⁻⁶ with all layer pairs paid (2^32 is 10^9.6). */
const FEATURES_MIN = 32;

/** The least that any part says. */
export function logValuesE(parts: readonly Likeness[], symmetries: Symmetries): number {
  return Math.min(...parts.map((part) => ofPart(part, symmetries)));
}

function ofPart({ units, features }: Likeness, symmetries: Symmetries): number {
  const byUnit = logSignE(units);
  if (symmetries === "units" || features.length < FEATURES_MIN) return byUnit;
  return Math.min(byUnit, logSignE(features));
}

/** Mean cosine of paired units, in the part where it is least; units have length one over `parts` parts together. */
export function meanLikeness(weighed: readonly Likeness[], parts: number): number {
  return Math.min(...weighed.map((part) => meanOf(part, parts)));
}

/**
 * @param parts over which a unit's length of one is spread @returns mean cosine of the paired units in this part; 0 for
 * none
 */
export function meanOf({ units }: Likeness, parts: number): number {
  return units.length === 0 ? 0 : (parts * units.reduce((sum, x) => sum + x, 0)) / units.length;
}

/**
 * Of sketches of one part or two side by side, each `width` wide: both are weighed, and pairs in one order are found by
 * the first and weighed by the second. One part alone is halved for that.
 */
export function valueColumns(parts: number, width: number): ValueColumns {
  const last: Columns = [(parts - 1) * width, parts * width];
  if (parts > 1) return { equal: [[0, last[0]], last], order: { pair: [0, last[0]], weigh: last } };
  const half = Math.floor(width / 2);
  return { equal: [last], order: { pair: [0, half], weigh: [half, width] } };
}
