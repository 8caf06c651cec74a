/**
 * Ways to find the rotation of the suspect's residual stream, each from unordered rows alone: through shared token
 * strings, blindly for the whole model (with and without its embeddings), and for one pair of layers (partial theft).
 * Each climbs on quantities, then settles on clouds of rows (kernels/rotation).
 */

import { procrustesStart } from "../../../alignment/procrustes.js";
import type { SharedTokens } from "../../../alignment/shared-tokens.js";
import { prng } from "../../../base/prng.js";
import type { Compute } from "../../../kernels/compute.js";
import { type Dense, inner, multiply, timesTransposed } from "../../../kernels/rotation/dense.js";
import { eigenvectors } from "../../../kernels/rotation/eigen.js";
import { findRotation, type RotationFound, type RotationJob } from "../../../kernels/rotation/job.js";
import type { BasisPair } from "../../../kernels/rotation/start.js";
import type { LayerPair } from "./agreement.js";
import { type CanonicalModel, sumOfLayers, wholeModel } from "./canonical.js";
import { tokenCloud, unitClouds } from "./clouds.js";
import {
  type AlignmentMode,
  MIXES_WHOLE,
  SHARPNESS_LAST,
  SHARPNESS_TOKENS,
  SHARPNESS_UNITS,
  STEPS_WHOLE,
} from "./method.js";
import { mixed, prepare, randomMixes, termsOf } from "./terms.js";

export interface Bench {
  reference: CanonicalModel;
  suspect: CanonicalModel;
  width: number;
  seed: string;
  compute: Compute;
}

export interface Attempt {
  mode: AlignmentMode;
  rotation: Dense;
  objective: number | null;
  fit: number | null;
}

const NO_TERMS = { symmetric: [], general: [], vectors: [] };

/** Null where too few tokens are shared to start from. */
export async function throughTokens(bench: Bench, tokens: SharedTokens): Promise<Attempt | null> {
  const { reference, suspect, width, seed } = bench;
  const start = procrustesStart(reference.embedding, suspect.embedding, tokens, width, seed);
  if (!start) return null;
  const rotation = await onUnits(bench, Float32Array.from(start.data), SHARPNESS_LAST);
  return attempt("shared tokens", rotation, width);
}

/** @param number which blind attempt this is: each draws other mixes from the seed */
export async function blindly(bench: Bench, number: number): Promise<Attempt> {
  const { width, compute } = bench;
  const { mixes, job } = blindSearch(bench, number);
  const [a, b] = await Promise.all(mixes.map((matrices) => compute.eigen({ width, matrices })));
  const climbed = await compute.rotate(job(paired(a!, b!)));
  const settled = await onUnits(bench, climbed.rotation, SHARPNESS_LAST);
  return attempt("blind", { ...settled, objective: climbed.objective }, width);
}

/** The rotation of the whole model, found blindly on the calling thread; units not yet looked at. */
export function alignedRotation(models: Pick<Bench, "reference" | "suspect" | "seed">): { rotation: Dense } {
  const width = Math.max(models.reference.hidden, models.suspect.hidden);
  const { mixes, job } = blindSearch({ ...models, width }, 0);
  const [a, b] = mixes.map((matrices) => eigenvectors({ width, matrices }));
  return { rotation: dense(findRotation(job(paired(a!, b!))).rotation, width) };
}

/** Mixes whose eigenbases start the search, one list a side, and the search from there. */
function blindSearch({ reference, suspect, width, seed }: Omit<Bench, "compute">, number: number) {
  const a = prepare(wholeModel(reference), width);
  const b = prepare(wholeModel(suspect), width);
  const drawn = randomMixes(a, MIXES_WHOLE, prng(`assay/weights/aligned/whole ${number}`, seed));
  const job = (bases: BasisPair[]): RotationJob => ({
    width,
    terms: termsOf(a, b),
    start: { bases, seed: `${seed} ${number}` },
    steps: STEPS_WHOLE,
    clouds: [tokenCloud(reference, suspect)],
    sharpness: SHARPNESS_TOKENS,
  });
  return { mixes: [a, b].map((side) => drawn.map((mix) => mixed(side, mix))), job };
}

/** For a suspect whose embeddings were replaced: the sum of all layers' quantities stands in for them. */
export async function withoutEmbeddings(bench: Bench): Promise<Attempt> {
  const { reference, suspect, width, seed, compute } = bench;
  const a = prepare(sumOfLayers(reference), width);
  const b = prepare(sumOfLayers(suspect), width);
  const drawn = randomMixes(a, MIXES_WHOLE, prng("assay/weights/aligned/whole, layers alone", seed));
  const [basesA, basesB] = await Promise.all(
    [a, b].map((side) => compute.eigen({ width, matrices: drawn.map((mix) => mixed(side, mix)) })),
  );
  const climbed = await compute.rotate({
    width,
    terms: termsOf(a, b),
    start: { bases: paired(basesA!, basesB!), seed },
    steps: STEPS_WHOLE,
    clouds: [],
    sharpness: [],
  });
  const settled = await onUnits(bench, climbed.rotation, SHARPNESS_UNITS);
  return attempt("blind, without embeddings", { ...settled, objective: climbed.objective }, width);
}

/** Settles on the units of the layers that answer to each other best under the rotation. */
async function onUnits(bench: Bench, rotation: Float32Array, sharpness: readonly number[]): Promise<RotationFound> {
  const { reference, suspect, width, compute } = bench;
  const clouds = counterparts(bench, dense(rotation, width)).flatMap(({ referenceLayer, suspectLayer }) =>
    unitClouds(reference.layers[referenceLayer]!.mlp, suspect.layers[suspectLayer]!.mlp),
  );
  return compute.rotate({ width, terms: NO_TERMS, start: { rotation }, steps: 0, clouds, sharpness });
}

/** Layers that are each other's best by their Grams; at least one pair. */
function counterparts({ reference, suspect, width }: Bench, rotation: Dense): LayerPair[] {
  const as = reference.layers.map((l) => prepare(l.quantities, width));
  const bs = suspect.layers.map((l) => {
    const side = prepare(l.quantities, width);
    return [...side.symmetric].map(([name, b]) => [name, timesTransposed(multiply(rotation, b), rotation)] as const);
  });
  const likeness = as.map((a) =>
    bs.map((b) => b.reduce((sum, [name, y]) => sum + inner(a.symmetric.get(name)!, y), 0)),
  );
  const best = (values: readonly number[]) => values.indexOf(Math.max(...values));
  const ofSuspect = bs.map((_, j) => best(likeness.map((row) => row[j]!)));
  return likeness
    .map((row, i) => ({ referenceLayer: i, suspectLayer: best(row) }))
    .filter(({ referenceLayer, suspectLayer }) => ofSuspect[suspectLayer] === referenceLayer);
}

function paired(as: readonly Float64Array[], bs: readonly Float64Array[]): BasisPair[] {
  return as.map((a, at) => ({ a, b: bs[at]! }));
}

function attempt(mode: AlignmentMode, { rotation, objective, fit }: RotationFound, width: number): Attempt {
  return { mode, rotation: dense(rotation, width), objective, fit };
}

/** @param values row-major, width × width, in f32; a copy in f64 */
export function dense(values: Float32Array, width: number): Dense {
  return { rows: width, columns: width, data: Float64Array.from(values) };
}
