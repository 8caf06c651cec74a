/** How a request of the membership laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import type { ExaminationRequest } from "../../../evidence/request.js";

/** What stands behind `assay examine membership`, with names for paths. */
export function membershipTyped({ inputs, settings }: ExaminationRequest): string {
  const has = (role: string) => inputs.some((input) => input.role === role);
  const stranger = has("stranger") ? " --stranger SCORES" : "";
  const dated = has("proof") ? " --committed PROOF --policy POLICY" : "";
  const tries = typeof settings.tries === "number" && settings.tries > 1 ? ` --tries ${settings.tries}` : "";
  return `PLAN SCORES${stranger}${dated}${tries}`;
}
