/** How a request of `examine endpoint` is typed again; paths are the reader's own. */
import { quotedWord } from "../../../app/asked.js";
import type { ExaminationRequest } from "../../../evidence/request.js";

/** What stands behind `assay examine endpoint`, with names for paths. */
export function endpointTyped({ inputs, settings: { seed, raw } }: ExaminationRequest): string {
  const substitute = inputs.some(({ role }) => role === "substitute") ? " --substitute T" : "";
  return `REFERENCE ENDPOINT --controls DIR${substitute}${raw === true ? " --raw" : ""} --seed ${quotedWord(String(seed))}`;
}
