/**
 * From a start to the nearest best rotation: R ← polar(gradient + cR), which climbs f without a step length (the
 * generalised power method on orthogonal matrices: Journée, Nesterov, Richtárik and Sepulchre, JMLR 2010). It finds a
 * local best; which one depends on the start.
 */
import { addScaled, type Dense } from "../../../kernels/rotation/dense.js";
import { polarFactor } from "../../../kernels/rotation/polar.js";
import { ascend, type Problem } from "./problem.js";

/** Keeps the iteration from jumping between two rotations where f is not convex; small against ten terms of norm 1. */
const INERTIA = 0.1;
/** Climbing less than this in ten steps is standing still. */
const GAIN_MIN = 1e-7;
const PATIENCE = 10;

export interface Refined {
  rotation: Dense;
  objective: number;
  steps: number;
}

export function refine(problem: Problem, start: Dense, stepsMax: number): Refined {
  let rotation = start;
  let best: Refined | null = null;
  let mark = Number.NEGATIVE_INFINITY;
  for (let step = 0; step <= stepsMax; step++) {
    const { objective, gradient } = ascend(problem, rotation);
    if (!best || objective > best.objective) best = { rotation, objective, steps: step };
    if (step % PATIENCE === 0) {
      if (best.objective - mark < GAIN_MIN) break;
      mark = best.objective;
    }
    if (step === stepsMax) break;
    addScaled(gradient, rotation, INERTIA);
    const next = polarFactor(gradient);
    if (!next) break;
    rotation = next;
  }
  return best!;
}
