/**
 * The nearest orthogonal matrix in f32, by products alone: eight steps X ← aX + bXXᵀX + c(XXᵀ)²X with the coefficients
 * that are best for singular values in [0.001, 1] at each step (Amsel, Persson, Musco and Gower, "The Polar Express",
 * 2025, arXiv 2505.16932). Directions below a thousandth of the norm come out short of length 1: they hardly mattered.
 */
import type { Arena, Held } from "./arena.js";

const COEFFICIENTS = [
  [8.28721201814563, -23.595886519098837, 17.300387312530933],
  [4.107059111542203, -2.9478499167379106, 0.5448431082926601],
  [3.9486908534822946, -2.908902115962949, 0.5518191394370137],
  [3.3184196573706015, -2.488488024314874, 0.51004894012372],
  [2.300652019954817, -1.6689039845747493, 0.4188073119525673],
  [1.891301407787398, -1.2679958271945868, 0.37680408948524835],
  [1.8750014808534479, -1.2500016453999487, 0.3750001645474248],
  [1.875, -1.25, 0.375],
] as const;
/** Keeps rounding from pushing a singular value of 1 out of the range. */
const MARGIN = 1.01;

/** Enough within an iteration that will correct what is left: lengths within a few per cent of 1. */
const ROUGH = 6;

/** In place. */
export function orthogonalise(arena: Arena, x: Held, rough = false): void {
  const mark = arena.mark();
  const gram = arena.zeros(x.rows, x.rows);
  const square = arena.zeros(x.rows, x.rows);
  const next = arena.zeros(x.rows, x.columns);
  scale(arena, x, 1 / (MARGIN * norm(arena, x) || 1));
  for (const coefficients of rough ? COEFFICIENTS.slice(0, ROUGH) : COEFFICIENTS) {
    arena.timesSymmetric(x, x, gram, { b: true });
    arena.timesSymmetric(gram, gram, square);
    arena.quadratic(gram, square, coefficients);
    arena.times(gram, x, next);
    arena.view(x).set(arena.view(next));
  }
  arena.release(mark);
}

/** Frobenius norm. */
export function norm(arena: Arena, x: Held): number {
  const v = arena.view(x);
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * v[i]!;
  return Math.sqrt(sum);
}

function scale(arena: Arena, x: Held, factor: number): void {
  const v = arena.view(x);
  for (let i = 0; i < v.length; i++) v[i]! *= factor;
}
