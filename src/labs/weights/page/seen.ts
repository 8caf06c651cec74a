/** The weights laboratory's observations inside a finding, or null: another method's page leaves those parts out. */
import type { Finding } from "../../../finding/finding.js";
import { type WeightsObservations, weightsObservationsSchema } from "../observations.js";

/** By schema, not by the method's name: a finding read from a file may say anything. */
export function weightsObservations({ observations }: Finding): WeightsObservations | null {
  const parsed = weightsObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}
