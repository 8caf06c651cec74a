/**
 * Which layers answer to which: pairs of layers whose own evidence, the choice among all pairs paid, is below 10⁻⁶.
 * A layer that was repeated answers several. A description of where the likeness lies; the outcome rests on the tests.
 */
import type { Block, EvidenceMap, WeightsObservations } from "../observations.js";

/** Evidence that fixes a counterpart: one pair's p, the scan of all pairs paid. */
const COUNTERPART_LOG10P = -6;

export interface Counterparts {
  correspondence: WeightsObservations["correspondence"];
  /** For each suspect layer the reference layer it answers to best, or null. */
  ofSuspect: (number | null)[];
  /** MLPs that answer to each other where at least one is an expert; the best reference MLP of each suspect's. */
  experts?: readonly ExpertPair[];
}

/** null: the one MLP of a layer without experts. */
export interface ExpertPair {
  referenceLayer: number;
  referenceExpert: string | null;
  suspectLayer: number;
  suspectExpert: string | null;
}

/** @param maps evidence of pairs whose blocks were not kept one by one */
export function counterparts(
  blocks: readonly Block[],
  reference: { layers: number },
  suspect: { layers: number },
  maps: readonly EvidenceMap[] = [],
): Counterparts {
  const limit = COUNTERPART_LOG10P - Math.log10(reference.layers * suspect.layers);
  const best = Array.from({ length: reference.layers }, () => new Array<number>(suspect.layers).fill(0));
  const note = (i: number, j: number, log10P: number) => {
    const row = best[i]!;
    row[j] = Math.min(row[j]!, log10P);
  };
  for (const { referenceLayer, suspectLayer, log10P } of blocks)
    if (referenceLayer !== null && suspectLayer !== null) note(referenceLayer, suspectLayer, log10P);
  for (const map of maps)
    for (const [i, row] of map.log10P.entries()) for (const [j, log10P] of row.entries()) note(i, j, log10P);
  const ofSuspect = Array.from({ length: suspect.layers }, (_, j) => {
    const ranked = best
      .map((row, i) => ({ i, log10P: row[j]! }))
      .filter(({ log10P }) => log10P <= limit)
      .sort((a, b) => a.log10P - b.log10P || a.i - b.i);
    return ranked[0]?.i ?? null;
  });
  const correspondence = best.map((row, referenceLayer) => ({
    referenceLayer,
    suspectLayers: row.flatMap((log10P, j) => (log10P <= limit ? [j] : [])),
  }));
  return { correspondence, ofSuspect, experts: expertPairs(blocks) };
}

/** By the same evidence as layers, the choice among all pairs of MLPs that were looked at paid. */
function expertPairs(blocks: readonly Block[]): ExpertPair[] {
  const withExperts = blocks.filter((b) => b.referenceExpert !== undefined || b.suspectExpert !== undefined);
  const limit = COUNTERPART_LOG10P - Math.log10(Math.max(1, withExperts.length));
  const best = new Map<string, ExpertPair & { log10P: number }>();
  for (const { referenceLayer, suspectLayer, referenceExpert, suspectExpert, log10P } of withExperts) {
    if (referenceLayer === null || suspectLayer === null || log10P > limit) continue;
    const key = `${suspectLayer} ${suspectExpert ?? ""}`;
    if ((best.get(key)?.log10P ?? 0) > log10P)
      best.set(key, {
        referenceLayer,
        referenceExpert: referenceExpert ?? null,
        suspectLayer,
        suspectExpert: suspectExpert ?? null,
        log10P,
      });
  }
  return [...best.values()].map(({ log10P: _, ...pair }) => pair);
}
