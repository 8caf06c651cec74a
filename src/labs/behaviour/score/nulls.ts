/**
 * What a pair's score is ranked among: the two sides' scores with the panel, the panel's own pairs where its lineage is
 * documented, the reference's other models where they are given, and the largest score of each kind of look-alike in
 * the development set.
 */
import type { NullKind } from "../../../finding/outcome.js";
import { pairIndex } from "../agreement/agreement.js";
import type { FitFound } from "./development.js";

/** Who is who among the models of an examination; 0 is the reference, 1 the suspect. */
export interface Cast {
  groups: Int32Array;
  /** Presumed unrelated to both sides. */
  panel: readonly number[];
  /** Other models of the reference's maker, given as controls. */
  siblings: readonly number[];
  /** Whether groups among the panel are documented; if not, two of its models may well be related. */
  panelLabelled: boolean;
}

/** The kind of the development set that given siblings stand in for. */
const SIZES_KIND = "same maker, other size";

/** Groups among the panel's models: models of one lineage count once. */
export function panelFamilies({ groups, panel }: Cast): number {
  return new Set(panel.map((k) => groups[k])).size;
}

/** Places of the null pairs that involve a side. */
export function sidePairs({ panel }: Cast): number[] {
  return [0, 1].flatMap((side) => panel.map((k) => pairIndex(side, k)));
}

/** Places of the panel's own unrelated pairs; none where its lineage is not documented. */
export function panelPairs({ groups, panel, panelLabelled }: Cast): number[] {
  if (!panelLabelled) return [];
  const pairs: number[] = [];
  for (let i = 1; i < panel.length; i++)
    for (let j = 0; j < i; j++)
      if (groups[panel[i]!] !== groups[panel[j]!]) pairs.push(pairIndex(panel[i]!, panel[j]!));
  return pairs;
}

/** Each kind of null with its largest score and its number of families; a pair must stand above all of them. */
export function nullKinds(scores: Float64Array, cast: Cast, kinds: readonly string[], given: FitFound): NullKind[] {
  const families = panelFamilies(cast);
  const largest = (pairs: readonly number[]) => pairs.reduce((max, at) => Math.max(max, scores[at]!), -1e9);
  const found: NullKind[] = [
    { kind: "the reference with the panel", families, statisticMax: largest(cast.panel.map((k) => pairIndex(0, k))) },
    { kind: "the suspect with the panel", families, statisticMax: largest(cast.panel.map((k) => pairIndex(1, k))) },
  ];
  const own = panelPairs(cast);
  if (own.length > 0) found.push({ kind: "pairs of the panel", families, statisticMax: largest(own) });
  if (cast.siblings.length > 0)
    found.push({
      kind: "other models of the reference's maker, as given",
      families: 1,
      statisticMax: largest(cast.siblings.flatMap((k) => [pairIndex(0, k), pairIndex(1, k)])),
    });
  kinds.forEach((kind, i) => {
    if (kind === SIZES_KIND && cast.siblings.length > 0) return;
    const count = given.fit.nullFamilies[i]!;
    if (count === 0) return;
    // One of the study's six families of sizes stood above the other five: a further one may stand above all six.
    if (kind === SIZES_KIND)
      found.push({
        kind: `development set: ${kind}, and as far again as its largest family stands out`,
        families: count,
        statisticMax: given.beyond[i]!,
      });
    else found.push({ kind: `development set: ${kind}`, families: count, statisticMax: given.nullMax[i]! });
  });
  return found.map((kind) => ({ ...kind, statisticMax: rounded(kind.statisticMax) }));
}

/** Scores are stated with four decimals. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4 + 0;
}

/** log10 of (b + 1) / (m + 1) (Davison and Hinkley 1997, §4.2.3), rounded up. */
export function log10Rank(atOrAbove: number, nulls: number): number {
  return Math.min(0, Math.ceil(Math.log10((atOrAbove + 1) / (nulls + 1)) * 1e4) / 1e4);
}
