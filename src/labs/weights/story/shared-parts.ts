/**
 * What a reader should know beside the outcome, in sentences for the first page: that units stood together by number
 * but not by value (a shared mask, window, factor or tool), which parts are alike when not all are, and what two models
 * of one shape may owe to one default seed. Descriptions; none changes the outcome.
 */
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Model } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";
import { oneStartPossible } from "../tests/common-start.js";

export interface Seen {
  reference: Model;
  suspect: Model;
  /** Of the exact test, whatever explains it. */
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
function defaultSeed({ reference, suspect, log10P, observations: { correspondence, commonStart } }: Seen): string[] {
  if (!oneStartPossible(reference, suspect, correspondence)) return [];
  const ask = "Ask both sides for seed, framework and initialisation code first.";
  const alike =
    "The two are alike in place: models that one framework initialised from one seed (many have a default) or from one published table, and that were then trained apart, look like this too, and nobody copied anything.";
  if (!commonStart)
    return [
      `${alike} Their norm gains and biases hold nothing learned, so whether that is all was not examined. ${ask}`,
    ];
  const { agreement, values, vectors, least, explains } = commonStart;
  const of = `agree at ${agreement.toFixed(2)} by ranks (${values} values of ${vectors} vectors)`;
  const studied = "runs from one draw reached 0.70 in the study, trained copies 0.82 and more";
  if (!explains)
    return [
      `${alike} What was learned agrees as well, though: norm gains and biases, which start at one value whatever the seed, ${of}; ${studied}. ${ask}`,
    ];
  return [
    `Units and their values agree (10^${log10P.toFixed(1)} by the exact test), but what was learned does not: norm gains and biases, which start at one value whatever the seed, ${of}, below ${least}; ${studied}. A common start is enough to explain that: one default seed of one framework in one shape, or one published table of initial weights. A copy that was trained on for long, or merged at a small share, looks like this too. More would be shown by initial weights from a seed that nobody else had (--init) or by dated records of the training; against it, by seed, framework and initialisation code.`,
  ];
}
