/**
 * Two sets of quantities set against each other: find the rotation R of the suspect's residual stream that maximises
 *   f(R) = Σ ⟨A, R B Rᵀ⟩ + Σ ⟨a, R b⟩
 * over quantities A (a) of the reference and B (b) of the suspect that both have, each of norm 1. Widths that differ
 * are padded with zeros. f at its best is high for independent models too: it is never evidence, only a guide.
 */

import {
  addScaled,
  type Dense,
  inner,
  multiply,
  padded,
  timesTransposed,
  transposedTimes,
  zeros,
} from "../../../kernels/rotation/dense.js";
import { type Quantities, scaled, traceless } from "./canonical.js";

export interface Sides {
  a: Dense;
  b: Dense;
}

/** Quantities of one side, brought to norm 1 and a common width. */
export interface Prepared {
  width: number;
  symmetric: Map<string, Dense>;
  general: Map<string, Dense>;
  vectors: Map<string, Dense>;
}

export interface Problem {
  width: number;
  symmetric: Sides[];
  general: Sides[];
  vectors: Sides[];
}

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

export function problemOf(reference: Prepared, suspect: Prepared): Problem {
  return {
    width: reference.width,
    symmetric: joined(reference.symmetric, suspect.symmetric),
    general: joined(reference.general, suspect.general),
    vectors: joined(reference.vectors, suspect.vectors),
  };
}

/** f(R) over the number of terms: at most 1. */
export function objective(problem: Problem, r: Dense): number {
  return ascend(problem, r).objective;
}

/**
 * f(R), and half the gradient of its quadratic part plus half that of its linear part:
 * Σ A R B + ½Σ(A R Bᵀ + Aᵀ R B) + ½Σ aᵀb.
 */
export function ascend(
  { width, symmetric, general, vectors }: Problem,
  r: Dense,
): { objective: number; gradient: Dense } {
  const gradient = zeros(width, width);
  let value = 0;
  for (const { a, b } of symmetric) {
    const term = multiply(multiply(a, r), b);
    value += inner(term, r);
    addScaled(gradient, term, 1);
  }
  for (const { a, b } of general) {
    const term = multiply(a, timesTransposed(r, b));
    value += inner(term, r);
    addScaled(gradient, term, 0.5);
    addScaled(gradient, transposedTimes(a, multiply(r, b)), 0.5);
  }
  for (const { a, b } of vectors)
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) {
        const term = a.data[i]! * b.data[j]!;
        value += term * r.data[i * width + j]!;
        gradient.data[i * width + j]! += 0.5 * term;
      }
  return { objective: value / (symmetric.length + general.length + vectors.length), gradient };
}

function joined(reference: Map<string, Dense>, suspect: Map<string, Dense>): Sides[] {
  return [...reference].flatMap(([name, a]) => {
    const b = suspect.get(name);
    return b ? [{ a, b }] : [];
  });
}
