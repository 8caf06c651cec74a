/**
 * Were units put into another order, the basis kept? Ten lines of code do that to a model of any size. Looked at between
 * the exact tests and the undoing of rotations: a unit's own rows, folded (folds.ts), are its two views.
 * It cannot see a rotated basis.
 */
import type { WeightsObservations } from "../observations.js";
import { blocksOf, isGated } from "../pairing/method.js";
import type { Agreeing, Side, Way } from "../pairing/way.js";
import { layersKey } from "../tests/answering-rows.js";
import type { Bench } from "../tests/bench.js";
import { commonStart } from "../tests/common-start.js";
import { PERMUTED_LIMITS } from "../words.js";
import { inParallel } from "../work.js";
import { facesOf, folded } from "./folds.js";
import { beyondPermutedStudy, notPermuted, PERMUTED_METHOD_ID, PERMUTED_METHOD_VERSION } from "./method.js";

/** What the exact tests ask of a common start, as observations have it. */
type Start = NonNullable<WeightsObservations["commonStart"]>;

export const PERMUTED: Way<Side, Start, null> = {
  method: { id: PERMUTED_METHOD_ID, version: PERMUTED_METHOD_VERSION },
  test: "weights/permuted-gate-up",
  limits: PERMUTED_LIMITS,
  words: {
    notRun: "Units were not looked for in another order",
    unseen: null,
    begin: () => `Units in any order (${PERMUTED_METHOD_ID}):`,
    halves: "two halves of their up rows",
    axis: {
      gated: "gate-up pairing, units in any order",
      halves: "pairing of two halves of up rows, units in any order",
    },
    where: () => "",
    afterwards: "units put into another order",
    families: "families of smaller models",
  },
  asksRepeats: true,
  meet: (bench) => notPermuted(bench.reference, bench.suspect) ?? (() => inFolds(bench)),
  beyondStudy: beyondPermutedStudy,
  observed: ({ gated, start }, { layerPairs, ...figures }) => ({
    permuted: { gated, ...figures, ...(start ? { commonStart: start } : {}), layerPairs },
  }),
};

async function inFolds(bench: Bench) {
  const { reference, suspect, settings, compute, work } = bench;
  const [as, bs] = [blocksOf(reference), blocksOf(suspect)];
  const gated = isGated(as, bs);
  const faces = facesOf(reference.hidden, gated, settings.seed);
  const fold = (blocks: typeof as) =>
    inParallel(work, "folds of units", blocks, (block) => folded(block, faces, settings.seed, compute));
  return {
    gated,
    as: await fold(as),
    bs: await fold(bs),
    through: null,
    startOf: (agreeing: readonly Agreeing<Side>[]) => startOf(bench, agreeing),
  };
}

/** Could one draw have made it, put into another order by one side afterwards? */
function startOf(bench: Bench, agreeing: readonly Agreeing<Side>[]): Promise<Start | null> {
  const answering = new Map<number, number[]>();
  const paired = new Map<string, readonly (readonly [number, number])[]>();
  for (const { numbers, both } of agreeing) {
    const [referenceLayer, suspectLayer] = numbers;
    answering.set(referenceLayer, [...(answering.get(referenceLayer) ?? []), suspectLayer]);
    paired.set(layersKey(referenceLayer, suspectLayer), both);
  }
  const correspondence = Array.from({ length: bench.reference.layers }, (_, referenceLayer) => ({
    referenceLayer,
    suspectLayers: answering.get(referenceLayer) ?? [],
  }));
  return commonStart(bench, { correspondence, blocks: [], ofUnits: true, features: null, paired });
}
