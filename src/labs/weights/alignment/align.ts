/**
 * The aligned test of two models: rotate the suspect's residual stream onto the reference's from quantities and row
 * sets that a disguise cannot change, then ask whether units that answer to each other by gate rows also do by up
 * rows. First rotations of the whole model; if those are silent, one for each promising pair of layers (partial theft).
 * Rests on P0 with 5 % tolerance (words.ts), not on random draws alone: independent models can learn one pairing.
 */

import type { SharedTokens } from "../../../alignment/shared-tokens.js";
import type { Compute } from "../../../kernels/compute.js";
import type { Dense } from "../../../kernels/rotation/dense.js";
import { log10Bonferroni, roundLog10P } from "../../../stats/combine.js";
import { log10SelfMatchBound } from "../../../stats/self-matches.js";
import { log10TolerantBound } from "../../../stats/tolerant-bound.js";
import { type Agreement, agreements, type LayerPair } from "./agreement.js";
import { type Attempt, type Bench, blindly, throughTokens, withoutEmbeddings } from "./attempts.js";
import type { CanonicalModel } from "./canonical.js";
import { layerByLayer } from "./layer-pairs.js";
import { type AlignmentMode, BLIND_ATTEMPTS, LAYER_WORK_MAX, LOOKS } from "./method.js";

/** One layer pair's count, with all multiplicity paid. */
export interface LayerPairResult extends Agreement, LayerPair {
  /** Under P0 with 5 % tolerance, and under P0 alone (a description: P0 alone is known to fail a little). */
  log10P: number;
  log10PUntolerant: number;
}

/** One way of aligning, and the best layer pair under it. */
export interface AttemptResult {
  mode: AlignmentMode;
  objective: number | null;
  fit: number | null;
  best: LayerPairResult;
}

export interface AlignedResult extends LayerPairResult {
  mode: AlignmentMode;
  attempts: AttemptResult[];
  /** True where layers were not aligned one by one because it would have taken too long. */
  layersLeftOut: boolean;
  /** Every layer pair under the rotation of the attempt that answered best. */
  layerPairs: LayerPairResult[];
  /** That rotation: rows y of the suspect stand at yRᵀ in the reference's basis. */
  rotation: Dense;
}

export interface AlignRequest {
  reference: CanonicalModel;
  suspect: CanonicalModel;
  /** Tokens of the same string on both sides; null: none are known. */
  tokens: SharedTokens | null;
  seed: string;
  compute: Compute;
  onProgress: (done: number, total: number) => void;
}

/** α of the outcome rules; reaching it ends the search. */
export const LOG10_ENOUGH = -6;

interface Looked extends AttemptResult {
  layerPairs: LayerPairResult[];
  rotation: Dense;
}

/** Looks end as soon as one is decided; `attempts` lists all that were taken. */
export async function align(request: AlignRequest): Promise<AlignedResult> {
  const { reference, suspect, tokens, onProgress } = request;
  const bench: Bench = { ...request, width: Math.max(reference.hidden, suspect.hidden) };
  const all = reference.layers.flatMap((_, i) =>
    suspect.layers.map((__, j) => ({ referenceLayer: i, suspectLayer: j })),
  );
  const looks: Looked[] = [];
  const look = async (attempt: Attempt | null, pairs: readonly LayerPair[] = all): Promise<boolean> => {
    if (!attempt) return false;
    const counts = await agreements(bench, attempt.rotation, pairs, bench.compute);
    const layerPairs = counts.map((count) => judged(count, all.length));
    const { mode, objective, fit } = attempt;
    looks.push({ mode, objective, fit, layerPairs, rotation: attempt.rotation, best: layerPairs.reduce(better) });
    onProgress(Math.min(looks.length, LOOKS), LOOKS);
    return layerPairs.some(({ log10P }) => log10P <= LOG10_ENOUGH);
  };
  let found = tokens !== null && (await look(await throughTokens(bench, tokens)));
  if (!found) found = await look(await blindly(bench, 0));
  if (!found) {
    const further = Array.from({ length: BLIND_ATTEMPTS - 1 }, (_, n) => blindly(bench, n + 1));
    for (const attempt of await Promise.all([...further, withoutEmbeddings(bench)]))
      if (!found) found = await look(attempt);
  }
  const small = bench.width ** 3 * all.length <= LAYER_WORK_MAX;
  if (!found && small) {
    const tried = await layerByLayer(bench, onProgress);
    for (const attempt of tried) await look(attempt, [attempt]);
    await look(tried.reduce((x, y) => ((y.fit ?? 0) > (x.fit ?? 0) ? y : x)));
  }
  const top = looks.reduce(telling);
  return {
    ...top.best,
    mode: top.mode,
    layersLeftOut: !found && !small,
    layerPairs: top.layerPairs,
    rotation: top.rotation,
    attempts: looks.map(({ layerPairs: _, rotation: __, ...attempt }) => attempt),
  };
}

/** The look with the better layer pair; of two alike the one that saw more pairs. */
function telling(x: Looked, y: Looked): Looked {
  if (better(y.best, x.best) === x.best) return x;
  if (better(x.best, y.best) === y.best) return y;
  return y.layerPairs.length > x.layerPairs.length ? y : x;
}

/** A layer pair is looked at once in each of LOOKS ways, and chosen among all. */
function judged(found: Agreement & LayerPair, layerPairs: number): LayerPairResult {
  const choices = LOOKS * layerPairs;
  const { agreeing, pairs, labels } = found;
  return {
    ...found,
    log10P: roundLog10P(log10Bonferroni(log10TolerantBound(pairs, labels, agreeing), choices)),
    log10PUntolerant: roundLog10P(log10Bonferroni(log10SelfMatchBound([pairs], labels, agreeing), choices)),
  };
}

/** The smaller p; among equals the one with the smaller p without tolerance, then the first. */
function better(x: LayerPairResult, y: LayerPairResult): LayerPairResult {
  if (x.log10P !== y.log10P) return y.log10P < x.log10P ? y : x;
  return y.log10PUntolerant < x.log10PUntolerant ? y : x;
}
