/** How the options that date a commitment are typed again: apart from what reads them, which a page and `verify` never load. */
import type { ExaminationRequest } from "../../evidence/request.js";

/** Paths are the reader's own; begins with a blank where there is anything. */
export function datedTyped({ inputs, settings }: ExaminationRequest): string {
  const dated = inputs.some(({ role }) => role === "proof") ? " --committed PROOF --policy POLICY" : "";
  const { tries } = settings;
  return `${dated}${typeof tries === "number" && tries > 1 ? ` --tries ${tries}` : ""}`;
}
