/**
 * An axis with one independent permutation a layer: every layer of the reference is set against every layer of the
 * suspect, so that dropped, repeated and grafted layers show.
 *
 * For reference layer i the best of L2 counterparts is paid for: q_i = min(1, L2 · min_j p_ij), a p-value when the
 * labels of the reference's layer are exchangeable (Zhu et al. 2025, Theorem 1). The q_i become e-values and are
 * averaged, which is valid however layers depend on one another: makers repeat layers, and two models that both do so
 * would make Fisher's method accuse. The same over the suspect's layers is valid when the suspect's labels are
 * exchangeable. The axis keeps the smaller of the two: valid when either side satisfies the assumption, and the same
 * whichever model is called the reference.
 */
import type { Matching } from "../../kernels/compute.js";
import { log10Bonferroni, logEValue, logMeanE } from "../../stats/combine.js";
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

/** ln of the axis's e-value from the tests of the chosen pairs, the scan paid. */
export function axisLogE(log10P: (pair: LayerPair) => number, map: EvidenceMap): number {
  const { byReference, bySuspect } = bestPairs(map);
  const side = (pairs: LayerPair[], choices: number) =>
    logMeanE(pairs.map((pair) => logEValue(log10Bonferroni(log10P(pair), choices))));
  return Math.min(side(byReference, bySuspect.length), side(bySuspect, byReference.length));
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
