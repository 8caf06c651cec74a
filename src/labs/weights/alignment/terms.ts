/**
 * Quantities of two models as the terms of one objective: each brought to norm 1 and a common width (zeros fill the
 * narrower side). The objective at its best is high for independent models too: it guides and is never evidence.
 */
import type { Prng } from "../../../base/prng.js";
import type { Sides, Terms } from "../../../kernels/rotation/climb.js";
import { addScaled, type Dense, padded, zeros } from "../../../kernels/rotation/dense.js";
import { type Quantities, scaled, traceless } from "./canonical.js";

/** Quantities of one side at the common width. */
export interface Prepared extends Quantities {
  width: number;
}

/** @param width the larger residual width of the two models, in dimensions */
export function prepare(quantities: Quantities, width: number): Prepared {
  const each = (map: Map<string, Dense>, brought: (q: Dense) => Dense) =>
    new Map([...map].map(([name, q]) => [name, brought(q)] as const));
  return {
    width,
    symmetric: each(quantities.symmetric, (q) => padded(traceless(q), width, width)),
    general: each(quantities.general, (q) => padded(scaled(q), width, width)),
    vectors: each(quantities.vectors, (q) => padded(scaled(q), 1, width)),
  };
}

/** Quantities that both sides have, by name; what one lacks is left out. */
export function termsOf(reference: Prepared, suspect: Prepared): Terms {
  return {
    symmetric: joined(reference.symmetric, suspect.symmetric),
    general: joined(reference.general, suspect.general),
    vectors: joined(reference.vectors, suspect.vectors),
  };
}

/** Random weights in [−1, 1) of the named quantities. */
type Mix = ReadonlyMap<string, number>;

/** Factors in [−1, 1) for each symmetric quantity: mixes in which eigenvalues are unlikely to coincide. */
export function randomMixes(side: Prepared, count: number, source: Prng): Mix[] {
  return Array.from(
    { length: count },
    () => new Map([...side.symmetric.keys()].map((name) => [name, source.uint32() / 2 ** 31 - 1])),
  );
}

/** The mix of one side's symmetric quantities, row-major. */
export function mixed({ width, symmetric }: Prepared, mix: Mix): Float64Array {
  const sum = zeros(width, width);
  for (const [name, weight] of mix) addScaled(sum, symmetric.get(name)!, weight);
  return sum.data;
}

/** What both have, in the reference's order. */
function joined(reference: Map<string, Dense>, suspect: Map<string, Dense>): Sides[] {
  return [...reference].flatMap(([name, a]) => {
    const b = suspect.get(name);
    return b ? [{ a: Float32Array.from(a.data), b: Float32Array.from(b.data) }] : [];
  });
}
