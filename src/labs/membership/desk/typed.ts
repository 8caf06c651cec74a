/** How a request of the membership laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import type { ExaminationRequest } from "../../../evidence/request.js";

/** What stands behind `assay examine membership`, with names for paths. */
export function membershipTyped({ inputs }: ExaminationRequest): string {
  return `PLAN SCORES${inputs.some(({ role }) => role === "stranger") ? " --stranger SCORES" : ""}`;
}
