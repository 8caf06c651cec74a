/**
 * What a finding that supports its question's first proposition says of the suspect's descent from the reference. Each
 * laboratory states it of its own questions; a question of which nobody says it stands beside models as a finding alone.
 */
export interface FoundDescent {
  /** What went over from the reference, or from a third into both: weights, or answers that were learned. */
  by: "weights" | "answers";
  /** The second proposition says that the two stand the other way round. */
  directed?: true;
}

/** By the id of the proposition. */
export type FoundDescents = ReadonlyMap<string, FoundDescent>;
