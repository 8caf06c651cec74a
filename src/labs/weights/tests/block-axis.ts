/**
 * An axis with one independent permutation a block (an MLP, the values of a layer): every block of the reference is set
 * against every block of the suspect, so that dropped, repeated and grafted layers show.
 *
 * Each pair of blocks has an e-value, valid when the labels of either of the two are exchangeable given all else (Zhu
 * et al. 2025, Theorem 1; forms.ts). The axis's e-value is their mean over all pairs: valid however blocks depend on
 * one another (Vovk and Wang 2021), which matters because makers repeat layers, and two models that both do so would
 * make Fisher's method accuse; paid for the scan, since a pair counts for one in all pairs; and the same whichever
 * model is called the reference. A pair that is not tested counts as nothing, so testing only what looks best is valid.
 *
 * Where blocks are large the scan looks at few labels. Then half of the stake is the scan's, the other half that of a
 * test of the best pairs on more labels; when the scan alone has decided, the second half is not played.
 */
import type { Matching } from "../../../kernels/matching.js";
import { log10PFromE, roundLog10P } from "../../../stats/combine.js";
import { logSumExp } from "../../../stats/log-factorial.js";
import type { Block, EvidenceMap } from "../observations.js";
import { type Evidence, evidenceOf, type Shape } from "./forms.js";

export type BlockAxis = "mlp-hidden" | "value-dim";

/** Where a block stands in its model. */
export interface Place {
  layer: number;
  /** Of several MLPs in one layer; null where there is one. */
  expert: string | null;
  /** Units a group. */
  units: number;
}

/** Blocks by their index in the list of each side. */
export interface BlockPair {
  i: number;
  j: number;
}

export interface TestedPair extends BlockPair {
  shape: Shape;
  matching: Matching;
  evidence: Evidence;
}

/** With its evidence, natural logarithms of e-values and p as forms.ts defines them. */
export function tested(pair: BlockPair, shape: Shape, matching: Matching): TestedPair {
  return { ...pair, shape, matching, evidence: evidenceOf(matching, shape) };
}

/** ln of the mean e-value over `total` pairs, those not tested counting as nothing; and the same of labels alone. */
export function meanOverPairs(pairs: readonly TestedPair[], total: number): [logE: number, logLabelsE: number] {
  const mean = (of: (e: Evidence) => number) => logSumExp(pairs.map((p) => of(p.evidence))) - Math.log(total);
  return [mean((e) => e.logE), mean((e) => e.logLabelsE)];
}

/** As a finding lists it: layer numbers from 0, experts only where there are any. */
export function toBlock(axis: BlockAxis, a: Place, b: Place, { shape, matching, evidence }: TestedPair): Block {
  return {
    axis,
    referenceLayer: a.layer,
    suspectLayer: b.layer,
    ...(a.expert === null ? {} : { referenceExpert: a.expert }),
    ...(b.expert === null ? {} : { suspectExpert: b.expert }),
    ...measured(shape, matching, evidence),
  };
}

/** What a block shows, wherever it stands. */
export function measured(shape: Shape, matching: Matching, { log10P, forms, values }: Evidence) {
  return {
    labels: shape.labels,
    groups: shape.groups,
    pairs: matching.pairs.reduce((sum, m) => sum + m, 0),
    self: matching.self,
    increasing: matching.increasing,
    log10P: roundLog10P(log10P),
    forms: { equal: roundLog10P(forms.equal), order: roundLog10P(forms.order), shift: roundLog10P(forms.shift) },
    values: {
      equal: roundLog10P(values.equal),
      order: values.order === null ? null : roundLog10P(values.order),
      mean: values.mean,
      orderMean: values.orderMean,
    },
    selfCosine: matching.selfCosine,
    otherCosine: matching.otherCosine,
    orderCosine: matching.orderCosine,
  };
}

/** For each block of either side its best counterpart; among equals the nearest in relative depth, then the first. */
export function bestPairs(as: readonly Place[], bs: readonly Place[], pairs: readonly TestedPair[]): TestedPair[] {
  const depth = (side: readonly Place[], at: number) => (side[at]!.layer + 0.5) / (side.at(-1)!.layer + 1);
  const gap = ({ i, j }: BlockPair) => Math.abs(depth(as, i) - depth(bs, j));
  const better = (x: TestedPair, y: TestedPair) =>
    y.evidence.logE - x.evidence.logE || gap(x) - gap(y) || x.i - y.i || x.j - y.j;
  const best = new Map<string, TestedPair>();
  for (const pair of pairs)
    for (const key of [`a${pair.i}`, `b${pair.j}`]) {
      const held = best.get(key);
      if (!held || better(pair, held) < 0) best.set(key, pair);
    }
  return [...new Set(best.values())].sort((x, y) => x.i - y.i || x.j - y.j);
}

function blocksIn(places: readonly Place[], layer: number): number {
  return places.filter((place) => place.layer === layer).length;
}

/** Layer against layer. Where layers hold several blocks a cell is the p of their mean e-value. */
export function mapOf(
  axis: BlockAxis,
  as: readonly Place[],
  bs: readonly Place[],
  pairs: readonly TestedPair[],
): EvidenceMap {
  const cells = new Map<string, number[]>();
  for (const { i, j, evidence } of pairs) {
    const key = `${as[i]!.layer}:${bs[j]!.layer}`;
    const cell = cells.get(key);
    if (cell) cell.push(evidence.logE);
    else cells.set(key, [evidence.logE]);
  }
  const layers = (side: readonly Place[]) => Array.from({ length: side.at(-1)!.layer + 1 }, (_, l) => l);
  const log10P = layers(as).map((x) =>
    layers(bs).map((y) => {
      const logEs = cells.get(`${x}:${y}`);
      // Pairs that were passed over count as nothing here too.
      return logEs ? log10PFromE(logSumExp(logEs) - Math.log(blocksIn(as, x) * blocksIn(bs, y))) : 0;
    }),
  );
  return { axis, labels: Math.max(...pairs.map((p) => p.shape.labels)), log10P };
}
