/** How a request of the membership laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { datedTyped } from "../../../app/log/dated-typed.js";
import type { ExaminationRequest } from "../../../evidence/request.js";

/** What stands behind `assay examine membership`, with names for paths. */
export function membershipTyped(request: ExaminationRequest): string {
  const stranger = request.inputs.some(({ role }) => role === "stranger") ? " --stranger SCORES" : "";
  return `PLAN SCORES${stranger}${datedTyped(request)}`;
}
