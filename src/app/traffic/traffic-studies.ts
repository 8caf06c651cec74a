/** The committed validation studies of the traffic laboratory, by proposition. */
import type { Validation } from "../../finding/validation.js";
import type { PropositionId } from "../../labs/traffic/score/statistic.js";
import { loadStudy, type Study } from "../validation-data.js";

const PATHS: Record<PropositionId, string> = {
  "traffic/pooled-operation": "validation/traffic-pooled-operation.json",
  "traffic/extraction-workload": "validation/traffic-extraction-workload.json",
};

export async function loadTrafficStudies(): Promise<Study[]> {
  const found = await Promise.all(Object.values(PATHS).map(loadStudy));
  return found.filter((study) => study !== null);
}

export async function trafficValidation(): Promise<Partial<Record<PropositionId, Validation>>> {
  const out: Partial<Record<PropositionId, Validation>> = {};
  for (const [id, path] of Object.entries(PATHS) as [PropositionId, string][]) {
    const study = await loadStudy(path);
    if (study) out[id] = { summary: study.summary, digest: study.digest };
  }
  return out;
}
