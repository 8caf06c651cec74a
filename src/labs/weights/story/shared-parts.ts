/**
 * What a reader should know beside the outcome, in sentences for the first page: that units stood together by number
 * but not by value (a shared mask, window, factor or tool), which parts are alike when not all are, and what two models
 * of one shape may owe to one default seed. Descriptions; none changes the outcome.
 */
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Model } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";
import { type CommonStart, LEARNED_MIN } from "../tests/common-start.js";
import { SLOPE } from "../tests/held-whole.js";

interface Seen {
  reference: Model;
  suspect: Model;
  /** Of the exact test, whatever explains it. */
  log10P: number;
  /** What labels alone would have come to. */
  labelsLog10P: number;
  observations: WeightsObservations;
}

/** Empty where nothing needs saying. */
export function sentencesFor(seen: Seen): string[] {
  const { log10P, labelsLog10P } = seen;
  const { log10Alpha } = OUTCOME_RULES;
  if (log10P <= log10Alpha) return [...partsOf(seen), ...defaultSeed(seen)];
  const out = labelsLog10P <= log10Alpha ? [byNumberOnly(labelsLog10P)] : [];
  return [...out, ...embeddings(seen)];
}

/** From here to the bar a p could be quoted against makers who began alike and copied nothing. */
const QUOTABLE_LOG10P = -2;

/**
 * A common start is asked about only where the test concludes something; what stands short of that is no half a finding.
 * @param log10P of the exact test @returns null where there is nothing to quote
 */
export function shortOfTheBar(log10P: number): string | null {
  if (log10P > QUOTABLE_LOG10P || log10P <= OUTCOME_RULES.log10Alpha) return null;
  // Towards nought: what is short of the bar is not shown at the bar.
  const short = (Math.ceil(log10P * 10) / 10).toFixed(1);
  return `The exact test came to 10^${short}, short of the 10^${OUTCOME_RULES.log10Alpha} from which it concludes anything and asks about a common start. Narrow models that began from one default seed and copied nothing come that far (down to 10^-6.0 in the study), so this figure is no sign that anything was copied.`;
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

/** One framework and one default seed give one set of initial weights; depth and width may differ. */
function defaultSeed({ reference, suspect, log10P, observations: { commonStart } }: Seen): string[] {
  if (!commonStart) return [];
  const ask = "Ask both sides for seed, framework and initialisation code first.";
  const alike =
    "Models that one framework initialised from one seed (many have a default) or from one published table, and that were then trained apart, are alike unit by unit too, and nobody copied anything; their depths may differ where each machine of a pipeline draws by itself, and their widths where both were cut from one table.";
  const { explains } = commonStart;
  const sketched = (reference.sketch ?? suspect.sketch) !== undefined;
  if (!explains) return [`${alike} It is not all that agrees here: ${shown(commonStart, sketched)}. ${ask}`];
  return [
    `Units and their values agree (10^${log10P.toFixed(1)} by the exact test), but no more than a common start explains: ${shown(commonStart, sketched)}. One default seed of one framework, or one published table or rule of initial weights, is enough for that, and nobody need have copied anything. Two models tuned for long from one trained model, or a merge at a small share, look like this too. More would be shown by the initial weights (--init: beside them it can be asked whether the one holds what the other changed), by the model that both were made from, or by dated records of the training; against it, by seed, framework and initialisation code.`,
  ];
}

/** What a common start does not give, and how much of it is there. */
function shown({ agreement, values, slope }: CommonStart, sketched: boolean): string {
  if (sketched)
    return `a sketch holds neither norm gains nor lengths of rows; folded rows of one number stand at a median cosine of ${slope === null ? "nothing that could be measured" : slope.toFixed(2)} (copies that were trained on a little: ${SLOPE.least} and more, which is asked; runs from one draw: 0.76 to 0.78 in the bank; further off nothing in a sketch tells the two apart, and the weights themselves would)`;
  const learned =
    agreement === null
      ? "norm gains hold too little that was learned to compare"
      : `norm gains, which start at one value whatever the seed, agree at ${agreement.toFixed(2)} by ranks over ${values} values (runs from one start: up to 0.81 in the study; ${LEARNED_MIN} is asked, and that neither model lacks what it would lack as one of two such runs)`;
  const held =
    slope === null
      ? "no rows could be set side by side"
      : `of the one model's rows the other holds ${slope.toFixed(2)} (copies, however long they were trained: about 1; runs from one small draw, trained for sixty steps or more: up to 0.84; from large or ruled starts nearly 1; ${SLOPE.least} to ${SLOPE.most} is asked, and of rows that are nearly the same that the one lacks at most a tenth of what is not shared)`;
  return `${learned}; ${held}`;
}
