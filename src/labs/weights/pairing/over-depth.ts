/**
 * From layers to one number: the share of units that agree in the layer at which a third of the smaller model's layers
 * have been counted, best first, among layers away from the ends, each counted once. And its p: of M layers at least r
 * as small as the r-th, at most M/r times that (Rüger 1978), whatever their dependence, under P0 with 5 % tolerance.
 * A theft of the last layers alone is not seen.
 */
import { log10Bonferroni, roundLog10P } from "../../../stats/combine.js";
import { log10TolerantBound } from "../../../stats/tolerant-bound.js";
import { layersWanted, MIDDLE } from "./method.js";

/** A pair of layers as it counts. */
interface Counted {
  /** Places among the layers that are looked at. */
  i: number;
  j: number;
  agreeing: number;
  pairs: number;
  labels: number;
  /** Something but a copy explains what agrees: the pair counts for nothing. */
  explained: boolean;
}

export interface OverDepth {
  /** r: layers that have to agree; the share in the r-th of them, and its p. */
  wanted: number;
  share: number;
  log10P: number;
  /** Pairs that were counted, best first. */
  counted: Counted[];
}

/** @param layers how many layers of either side are looked at */
export function overDepth(pairs: readonly Counted[], layers: readonly [number, number]): OverDepth {
  const [n, m] = layers;
  const wanted = layersWanted(Math.min(n, m));
  const middle = [middleOf(n), middleOf(m)] as const;
  const inside = pairs.filter(({ i, j, explained }) => !explained && middle[0].has(i) && middle[1].has(j));
  const ranked = [...inside].sort((x, y) => shareOf(y) - shareOf(x) || x.i - y.i || x.j - y.j);
  const counted: Counted[] = [];
  const taken = { i: new Set<number>(), j: new Set<number>() };
  for (const pair of ranked) {
    if (taken.i.has(pair.i) || taken.j.has(pair.j)) continue;
    taken.i.add(pair.i);
    taken.j.add(pair.j);
    counted.push(pair);
  }
  const at = counted[wanted - 1];
  const most = Math.min(middle[0].size, middle[1].size);
  const choices = middle[0].size * middle[1].size * Math.max(1, most / wanted);
  const bounds = counted.map((c) => log10TolerantBound(c.pairs, c.labels, c.agreeing)).sort((x, y) => x - y);
  return {
    wanted,
    share: at ? shareOf(at) : 0,
    log10P: roundLog10P(log10Bonferroni(bounds[wanted - 1] ?? 0, choices)),
    counted,
  };
}

/** Of the units drawn, those that both views pair alike. */
export function shareOf({ agreeing, labels }: Pick<Counted, "agreeing" | "labels">): number {
  return labels > 0 ? agreeing / labels : 0;
}

/** Places away from the ends. */
export function middleOf(layers: number): ReadonlySet<number> {
  const all = Array.from({ length: layers }, (_, l) => l);
  return new Set(all.filter((l) => (l + 0.5) / layers >= MIDDLE.from && (l + 0.5) / layers <= MIDDLE.to));
}
