/**
 * Hidden units of each MLP: all pairs of blocks on few labels, then the best counterparts on many. Blocks of equal size
 * show the same labels on both sides. Blocks of different size (pruned, widened, sliced into experts) show windows at
 * equal relative places, in which units that were kept in order still meet.
 */

import { labelRuns, labelWindows } from "../../../alignment/sampling.js";
import type { SketchJob } from "../../../kernels/compute.js";
import type { Run } from "../../../kernels/row-order.js";
import type { Stretch } from "../../../kernels/row-source.js";
import type { Mlp } from "../../../model/mlps.js";
import type { Model } from "../../../model/model.js";
import { sketchWidth } from "../method.js";
import { commonWidth } from "../sketch/meet.js";
import { amountsOf } from "./amounts.js";
import type { Bench, Look } from "./bench.js";
import type { Place } from "./block-axis.js";
import { allBlocks, chooseBlocks } from "./choose-blocks.js";
import type { FeatureMap } from "./feature-map.js";
import { type AxisResult, passedOverInWords, runPlan } from "./scan.js";

/** Pairs of experts tested again at the most, in a sampled examination: 64 MiB each at 7,168 × 2,048 in BF16. */
const EXPERT_PAIRS_TESTED = 4;

/** @param features null where both models have one width @returns null where a side has no MLP that is read */
export async function scanMlp(bench: Bench, features: FeatureMap | null): Promise<AxisResult | null> {
  const { settings, reference, suspect } = bench;
  const whole = settings.rows === "all";
  const chosen = {
    reference: chooseBlocks(reference, settings),
    suspect: chooseBlocks(suspect, settings),
  };
  if (chosen.reference.length === 0 || chosen.suspect.length === 0) return null;
  const both = [...chosen.reference, ...chosen.suspect];
  // A gate answers to nothing in a model without one: the two are then set side by side by what both have.
  const gated = both.every((block) => block.gate !== null);
  const columns = features?.count ?? Math.max(reference.hidden, suspect.hidden);
  const width = commonWidth(sketchWidth(columns), [reference, suspect]);
  const look = (same: number, windows: number): Look => ({
    groups: 1,
    parts: gated ? 2 : 1,
    width,
    runs: (units, other) => (units === other ? labelRuns(units, same, settings.seed) : labelWindows(units, windows)),
    job: (side, place, runs) => job(chosen[side], place, runs, side),
  });
  const job = (blocks: readonly Mlp[], place: Place, runs: Run[], side: "reference" | "suspect"): SketchJob => {
    const block = blocks.find((b) => b.layer === place.layer && nameOf(b) === place.expert)!;
    const matrices = gated ? [block.gate!.matrix, block.up.matrix] : [block.up.matrix];
    const parts: Stretch[] = matrices.map((matrix) => ({ matrix, runs }));
    return {
      unit: "rows",
      parts,
      width,
      groups: 1,
      features: features?.[side],
      seed: settings.seed,
    };
  };
  const [as, bs] = [places(chosen.reference), places(chosen.suspect)];
  const amounts = amountsOf(settings);
  const scan = look(amounts.scan, amounts.windowScan);
  const most = look(amounts.test, amounts.windowTest);
  const same = as.every((a) => bs.every((b) => count(scan, a.units, b.units) === count(most, a.units, b.units)));
  const experts = both.some((block) => block.expert !== null);
  const result = await runPlan(bench, {
    axis: "mlp-hidden",
    as,
    bs,
    scan,
    test: same ? null : most,
    testedMax: experts && !whole ? EXPERT_PAIRS_TESTED : Number.POSITIVE_INFINITY,
  });
  const { passedOver, ...rest } = result;
  const looked = note(bench, chosen, result.blocks, features);
  return { ...rest, note: [looked, ...passedOverInWords(passedOver)].join("; ") };
}

function places(blocks: readonly Mlp[]): Place[] {
  return blocks.map((block) => ({ layer: block.layer, expert: nameOf(block), units: block.up.matrix.rows }));
}

function nameOf({ expert }: Mlp): string | null {
  return expert === null ? null : String(expert);
}

/** Labels of both sides of a pair. */
function count(look: Look, units: number, other: number): number {
  const total = (runs: Run[]) => runs.reduce((sum, run) => sum + run.count, 0);
  return total(look.runs(units, other)) + total(look.runs(other, units));
}

function note(
  { reference, suspect }: Bench,
  chosen: { reference: readonly Mlp[]; suspect: readonly Mlp[] },
  blocks: AxisResult["blocks"],
  features: FeatureMap | null,
): string {
  const labels = blocks.map((b) => b.labels);
  const [least, most] = [Math.min(...labels), Math.max(...labels)];
  const parts = [`${least === most ? most : `${least} to ${most}`} labels of each block`];
  const of = (model: Model, list: readonly Mlp[]) => `${list.length} of ${allBlocks(model).length}`;
  if ([...chosen.reference, ...chosen.suspect].some((b) => b.expert !== null))
    parts.push(`${of(reference, chosen.reference)} and ${of(suspect, chosen.suspect)} blocks, experts among them`);
  if (features) parts.push(`${features.count} residual dimensions matched by their embeddings`);
  return parts.join("; ");
}
