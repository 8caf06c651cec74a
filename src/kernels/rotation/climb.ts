/**
 * From a start to the nearest best rotation R of f(R) = Σ ⟨A, R B Rᵀ⟩ + Σ ⟨a, R b⟩ over pairs of quantities:
 * R ← polar(gradient + cR), which climbs without a step length (the generalised power method on orthogonal matrices:
 * Journée, Nesterov, Richtárik and Sepulchre, JMLR 2010). It finds a local best; which one depends on the start.
 */
import type { Arena, Held, Packed } from "./arena.js";
import { orthogonalise } from "./orthogonal.js";

/** One quantity of both sides: d × d, or a vector of d; norm 1 each. */
export interface Sides {
  a: Float32Array;
  b: Float32Array;
}

export interface Terms {
  symmetric: readonly Sides[];
  general: readonly Sides[];
  vectors: readonly Sides[];
}

export interface HeldTerms {
  width: number;
  count: number;
  /** All A side by side, as one left factor; each B as a right factor. */
  as: Packed | null;
  bs: readonly Packed[];
  /** ½ Σ aᵀb. */
  linear: Held;
}

/** Keeps the iteration from jumping between two rotations where f is not convex; small against ten terms of norm 1. */
const INERTIA = 0.1;
/** Climbing less than this in ten steps is standing still. */
const GAIN_MIN = 1e-5;
const PATIENCE = 10;

/**
 * Copies the terms into the arena, once for a whole climb; a general term goes in twice, since it need not be
 * symmetric.
 */
export function termsIn(arena: Arena, { symmetric, general, vectors }: Terms, width: number): HeldTerms {
  const flat: { a: Float32Array; b: Float32Array; weight: number; flip: boolean }[] = [
    ...symmetric.map((s) => ({ ...s, weight: 1, flip: false })),
    // A R B + ½(…): ½ A R Bᵀ and ½ Aᵀ R B, one flipped on each side.
    ...general.flatMap((s) => [
      { ...s, weight: 0.5, flip: false },
      { ...s, weight: 0.5, flip: true },
    ]),
  ];
  const linear = arena.zeros(width, width);
  for (const { a, b } of vectors) {
    const into = arena.view(linear);
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) into[i * linear.stride + j]! += 0.5 * a[i]! * b[j]!;
  }
  const general0 = symmetric.length;
  const wide = arena.zeros(width, Math.max(1, flat.length) * width);
  for (const [t, { a, weight, flip }] of flat.entries()) {
    const into = arena.view(wide);
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++)
        into[i * wide.stride + t * width + j] = weight * (flip ? a[j * width + i]! : a[i * width + j]!);
  }
  const bs = flat.map(({ b, flip }, t) => arena.right(arena.put(b, width, width), t >= general0 && !flip));
  const count = symmetric.length + general.length + vectors.length;
  return { width, count, as: flat.length > 0 ? arena.left(wide) : null, bs, linear };
}

/** Moves `rotation` to the best found. */
export function climb(arena: Arena, terms: HeldTerms, rotation: Held, stepsMax: number) {
  const mark = arena.mark();
  const { width } = terms;
  const best = arena.zeros(width, width);
  const gradient = arena.zeros(width, width);
  const stacked = arena.zeros(terms.bs.length * width, width);
  let [top, marked, step] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (; ; step++) {
    const value = ascend(arena, terms, rotation, stacked, gradient);
    if (value > top) {
      top = value;
      arena.view(best).set(arena.view(rotation));
    }
    if (step % PATIENCE === 0) {
      if (top - marked < GAIN_MIN) break;
      marked = top;
    }
    if (step >= stepsMax) break;
    const r = arena.view(rotation);
    const g = arena.view(gradient);
    for (let i = 0; i < r.length; i++) r[i] = g[i]! + INERTIA * r[i]!;
    orthogonalise(arena, rotation, step + 1 < stepsMax);
  }
  arena.view(rotation).set(arena.view(best));
  arena.release(mark);
  return { objective: top, steps: step };
}

/** f(R) over the number of terms; `gradient` becomes Σ A R B + ½Σ(A R Bᵀ + Aᵀ R B) + ½Σ aᵀb. */
function ascend(arena: Arena, terms: HeldTerms, rotation: Held, stacked: Held, gradient: Held): number {
  const mark = arena.mark();
  const { as, bs, linear, count, width } = terms;
  if (as) {
    const left = arena.left(rotation);
    for (const [t, b] of bs.entries()) arena.product(left, b, stacked, t * width);
    arena.product(as, arena.right(stacked), gradient);
  } else arena.view(gradient).fill(0);
  const [g, l, r] = [arena.view(gradient), arena.view(linear), arena.view(rotation)];
  let value = 0;
  for (let i = 0; i < g.length; i++) {
    value += (g[i]! + 2 * l[i]!) * r[i]!;
    g[i]! += l[i]!;
  }
  arena.release(mark);
  return value / count;
}
