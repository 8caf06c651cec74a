/** Sets every block of one model against every block of the other, then the best pairs on more labels. */

import { runLabels } from "../../../alignment/sampling.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { MatchRule } from "../../../kernels/matching.js";
import type { Run } from "../../../kernels/row-order.js";
import { logSumExp } from "../../../stats/log-factorial.js";
import { SHIFT_BLOCK } from "../../../stats/shift-evidence.js";
import type { Block, EvidenceMap } from "../observations.js";
import { inParallel } from "../work.js";
import type { Bench, Look, Plan } from "./bench.js";
import {
  type BlockPair,
  bestPairs,
  mapOf,
  meanOverPairs,
  type Place,
  type TestedPair,
  tested,
  toBlock,
} from "./block-axis.js";
import { heldToStructure, strangersOf } from "./clear-of-structure.js";
import type { Shape } from "./forms.js";
import { PAIRS_ALL, promising } from "./promising.js";
import { valueColumns } from "./values.js";

export interface AxisResult {
  /** ln of the axis's e-value, all multiplicity paid; and what the labels alone would have made of it. */
  logE: number;
  logLabelsE: number;
  map: EvidenceMap | null;
  blocks: Block[];
  note: string;
}

/** What a plan found, and how many pairs of blocks were passed over after a cheap look. */
type PlanResult = Omit<AxisResult, "note"> & { passedOver: number };

/** ln of an e-value that needs no more: e^120 is 10^52. */
const DECIDED = 120;

/** Log e-values are natural, means over all pairs of blocks; half the stake is kept for the second look. */
export async function runPlan(bench: Bench, plan: Plan): Promise<PlanResult> {
  const { axis, as, bs } = plan;
  const total = as.length * bs.length;
  const { pairs, strangers } = await scan(bench, plan);
  const passedOver = total - pairs.length;
  const scanned = await heldToStructure(bench, plan, plan.scan, pairs, strangers);
  const [scanE, labelsE] = meanOverPairs(scanned, total);
  const best = bestPairs(as, bs, scanned);
  const block = (pair: TestedPair) => toBlock(axis, as[pair.i]!, bs[pair.j]!, pair);
  const map = mapOf(axis, as, bs, scanned);
  if (!plan.test) return { logE: scanE, logLabelsE: labelsE, map, blocks: best.map(block), passedOver };
  const half = Math.log(0.5);
  if (bench.settings.rows !== "all" && scanE > DECIDED)
    return { logE: half + scanE, logLabelsE: half + labelsE, map, blocks: best.map(block), passedOver };
  const chosen = [...best].sort((x, y) => y.evidence.logE - x.evidence.logE).slice(0, plan.testedMax);
  const again = await heldToStructure(bench, plan, plan.test, await test(bench, plan, plan.test, chosen), strangers);
  const [testE, testLabelsE] = meanOverPairs(again, total);
  const logE = half + logSumExp([scanE, testE]);
  const logLabelsE = half + logSumExp([labelsE, testLabelsE]);
  const key = ({ i, j }: BlockPair) => `${i}:${j}`;
  const byKey = new Map(again.map((pair) => [key(pair), pair]));
  return { logE, logLabelsE, map, blocks: best.map((pair) => block(byKey.get(key(pair)) ?? pair)), passedOver };
}

/** For a note: what was passed over, and what that costs. */
export function passedOverInWords(passedOver: number): string[] {
  if (passedOver === 0) return [];
  return [`${passedOver} pairs of blocks passed over after a cheap look, each counted as no evidence`];
}

/** All pairs, or where they are many the promising ones. A block is sketched once for each set of its labels that some partner asks for. */
async function scan(
  bench: Bench,
  { axis, as, bs, scan: look }: Plan,
): Promise<{ pairs: TestedPair[]; strangers: () => number }> {
  const { compute, work } = bench;
  const needed = new Map<string, { side: "reference" | "suspect"; place: Place; runs: Run[] }>();
  const ask = (side: "reference" | "suspect", place: Place, at: number, other: number) => {
    const runs = look.runs(place.units, other);
    const key = `${side} ${at} ${JSON.stringify(runs)}`;
    if (!needed.has(key)) needed.set(key, { side, place, runs });
    return key;
  };
  const keys = as.map((a, i) =>
    bs.map((b, j) => ({ a: ask("reference", a, i, b.units), b: ask("suspect", b, j, a.units) })),
  );
  const asked = [...needed];
  const made = await inParallel(work, `sketches of ${axis}`, asked, ([, { side, place, runs }]) =>
    compute.sketch(look.job(side, place, runs)),
  );
  const sketches = new Map(asked.map(([key], at) => [key, made[at]!]));
  const sized = (list: readonly Place[], own: number) =>
    list.map(({ units }, at) => ({
      units,
      sketchFor: (other: number) =>
        sketches.get(own === 0 ? keys[at]![firstOf(bs, other)]!.a : keys[firstOf(as, other)]![at]!.b)!,
    }));
  const looked =
    as.length * bs.length <= PAIRS_ALL
      ? null
      : await promising(sized(as, 0), sized(bs, 1), valueColumns(look.parts, look.width).equal, compute);
  // One job for the partners of a block that share a rule and a sketch of the block.
  const jobs = as.flatMap((a, i) => {
    const groups = new Map<string, number[]>();
    for (const [j, b] of bs.entries()) {
      if (looked && !looked.kept(i, j)) continue;
      const group = `${keys[i]![j]!.a} ${b.units}`;
      groups.set(group, [...(groups.get(group) ?? []), j]);
    }
    return [...groups.values()].map((js) => ({ i, a, js }));
  });
  const results = await inParallel(work, `pairs of ${axis}`, jobs, async ({ i, a, js }) => {
    const b = bs[js[0]!]!;
    const sketch = (key: string): Matrix => sketches.get(key)!;
    const rule = ruleOf(look, a, b);
    const matchings = await compute.match({
      a: sketch(keys[i]![js[0]!]!.a),
      bs: js.map((j) => sketch(keys[i]![j]!.b)),
      ...rule,
    });
    return matchings.map((matching, at) => tested({ i, j: js[at]! }, shapeOf(look, a, b), matching));
  });
  const sketched = asked.map(([key, { side, place }]) => ({ side, place, sketch: sketches.get(key)! }));
  const pairs = results.flat();
  return { pairs, strangers: strangersOf(look, { as, bs }, pairs, sketched, looked?.passedOver) };
}

/** A block is sketched alike for all partners of one size. */
function firstOf(places: readonly Place[], units: number): number {
  return places.findIndex((place) => place.units === units);
}

/** Pairs that a scan chose, each sketched where it is tested and let go. */
function test(bench: Bench, { axis, as, bs }: Plan, look: Look, pairs: readonly BlockPair[]): Promise<TestedPair[]> {
  return inParallel(bench.work, `test of the best pairs, ${axis}`, pairs, async (pair) => {
    const [a, b] = [as[pair.i]!, bs[pair.j]!];
    const matching = await bench.compute.pair({
      a: look.job("reference", a, look.runs(a.units, b.units)),
      b: look.job("suspect", b, look.runs(b.units, a.units)),
      ...ruleOf(look, a, b),
    });
    return tested(pair, shapeOf(look, a, b), matching);
  });
}

/** Blocks of equal size show the same labels on both sides; others their own, by number. */
function ruleOf(look: Look, a: Place, b: Place): MatchRule {
  const values = valueColumns(look.parts, look.width);
  if (a.units === b.units) return { groups: look.groups, shiftBlock: SHIFT_BLOCK, values };
  const labels = { a: runLabels(look.runs(a.units, b.units)), b: runLabels(look.runs(b.units, a.units)) };
  return { groups: look.groups, labels, values };
}

function shapeOf(look: Look, a: Place, b: Place): Shape {
  const count = (units: number, other: number) => look.runs(units, other).reduce((sum, run) => sum + run.count, 0);
  return {
    labels: Math.min(count(a.units, b.units), count(b.units, a.units)),
    groups: look.groups,
    parts: look.parts,
    symmetries: "units and features",
  };
}
