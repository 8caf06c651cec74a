/** What a sketch gives away and what it leaves unproven, in figures and in the sentences of a finding. */
import type { Model } from "../../../model/model.js";
import type { SketchFacts, WeightsObservations } from "../observations.js";

export const SKETCH_LIMITS: readonly string[] = [
  "A sketch stands for a model by its maker's word: that its folds are those of the files behind its root is shown only by rows opened after a later challenge, and for the whole only by disclosure to a neutral.",
  "A sketch discloses linear information: of each row it holds, up to its length, as many numbers as its width. They determine on average width / hidden of the row's energy, and whoever holds a public model can tell whether the sketch is of its kin.",
  "From a sketch only unit labels are tested: neither values, nor embeddings, nor queries, keys and outputs are in it, so no tensor is described and no disguise is undone.",
];

/** Null for a side that is a model. */
export function sketchFacts(sides: { reference: Model; suspect: Model }): NonNullable<WeightsObservations["sketches"]> {
  return { reference: factsOf(sides.reference), suspect: factsOf(sides.suspect) };
}

function factsOf({ sketch, hidden }: Model): SketchFacts | null {
  if (!sketch) return null;
  return { ...sketch, energyShare: Math.min(1, sketch.width / hidden) };
}
