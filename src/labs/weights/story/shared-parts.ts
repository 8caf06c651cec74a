/**
 * What a reader should know beside the outcome, in sentences for the first page: that units stood together by number
 * but not by value (a shared mask, window, factor or tool), which parts are alike when not all are, and what two models
 * of one shape may owe to one default seed. Descriptions; none changes the outcome.
 */
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Model } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";

export interface Seen {
  reference: Model;
  suspect: Model;
  log10P: number;
  /** What labels alone would have come to. */
  labelsLog10P: number;
  observations: WeightsObservations;
}

export function sentencesFor(seen: Seen): string[] {
  const { log10P, labelsLog10P } = seen;
  const { log10Alpha } = OUTCOME_RULES;
  if (log10P <= log10Alpha) return [...partsOf(seen), ...defaultSeed(seen)];
  const out = labelsLog10P <= log10Alpha ? [byNumberOnly(labelsLog10P)] : [];
  return [...out, ...embeddings(seen)];
}

function byNumberOnly(log10P: number): string {
  return `Units of equal number stand together beyond chance (10^${log10P.toFixed(1)} by number alone), but their values are not alike beyond what a structure that both share makes: one mask or window, one factor, one table or tool. Numbers alone were not counted; such a structure is no sign of common weights.`;
}

/** Where only some layers answer to one another. */
function partsOf({ reference, observations: { correspondence } }: Seen): string[] {
  const found = correspondence.filter(({ suspectLayers }) => suspectLayers.length > 0);
  if (found.length === 0 || found.length === reference.layers) return [];
  const list = found.map(({ referenceLayer }) => referenceLayer).join(", ");
  return [
    `The likeness lies in layers ${list} of the reference's ${reference.layers}: the finding is about that part. A part that both took over from a public third source, frozen or trained on, would explain it.`,
  ];
}

/** Embeddings alone never accuse; alike they are common ancestry of that part. */
function embeddings({ observations: { tensors } }: Seen): string[] {
  const alike = tensors.filter(
    ({ tensor, relation }) =>
      (tensor === "embed" || tensor === "output") && ["identical", "near", "related"].includes(relation),
  );
  if (alike.length === 0) return [];
  const names = alike.map(
    ({ tensor, relation }) => `${tensor === "embed" ? "input" : "output"} embeddings (${relation})`,
  );
  return [
    `The ${names.join(" and the ")} of the two are one part with a common source; a published table that both took over explains that part, and nothing is concluded from it about the rest.`,
  ];
}

/** One framework, one default seed and one shape give one set of initial weights. */
function defaultSeed({ reference: a, suspect: b, observations: { correspondence } }: Seen): string[] {
  const shape = (m: Model) => [m.layers, m.hidden, m.mlpHidden, m.experts, m.keyValueHeads, m.headDim, m.tied].join();
  const inPlace = correspondence.every(
    ({ referenceLayer, suspectLayers }) => suspectLayers.length === 0 || suspectLayers.includes(referenceLayer),
  );
  if (shape(a) !== shape(b) || !inPlace) return [];
  return [
    "The two have one shape and are alike in place: models that one framework initialised from one seed (many have a default) and that were then trained apart look like this too, and nobody copied anything. Ask both sides for seed, framework and initialisation code first.",
  ];
}
