/** How a request of the traffic laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { quotedWord } from "../../../app/asked.js";
import type { ExaminationRequest } from "../../../evidence/request.js";

/** The key and the logs are files of whoever types; only the key that hashed the log gives the same names. */
export function trafficTyped({ settings, inputs }: ExaminationRequest): string {
  const mapping = inputs.some(({ role }) => role === "mapping") ? " --mapping MAPPING" : "";
  return `LOG --key KEY${mapping}${settings.reveal ? " --reveal" : ""}`;
}

/** Transcripts are files of whoever types; the seed is a setting. */
export function harvestTyped({ settings: { seed } }: ExaminationRequest): string {
  return `--suspect T --controls DIR --harvested T1 --unharvested T2 --seed ${quotedWord(String(seed))}`;
}
