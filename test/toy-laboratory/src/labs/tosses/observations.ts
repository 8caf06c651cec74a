/** What the toy laboratory hands out beside its outcome. */
export interface TossesObservations {
  type: "tosses/observations/v1";
  places: number;
  equal: number;
}

export function readsTosses(observations: unknown): observations is TossesObservations {
  return (observations as TossesObservations | null)?.type === "tosses/observations/v1";
}
