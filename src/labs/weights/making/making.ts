/**
 * How the suspect was made, as far as the pair shows it: after the test has spoken, and never a part of its outcome.
 * The door of this folder for `examine.ts`.
 */

import type { Counterparts } from "../counterparts.js";
import type { Bench } from "../scan.js";
import { alignedTensors } from "./aligned.js";
import { measure } from "./measure.js";
import type { Making } from "./observed.js";
import { statementsOnValues } from "./statements.js";
import { statementsOnStructure } from "./structure.js";

export async function makingOf(bench: Bench, layers: Counterparts): Promise<Making> {
  const { aligned, unpaired } = await alignedTensors(bench, layers);
  const tensors = aligned.filter(({ suspect }) => suspect.length > 0).map(measure);
  const statements = [...statementsOnStructure(bench, layers), ...statementsOnValues(tensors)];
  return { statements, tensors, unpaired };
}
