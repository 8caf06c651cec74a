/**
 * Alignment of one pair of layers at a time, for models of which only some layers are another's: every pair gets a
 * start and a short climb; those that fit best are climbed to the end and settled on their units. Layers taken from
 * one model share one rotation: the best-fitting one is handed on to be tried on all pairs.
 */
import { prng } from "../../../base/prng.js";
import type { LayerPair } from "./agreement.js";
import type { Attempt, Bench } from "./attempts.js";
import { dense } from "./attempts.js";
import { unitClouds } from "./clouds.js";
import { MIXES_LAYER, SHARPNESS_UNITS, STEPS_LAYER, STEPS_TRIAL } from "./method.js";
import { mixed, type Prepared, prepare, randomMixes, termsOf } from "./terms.js";

/** Attempts for the most promising layer pairs, best fit first; the other pairs are given up after a short climb. */
export async function layerByLayer(
  bench: Bench,
  onProgress: (done: number, total: number) => void,
): Promise<(Attempt & LayerPair)[]> {
  const { reference, suspect, width, seed, compute } = bench;
  const as = reference.layers.map((l) => prepare(l.quantities, width));
  const bs = suspect.layers.map((l) => prepare(l.quantities, width));
  const mixes = randomMixes(as[0]!, MIXES_LAYER, prng("assay/weights/aligned/layers", seed));
  const basesOf = (side: Prepared) => compute.eigen({ width, matrices: mixes.map((mix) => mixed(side, mix)) });
  const [basesA, basesB] = await Promise.all([as, bs].map((sides) => Promise.all(sides.map(basesOf))));
  const pairs = as.flatMap((_, i) => bs.map((__, j) => ({ referenceLayer: i, suspectLayer: j })));
  const kept = Math.max(as.length, bs.length);
  const total = pairs.length + kept;
  let done = 0;
  const trials = await Promise.all(
    pairs.map(async (pair) => {
      const { referenceLayer: i, suspectLayer: j } = pair;
      const terms = termsOf(as[i]!, bs[j]!);
      const bases = basesA![i]!.map((a, at) => ({ a, b: basesB![j]![at]! }));
      const start = { bases, seed: `${seed} ${i}:${j}` };
      const found = await compute.rotate({ width, terms, start, steps: STEPS_TRIAL, clouds: [], sharpness: [] });
      onProgress(++done, total);
      return { pair, terms, found };
    }),
  );
  trials.sort(
    (x, y) =>
      y.found.objective! - x.found.objective! ||
      x.pair.referenceLayer - y.pair.referenceLayer ||
      x.pair.suspectLayer - y.pair.suspectLayer,
  );
  return Promise.all(
    trials.slice(0, kept).map(async ({ pair, terms, found: { rotation } }) => {
      const clouds = unitClouds(reference.layers[pair.referenceLayer]!.mlp, suspect.layers[pair.suspectLayer]!.mlp);
      const start = { rotation };
      const found = await compute.rotate({
        width,
        terms,
        start,
        steps: STEPS_LAYER,
        clouds,
        sharpness: SHARPNESS_UNITS,
      });
      onProgress(++done, total);
      const { objective, fit } = found;
      return { mode: "layer pair" as const, ...pair, rotation: dense(found.rotation, width), objective, fit };
    }),
  );
}
