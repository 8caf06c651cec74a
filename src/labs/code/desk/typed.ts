/** How a request of the code laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { datedTyped } from "../../../app/log/dated-typed.js";
import { AssayError } from "../../../base/error.js";
import type { ExaminationRequest } from "../../../evidence/request.js";

/** Makers left out are settings and typed in full; trees, index and review are files of whoever types. */
export function codeTyped(request: ExaminationRequest): string {
  const left = leftOutOf(request).map((maker) => ` --leave-out ${maker}`);
  const review = request.inputs.some(({ role }) => role === "review") ? " --review FILE" : "";
  return `CLAIMANT SUSPECT --corpus DIR${left.join("")}${review}`;
}

/** Trees, plan and proof are files of whoever types; tries are a setting. */
export function copyTyped(request: ExaminationRequest): string {
  return `SUSPECT --original TREE --plan PLAN.json${datedTyped(request)}`;
}

/** Makers left out. @throws AssayError UNSUPPORTED where the request is of another form */
export function leftOutOf({ settings: { leaveOut } }: ExaminationRequest): string[] {
  if (Array.isArray(leaveOut) && leaveOut.every((maker) => typeof maker === "string")) return leaveOut as string[];
  throw new AssayError("UNSUPPORTED", "verify: expected a request of `examine code` with what was left out");
}
