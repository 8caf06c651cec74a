/**
 * How the suspect was made, as far as the pair shows it: after the test has spoken, and never a part of its outcome.
 * The door of this folder for `examine.ts`.
 */

import type { Counterparts } from "../story/counterparts.js";
import type { Bench } from "../tests/bench.js";
import { alignedTensors } from "./aligned.js";
import { statementsOnExperts } from "./experts.js";
import { measure } from "./measure.js";
import { type FurtherModel, statementsOnMerges } from "./merges.js";
import type { Making } from "./observed.js";
import { statementsOnValues } from "./statements.js";
import { statementsOnStructure } from "./structure.js";
import { statementsOnUnits } from "./units.js";

const TRAINED: ReadonlySet<string> = new Set(["fine-tuned", "trained-on", "noise"]);

/** @param further candidate parents beside the reference */
export async function makingOf(
  bench: Bench,
  layers: Counterparts,
  further: readonly FurtherModel[] = [],
): Promise<Making> {
  const { taken, unpaired } = await alignedTensors(bench, layers, (aligned) =>
    aligned.suspect.length > 0 ? measure(aligned) : null,
  );
  const tensors = taken.filter((t) => t !== null);
  const merged = await statementsOnMerges(bench, layers, further);
  // What is accounted for as a mixture needs no training to explain it.
  const onValues = statementsOnValues(tensors).filter(({ what }) => merged.length === 0 || !TRAINED.has(what));
  const statements = [
    ...statementsOnStructure(bench, layers),
    ...(await statementsOnUnits(bench, layers)),
    ...statementsOnExperts(bench, layers),
    ...merged,
    ...onValues,
  ];
  return { statements, tensors, unpaired };
}
