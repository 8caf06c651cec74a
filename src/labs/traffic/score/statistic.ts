/**
 * The statistics that are ranked among benign coordinated groups: the least of the measures, so that a group must be
 * unlike every kind of decoy at once. Which measure is the least is told.
 */
import type { Measures } from "./measures.js";

export type PropositionId = "traffic/pooled-operation" | "traffic/extraction-workload";

/** One operator's queue: the same content, dealt evenly, divided, day after day, by no clock. */
const QUEUE = ["concentration", "balance", "division", "persistence", "offClock"] as const;
/** Besides, not told by one product's system prompt: what its users share, the product gave them. */
const POOLED = [...QUEUE, "beyondProduct"] as const;
/** Harvest: every prompt stands alone; answers are taken, not talked about, under whatever system prompt. */
const EXTRACTION = [...QUEUE, "singleTurn"] as const;

export const MEASURES_OF: Record<PropositionId, readonly (keyof Measures)[]> = {
  "traffic/pooled-operation": POOLED,
  "traffic/extraction-workload": EXTRACTION,
};

export function statistic(proposition: PropositionId, measures: Measures): { value: number; least: keyof Measures } {
  const names = MEASURES_OF[proposition];
  const least = names.reduce((a, b) => (measures[b] < measures[a] ? b : a));
  return { value: measures[least], least };
}
