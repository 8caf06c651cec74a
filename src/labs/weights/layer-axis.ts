/**
 * An axis with one independent permutation a layer: every layer of the reference is set against every layer of the
 * suspect, so that dropped, repeated and grafted layers show.
 *
 * For reference layer i the best of L2 counterparts is paid for: q_i = min(1, L2 · min_j p_ij). Each q_i depends on
 * the labels of layer i alone, given everything else, and the layers' permutations are independent (Zhu et al. 2025,
 * Theorem 3): Fisher over i is valid when the reference's labels are exchangeable. The same over the suspect's layers
 * is valid when the suspect's are. The axis reports the larger of the two: valid when either side satisfies the
 * assumption, and the same whichever model is called the reference.
 */
import type { Matching } from "../../kernels/compute.js";
import { log10Bonferroni, log10Fisher } from "../../stats/combine.js";
import { log10SelfMatchBound } from "../../stats/self-matches.js";
import type { Block, EvidenceMap } from "./observations.js";

export type LayerAxis = "mlp-hidden" | "value-dim";

/** Labels a group, and groups, of a matching on this axis. */
export interface Shape {
  labels: number;
  groups: number;
}

export interface LayerPair {
  i: number;
  j: number;
}

export function toBlock(axis: LayerAxis, pair: LayerPair, shape: Shape, matching: Matching): Block {
  return {
    axis,
    referenceLayer: pair.i,
    suspectLayer: pair.j,
    labels: shape.labels,
    groups: shape.groups,
    pairs: matching.pairs.reduce((sum, m) => sum + m, 0),
    self: matching.self,
    log10P: log10SelfMatchBound(matching.pairs, shape.labels, matching.self),
    selfCosine: matching.selfCosine,
    otherCosine: matching.otherCosine,
  };
}

/** The counterpart with the smallest p; among equals the one nearest in relative depth, then the lower. */
export function bestPairs(map: EvidenceMap): { byReference: LayerPair[]; bySuspect: LayerPair[] } {
  const l1 = map.log10P.length;
  const l2 = map.log10P[0]?.length ?? 0;
  const byReference = range(l1).map((i) => ({
    i,
    j: argMin(range(l2), (j) => [map.log10P[i]![j]!, depthGap(i, l1, j, l2)]),
  }));
  const bySuspect = range(l2).map((j) => ({
    i: argMin(range(l1), (i) => [map.log10P[i]![j]!, depthGap(i, l1, j, l2)]),
    j,
  }));
  return { byReference, bySuspect };
}

/** The axis's p from the tests of the chosen pairs, all multiplicity paid. */
export function axisLog10P(log10P: (pair: LayerPair) => number, map: EvidenceMap): number {
  const { byReference, bySuspect } = bestPairs(map);
  const reference = log10Fisher(byReference.map((pair) => log10Bonferroni(log10P(pair), bySuspect.length)));
  const suspect = log10Fisher(bySuspect.map((pair) => log10Bonferroni(log10P(pair), byReference.length)));
  return Math.max(reference, suspect);
}

/** Distinct pairs of both lists, by reference layer, then suspect layer. */
export function unionOfPairs(lists: readonly LayerPair[][]): LayerPair[] {
  const seen = new Map<string, LayerPair>();
  for (const pair of lists.flat()) seen.set(pairKey(pair), pair);
  return [...seen.values()].sort((a, b) => a.i - b.i || a.j - b.j);
}

export function pairKey({ i, j }: LayerPair): string {
  return `${i}:${j}`;
}

function depthGap(i: number, l1: number, j: number, l2: number): number {
  return Math.abs((i + 0.5) / l1 - (j + 0.5) / l2);
}

function argMin(candidates: readonly number[], score: (c: number) => [number, number]): number {
  let best = candidates[0]!;
  let held = score(best);
  for (const c of candidates.slice(1)) {
    const s = score(c);
    if (s[0] < held[0] || (s[0] === held[0] && s[1] < held[1])) {
      best = c;
      held = s;
    }
  }
  return best;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
