/** Overlap of configuration and tokenizer. Anyone may copy an architecture: shown as such, never as weights evidence. */
import type { Model, ModelConfig, Vocabulary } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";

const FIELDS: readonly Exclude<keyof ModelConfig, "quantization" | "odd">[] = [
  "modelType",
  "hiddenSize",
  "intermediateSize",
  "experts",
  "expertsPerToken",
  "expertIntermediateSize",
  "layers",
  "heads",
  "keyValueHeads",
  "headDim",
  "vocabularySize",
  "hiddenAct",
  "ropeTheta",
  "normEpsilon",
  "maxPositions",
  "tiedEmbeddings",
];

/** A field that neither states is left out; one that only one side states is not the same. */
export function architectureOverlap(
  reference: { model: Model; vocabulary: Vocabulary | null },
  suspect: { model: Model; vocabulary: Vocabulary | null },
): WeightsObservations["architecture"] {
  const fields = FIELDS.flatMap((field) => {
    const a = reference.model.config[field];
    const b = suspect.model.config[field];
    // What neither states says nothing either way.
    return a === null && b === null ? [] : { field, reference: show(a), suspect: show(b), same: a !== null && a === b };
  });
  return { fields, tokenizer: tokenizerOverlap(reference.vocabulary, suspect.vocabulary) };
}

function tokenizerOverlap(
  a: Vocabulary | null,
  b: Vocabulary | null,
): WeightsObservations["architecture"]["tokenizer"] {
  if (!a || !b) return null;
  let shared = 0;
  let sameId = 0;
  for (const [token, id] of a) {
    const other = b.get(token);
    if (other === undefined) continue;
    shared++;
    if (other === id) sameId++;
  }
  return { reference: a.size, suspect: b.size, shared, sameId };
}

function show(value: string | number | boolean | null): string {
  return value === null ? "not stated" : String(value);
}
