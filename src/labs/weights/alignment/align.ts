/**
 * The aligned test of two models: rotate the suspect's residual stream onto the reference's from quantities that a
 * disguise cannot change, then ask whether units that answer to each other by gate rows also do by up rows. First one
 * rotation for the whole model; if that is silent, one for each promising pair of layers (partial theft).
 * Rests on P0 with 5 % tolerance (words.ts), not on random draws alone: independent models can learn one pairing.
 */
import { prng } from "../../../base/prng.js";
import { type Dense, padded, timesTransposed } from "../../../kernels/rotation/dense.js";
import { log10Bonferroni, roundLog10P } from "../../../stats/combine.js";
import { log10SelfMatchBound } from "../../../stats/self-matches.js";
import { log10TolerantBound } from "../../../stats/tolerant-bound.js";
import type { SharedTokens } from "../shared-tokens.js";
import { type Agreement, type AlignedRows, agreement } from "./agreement.js";
import { type CanonicalModel, type UnitRows, wholeModel } from "./canonical.js";
import { LAYER_WORK_MAX, MIXES_LAYER, MIXES_WHOLE, MODES, STEPS_LAYER, STEPS_TRIAL, STEPS_WHOLE } from "./method.js";
import { type Prepared, type Problem, prepare, problemOf } from "./problem.js";
import { procrustesStart } from "./procrustes.js";
import { type Refined, refine } from "./refine.js";
import { type Basis, basisOf, type Mix, randomMix, spectralStart } from "./start.js";

/** The layer pair that answers best, with all multiplicity paid. */
export interface AlignedResult extends Agreement {
  mode: "whole model" | "layer by layer";
  start: "blind" | "shared tokens";
  restarts: number;
  objective: number;
  referenceLayer: number;
  suspectLayer: number;
  /** Under P0 with 5 % tolerance, and under P0 alone (a description: P0 alone is known to fail a little). */
  log10P: number;
  log10PUntolerant: number;
}

export interface AlignRequest {
  reference: CanonicalModel;
  suspect: CanonicalModel;
  tokens: SharedTokens | null;
  seed: string;
  onProgress: (done: number, total: number) => void;
}

/** α of the outcome rules; reaching it ends the search. */
const LOG10_ENOUGH = -6;

export function align(request: AlignRequest): AlignedResult {
  const whole = alignWhole(request);
  const { reference, suspect } = request;
  const width = commonWidth(request);
  if (whole.log10P <= LOG10_ENOUGH || width ** 3 * reference.layers.length * suspect.layers.length > LAYER_WORK_MAX)
    return whole;
  return better(whole, alignLayers(request));
}

/** One rotation for the whole model, and how it was found. */
export function alignedRotation(request: Omit<AlignRequest, "onProgress">): {
  rotation: Dense;
  objective: number;
  start: AlignedResult["start"];
} {
  const { reference, suspect, tokens, seed } = request;
  const width = commonWidth(request);
  const a = prepare(wholeModel(reference), width);
  const b = prepare(wholeModel(suspect), width);
  const problem = problemOf(a, b);
  const source = prng("assay/weights/aligned/whole", seed);
  const blind = best(
    mixes(a, MIXES_WHOLE, source).map((mix) => spectralStart(basisOf(a, mix), basisOf(b, mix), source)),
    (s) => s.value,
  );
  let trial = refine(problem, blind.rotation, STEPS_TRIAL);
  let start: AlignedResult["start"] = "blind";
  const byTokens = tokens && procrustesStart(reference.embedding, suspect.embedding, tokens, width, seed);
  if (byTokens) {
    const other = refine(problem, byTokens, STEPS_TRIAL);
    if (other.objective > trial.objective) [trial, start] = [other, "shared tokens"];
  }
  const { rotation, objective } = refine(problem, trial.rotation, STEPS_WHOLE);
  return { rotation, objective, start };
}

function alignWhole(request: AlignRequest): AlignedResult {
  const width = commonWidth(request);
  const { rotation, objective, start } = alignedRotation(request);
  const as = request.reference.layers.map(({ mlp }) => inWidth(mlp, width));
  const bs = request.suspect.layers.map(({ mlp }) => rotated(mlp, rotation, width));
  const how = { mode: "whole model" as const, start, restarts: MIXES_WHOLE, objective };
  const results: AlignedResult[] = as.flatMap((x, i) =>
    bs.map((y, j) => ({
      ...how,
      ...judged(agreement(x, y), as.length * bs.length),
      referenceLayer: i,
      suspectLayer: j,
    })),
  );
  return results.reduce(better);
}

/** Every layer pair gets a start and a trial; the pairs that fit best are climbed to the end and tested. */
function alignLayers(request: AlignRequest): AlignedResult {
  const { reference, suspect, seed, onProgress } = request;
  const width = commonWidth(request);
  const source = prng("assay/weights/aligned/layers", seed);
  const as = reference.layers.map((l) => prepare(l.quantities, width));
  const bs = suspect.layers.map((l) => prepare(l.quantities, width));
  const chosen = mixes(as[0]!, MIXES_LAYER, source);
  const basesA = as.map((side) => chosen.map((mix) => basisOf(side, mix)));
  const basesB = bs.map((side) => chosen.map((mix) => basisOf(side, mix)));
  const pairs = as.flatMap((_, i) => bs.map((__, j) => ({ i, j })));
  const tested = Math.max(as.length, bs.length);
  const total = pairs.length + tested;
  const trials = pairs.map(({ i, j }, at) => {
    onProgress(at, total);
    const problem = problemOf(as[i]!, bs[j]!);
    return { i, j, problem, ...tried(problem, basesA[i]!, basesB[j]!, `${i}:${j}`, seed) };
  });
  trials.sort((x, y) => y.objective - x.objective || x.i - y.i || x.j - y.j);
  const results = trials.slice(0, tested).map(({ i, j, problem, rotation }, at): AlignedResult => {
    onProgress(pairs.length + at, total);
    const done = refine(problem, rotation, STEPS_LAYER);
    const found = agreement(
      inWidth(reference.layers[i]!.mlp, width),
      rotated(suspect.layers[j]!.mlp, done.rotation, width),
    );
    const how = { mode: "layer by layer" as const, start: "blind" as const, restarts: MIXES_LAYER };
    return { ...how, objective: done.objective, ...judged(found, pairs.length), referenceLayer: i, suspectLayer: j };
  });
  return results.reduce(better);
}

function tried(problem: Problem, a: readonly Basis[], b: readonly Basis[], pair: string, seed: string): Refined {
  const source = prng(`assay/weights/aligned/signs/${pair}`, seed);
  const start = best(
    a.map((basis, at) => spectralStart(basis, b[at]!, source)),
    (s) => s.value,
  );
  return refine(problem, start.rotation, STEPS_TRIAL);
}

function judged(found: Agreement, layerPairs: number) {
  const choices = MODES * layerPairs;
  const { agreeing, pairs, labels } = found;
  return {
    ...found,
    log10P: roundLog10P(log10Bonferroni(log10TolerantBound(pairs, labels, agreeing), choices)),
    log10PUntolerant: roundLog10P(log10Bonferroni(log10SelfMatchBound([pairs], labels, agreeing), choices)),
  };
}

/** The smaller p; among equals the one with the smaller p without tolerance, then the first. */
function better(x: AlignedResult, y: AlignedResult): AlignedResult {
  if (x.log10P !== y.log10P) return y.log10P < x.log10P ? y : x;
  return y.log10PUntolerant < x.log10PUntolerant ? y : x;
}

function mixes(side: Prepared, count: number, source: ReturnType<typeof prng>): Mix[] {
  const names = [...side.symmetric.keys()];
  return Array.from({ length: count }, () => randomMix(names, source));
}

function commonWidth({ reference, suspect }: Pick<AlignRequest, "reference" | "suspect">): number {
  return Math.max(reference.hidden, suspect.hidden);
}

function inWidth(rows: UnitRows, width: number): AlignedRows {
  return { gate: padded(rows.gate, rows.gate.rows, width), up: padded(rows.up, rows.up.rows, width) };
}

/** Rows y of the suspect stand at yRᵀ in the reference's basis. */
function rotated(rows: UnitRows, rotation: Dense, width: number): AlignedRows {
  const { gate, up } = inWidth(rows, width);
  return { gate: timesTransposed(gate, rotation), up: timesTransposed(up, rotation) };
}

function best<T>(items: readonly T[], value: (item: T) => number): T {
  return items.reduce((held, item) => (value(item) > value(held) ? item : held));
}
