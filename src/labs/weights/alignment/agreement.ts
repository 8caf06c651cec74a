/**
 * After alignment: units of two layers that are each other's nearest by gate rows, and separately by up rows (either
 * sign: up and down may be rescaled by a negative number), and how many pairs the two lists share.
 * Given the unordered rows, the alignment and both lists stand still when the up rows of one model are dealt out to
 * its gate rows anew; only the count of shared pairs moves. That is what makes it a test (P0 in words.ts).
 */
import type { Compute } from "../../../kernels/compute.js";
import { type Dense, padded, timesTransposed } from "../../../kernels/rotation/dense.js";
import type { CanonicalModel } from "./canonical.js";
import { shared } from "./clouds.js";

export interface Agreement {
  /** k: pairs in both lists. */
  agreeing: number;
  /** m: suspect units that stand in both lists. */
  pairs: number;
  /** n: units of the smaller side. */
  labels: number;
}

export interface LayerPair {
  referenceLayer: number;
  suspectLayer: number;
}

/** The count of each listed layer pair under one rotation (rows y of the suspect stand at yRᵀ in the reference's basis). */
export async function agreements(
  { reference, suspect }: { reference: CanonicalModel; suspect: CanonicalModel },
  rotation: Dense,
  pairs: readonly LayerPair[],
  compute: Compute,
): Promise<(Agreement & LayerPair)[]> {
  const width = rotation.rows;
  const mine = new Map<number, ReturnType<typeof rowsOf>>();
  const theirs = new Map<number, ReturnType<typeof rowsOf>>();
  const inBasis = (a: Dense) => shared(padded(a, a.rows, width));
  const turned = (a: Dense) => shared(timesTransposed(padded(a, a.rows, width), rotation));
  for (const { referenceLayer: i, suspectLayer: j } of pairs) {
    if (!mine.has(i)) mine.set(i, rowsOf(reference, i, inBasis));
    if (!theirs.has(j)) theirs.set(j, rowsOf(suspect, j, turned));
  }
  const jobs = new Map<number, LayerPair[]>();
  for (const pair of pairs) jobs.set(pair.suspectLayer, [...(jobs.get(pair.suspectLayer) ?? []), pair]);
  const done = await Promise.all(
    [...jobs.values()].map(async (list) => {
      const sets = list.flatMap(({ referenceLayer: i, suspectLayer: j }) => [
        { a: mine.get(i)!.gate, b: theirs.get(j)!.gate, signed: false },
        { a: mine.get(i)!.up, b: theirs.get(j)!.up, signed: true },
      ]);
      const partners = await compute.partners({ sets });
      // Numbers alone: a pair may come with the rotation that was found for it, which is no part of a count.
      return list.map(({ referenceLayer, suspectLayer }, at) => ({
        referenceLayer,
        suspectLayer,
        ...counted(partners[2 * at]!, partners[2 * at + 1]!, sets[2 * at]!),
      }));
    }),
  );
  return done.flat();
}

/** Units of one layer pair in both lists alike: the reference's and the suspect's, as the canonical models number them. */
export async function agreeingUnits(
  { reference, suspect }: { reference: CanonicalModel; suspect: CanonicalModel },
  rotation: Dense,
  { referenceLayer, suspectLayer }: LayerPair,
  compute: Compute,
): Promise<[number, number][]> {
  const width = rotation.rows;
  const mine = rowsOf(reference, referenceLayer, (a) => shared(padded(a, a.rows, width)));
  const theirs = rowsOf(suspect, suspectLayer, (a) => shared(timesTransposed(padded(a, a.rows, width), rotation)));
  const sets = [
    { a: mine.gate, b: theirs.gate, signed: false },
    { a: mine.up, b: theirs.up, signed: true },
  ];
  const [byGate, byUp] = await compute.partners({ sets });
  return [...byGate!].flatMap((own, j): [number, number][] => (own >= 0 && own === byUp![j] ? [[own, j]] : []));
}

function rowsOf({ layers }: CanonicalModel, layer: number, brought: (rows: Dense) => ReturnType<typeof shared>) {
  const { gate, up } = layers[layer]!.mlp;
  return { gate: brought(gate), up: brought(up) };
}

function counted(byGate: Int32Array, byUp: Int32Array, { a, b }: { a: { n: number }; b: { n: number } }): Agreement {
  let [agreeing, pairs] = [0, 0];
  for (let j = 0; j < byGate.length; j++) {
    if (byGate[j]! < 0 || byUp[j]! < 0) continue;
    pairs++;
    if (byGate[j] === byUp[j]) agreeing++;
  }
  return { agreeing, pairs, labels: Math.min(a.n, b.n) };
}
