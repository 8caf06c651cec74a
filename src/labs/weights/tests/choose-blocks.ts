/**
 * Which experts are looked at. Of a dense model all MLPs; of a mixture too large for that one routed expert a layer,
 * then the shared ones, then further experts, until the budget is spent. Drawn from the seed and from numbers alone,
 * the same numbers in every layer and in both models, so that experts kept in place meet.
 */
import { prng } from "../../../base/prng.js";
import { type Mlp, mlpsOf } from "../../../model/mlps.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";
import { BLOCKS_ALL, BLOCKS_EXAMINED, type Settings } from "../method.js";

/** Numbers of experts are drawn below this; no public model has as many in a layer. */
const EXPERTS_MAX = 65_536;

/** Every MLP of a model, layer by layer. */
export function allBlocks(model: Model): Mlp[] {
  return Array.from({ length: model.layers }, (_, layer) => mlpsOf(model, layer)).flat();
}

/** @returns MLPs in a fixed order: dense and shared ones, and drawn experts within the budget */
export function chooseBlocks(model: Model, { seed, rows }: Settings): Mlp[] {
  const blocks = allBlocks(model);
  const budget = Math.max(model.layers, rows === "all" ? BLOCKS_ALL : BLOCKS_EXAMINED);
  if (blocks.length <= budget) return [...blocks];
  const rank = ranks(seed, model.experts);
  const byLayer = new Map<number, Mlp[]>();
  for (const block of blocks) byLayer.set(block.layer, [...(byLayer.get(block.layer) ?? []), block]);
  const queues = [...byLayer.values()].map((list) => {
    const drawn = list.filter(routed).sort((a, b) => rank(a) - rank(b));
    const others = list.filter((b) => !routed(b));
    return [...drawn.slice(0, 1), ...others, ...drawn.slice(1)];
  });
  const chosen = new Set<Mlp>();
  for (let round = 0; chosen.size < budget; round++)
    for (const queue of queues) if (chosen.size < budget && queue[round]) chosen.add(queue[round]!);
  return blocks.filter((b) => chosen.has(b));
}

/** The tensors of a model but for those of experts that are not looked at. */
export function examinedTensors(model: Model, settings: Settings): CanonicalTensor[] {
  const all = [...model.tensors.values()];
  if (model.experts === 0) return all;
  const stems = new Set(chooseBlocks(model, settings).map((block) => block.stem));
  const ofExpert = /^(layers\.\d+\.mlp\.experts\.\d+)\./;
  return all.filter(({ name }) => {
    const stem = ofExpert.exec(name)?.[1];
    return stem === undefined || stems.has(stem);
  });
}

function routed({ expert }: Mlp): boolean {
  return typeof expert === "number";
}

/** A seeded order of expert numbers that does not depend on how many there are: each number draws its own lot. */
function ranks(seed: string, largest: number): (block: Mlp) => number {
  const lots = new Map<number, number>();
  for (let e = 0; e <= Math.min(largest, EXPERTS_MAX); e++)
    lots.set(e, prng(`assay/weights/expert/${e}`, seed).uint32());
  return ({ expert }) => lots.get(Number(expert)) ?? Number.POSITIVE_INFINITY;
}
