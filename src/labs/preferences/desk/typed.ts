/** How a request of the preferences laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { datedTyped } from "../../../app/log/dated-typed.js";
import type { ExaminationRequest } from "../../../evidence/request.js";

/** Paths alone: nothing is set. */
export function preferencesTyped({ inputs }: Pick<ExaminationRequest, "inputs">): string {
  const states = inputs.some(({ role }) => role === "reference-states");
  return `REFERENCE SUSPECT --panel DIR${states ? " --states REFERENCE-STATES SUSPECT-STATES --panel-states DIR" : ""}`;
}

/** Paths, and tries. */
export function plantedTyped(request: ExaminationRequest): string {
  return `PLAN ANSWERS${datedTyped(request)}`;
}
