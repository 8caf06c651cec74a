/**
 * The search for a rotation as a job that another thread can run: from eigenbases or a rotation at hand, climb on
 * quantities, then settle on clouds of rows. Nothing here knows what the numbers mean.
 */
import { Arena } from "./arena.js";
import { type Cloud, settle } from "./assign.js";
import { climb, type Terms, termsIn } from "./climb.js";
import { type BasisPair, signedStart } from "./start.js";

export interface RotationJob {
  width: number;
  terms: Terms;
  /** Eigenbases paired by rank, of which the best signed one starts; or a rotation. */
  start: { bases: readonly BasisPair[]; seed: string } | { rotation: Float32Array };
  /** Steps of the climb. */
  steps: number;
  clouds: readonly Cloud[];
  /** Sharpness of the soft assignment, one a turn. */
  sharpness: readonly number[];
}

export interface RotationFound {
  /** Row-major: a row y of the second model stands at yRᵀ in the first one's basis. */
  rotation: Float32Array;
  /** Value of the quantities' objective, at most 1; null where there was no climb. */
  objective: number | null;
  /** Mean cosine of a row with what it was assigned to, over all clouds; null where there were none. */
  fit: number | null;
  steps: number;
}

let arena: Arena | undefined;

/**
 * Runs in a worker thread and keeps one arena of WebAssembly memory for all its jobs; `fit` is null where no clouds
 * were given.
 */
export function findRotation({ width, terms, start, steps, clouds, sharpness }: RotationJob): RotationFound {
  arena ??= new Arena();
  const mark = arena.mark();
  try {
    const held = termsIn(arena, terms, width);
    const rotation =
      "rotation" in start
        ? arena.put(start.rotation, width, width)
        : signedStart(arena, held, terms, start.bases, start.seed);
    const climbed = steps > 0 ? climb(arena, held, rotation, steps) : { objective: null, steps: 0 };
    const fit = clouds.length > 0 && sharpness.length > 0 ? settle(arena, clouds, sharpness, rotation) : null;
    return { rotation: arena.read(rotation), ...climbed, fit };
  } finally {
    arena.release(mark);
  }
}
