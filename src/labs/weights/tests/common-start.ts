/**
 * Is one of the two the other and something more, or did both leave a start that is neither? Two who begin from one
 * default seed of one framework, or from one published table, share every initial weight and copied nothing. Depth and
 * width need not be the same: each machine of a pipeline may draw from the seed of its number, and narrower models may be
 * cut from one table. Where units agree, two things are asked that a common start alone does not give:
 * - What was learned. Norm gains start at one and their biases at nought whatever the seed, so what they hold was learned
 *   (other biases are drawn by some frameworks). Runs from one start agree there a little, or much where batches are large
 *   and both are taught alike; so something more is asked: that neither lacks what it would lack as one of two runs.
 * - Who stands on whose weights. In so many dimensions, training moves at right angles to what it started from: a copy
 *   holds all of its origin (a slope of one) and something more; of two runs from one draw neither holds the other.
 * One is enough. Both are held against pairs that were trained (validation/weights-shared-structure.md); neither is an
 * exact test. A sketch holds no lengths and no gains: there only rows that stand at nearly one angle speak for a copy.
 * It cannot tell a copy from runs of which one was trained for a tenth as long, and finds no siblings trained for long.
 */
import type { WeightsObservations } from "../observations.js";
import { type Answer, columnsOf, layersKey, type Paired } from "./answering-rows.js";
import type { Bench } from "./bench.js";
import type { FeatureMap } from "./feature-map.js";
import { heldBy } from "./held-by.js";
import { SLOPE } from "./held-whole.js";
import { agreementOfGains } from "./learned-gains.js";

/** Runs from one draw reached 0.70; copies trained on for a little 0.82 and more. */
export const LEARNED_MIN = 0.75;
/**
 * How much less gains may agree than rows. Whatever is trained further, from one trained model or two, moves both alike (up to
 * 1.8 times); of one start rows share the draw too, which gains do not have: 8 times and more where gains agreed at all.
 */
const GAINS_APART_MAX = 3;

export type CommonStart = NonNullable<WeightsObservations["commonStart"]>;

/** What was seen of the two. */
interface Likeness {
  correspondence: WeightsObservations["correspondence"];
  /** As tested; asked where a side is a sketch. */
  blocks: WeightsObservations["blocks"];
  /** The MLPs' units alone are alike beyond the test's α. */
  ofUnits: boolean;
  /** Which residual dimensions answer to which, where widths differ and it is known. */
  features: FeatureMap | null;
  /** Absent: units of equal number answer to each other. */
  paired?: Paired;
}

/** Null where a common start cannot have made the likeness. */
export async function commonStart(bench: Bench, likeness: Likeness): Promise<CommonStart | null> {
  const { reference, suspect } = bench;
  const { correspondence, ofUnits } = likeness;
  const answers = correspondence.flatMap(({ referenceLayer: l, suspectLayers }): Answer[] =>
    suspectLayers.length === 0 ? [] : [[l, suspectLayers.includes(l) ? l : suspectLayers[0]!]],
  );
  if (reference.sketch || suspect.sketch) return ofSketches(likeness.blocks, answers);
  const elsewhere = reference.hidden !== suspect.hidden || answers.some(([l, s]) => l !== s);
  const columns = columnsOf(bench, likeness.features);
  const measured = await heldBy({ ...bench, columns, elsewhere }, answers, likeness.paired ?? null);
  // One seed gives MLPs of two sizes equal first rows or none: units that meet elsewhere came another way.
  const otherRows = reference.mlpHidden !== suspect.mlpHidden || (elsewhere && measured.unlike);
  if (otherRows && ofUnits && !measured.byUnits) return null;
  const moved = answers.filter(([l]) => !measured.unmoved.has(l));
  // Where a part was taken the last norm is the host's.
  const inPart = answers.length < Math.min(reference.layers, suspect.layers);
  const gains = await agreementOfGains({ ...bench, columns }, [...moved, ...(inPart ? [] : [null])]);
  const agreement = gains.agreement === null ? null : rounded(gains.agreement);
  const { slope, whole, stands, apart } = measured;
  const fits = slope === null || stands || 1 - (agreement ?? 0) <= GAINS_APART_MAX * apart;
  const learned = agreement !== null && agreement >= LEARNED_MIN && fits;
  // What cannot be measured (experts alone, say) speaks for nobody: the common start stands as the explanation.
  return { ...gains, agreement, slope, explains: !learned && !whole };
}

/**
 * A sketch holds neither gains nor lengths of rows. Its folds have cosines: a copy that was trained on a little stands
 * close to its origin, and so do runs from one draw that were hardly trained; further off nothing tells the two apart.
 */
function ofSketches(blocks: WeightsObservations["blocks"], answers: readonly Answer[]): CommonStart {
  const asked = new Set(answers.map(([l, s]) => layersKey(l, s)));
  const cosines = blocks
    .filter(
      (b) =>
        b.axis === "mlp-hidden" &&
        (b.referenceLayer === b.suspectLayer || asked.has(`${b.referenceLayer}:${b.suspectLayer}`)),
    )
    .flatMap(({ selfCosine, orderCosine }) => Math.max(selfCosine ?? -1, orderCosine ?? -1))
    .filter((cosine) => cosine > -1)
    .sort((p, q) => p - q);
  const slope = cosines.length === 0 ? null : rounded(cosines[cosines.length >> 1]!);
  return { agreement: null, vectors: 0, values: 0, slope, explains: slope === null || slope < SLOPE.least };
}

function rounded(x: number): number {
  return Number(x.toFixed(4)) + 0;
}
