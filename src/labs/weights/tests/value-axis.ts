/**
 * Value dimensions within each key-value head: all layer pairs on few heads, then the best counterparts on all. Heads
 * are taken by number, as many as both models have. A layer without value rows, or with other heads than most, is left
 * out. Null where the heads of a model are not known.
 */

import { headSample } from "../../../alignment/sampling.js";
import { HEADS_SAMPLED, sketchWidth } from "../method.js";
import { commonWidth } from "../sketch/meet.js";
import type { Bench, Look } from "./bench.js";
import type { FeatureMap } from "./feature-map.js";
import { type AxisResult, passedOverInWords, runPlan } from "./scan.js";

/** @param features null where both models have one width */
export async function scanValues(bench: Bench, features: FeatureMap | null): Promise<AxisResult | null> {
  const { reference, suspect, settings } = bench;
  const heads = Math.min(reference.keyValueHeads, suspect.keyValueHeads);
  if (heads === 0) return null;
  const columns = features?.count ?? Math.max(reference.hidden, suspect.hidden);
  const width = commonWidth(sketchWidth(columns), [reference, suspect]);
  const look = (used: number[]): Look => ({
    groups: used.length,
    parts: 1,
    width,
    runs: (units) => [{ start: 0, count: units }],
    job: (side, { layer, units }) => {
      const runs = used.map((h) => ({ start: h * units, count: units }));
      const parts = [{ matrix: bench[side].tensors.get(`layers.${layer}.attention.v`)!.matrix, runs }];
      return { unit: "rows", parts, width, groups: used.length, features: features?.[side], seed: settings.seed };
    },
  });
  const few = headSample(heads, HEADS_SAMPLED, settings.seed);
  const all = Array.from({ length: heads }, (_, h) => h);
  const places = ({ layers, headDim, keyValueHeads, tensors }: Bench["reference"]) =>
    Array.from({ length: layers }, (_, layer) => ({ layer, expert: null, units: headDim })).filter(
      ({ layer }) => tensors.get(`layers.${layer}.attention.v`)?.matrix.rows === keyValueHeads * headDim,
    );
  const [as, bs] = [places(reference), places(suspect)];
  if (as.length === 0 || bs.length === 0) return null;
  const more = settings.rows === "all" && few.length < heads;
  const { passedOver, ...result } = await runPlan(bench, {
    axis: "value-dim",
    as,
    bs,
    scan: look(few),
    test: more ? look(all) : null,
    testedMax: Number.POSITIVE_INFINITY,
  });
  const labels = Math.min(reference.headDim, suspect.headDim);
  const note = more
    ? `${labels} labels in each of ${heads} heads, counterparts chosen on ${few.length}`
    : `${labels} labels in each of ${few.length} of ${heads} key-value heads`;
  return { ...result, note: [note, ...passedOverInWords(passedOver)].join("; ") };
}
