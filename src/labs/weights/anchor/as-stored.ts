/**
 * The init anchor where nothing was moved: the suspect's tensors against the claimant's initial ones, value by value.
 * For each initial layer any suspect layer may answer, or none. Values are streamed, so any size of model will do.
 * It cannot see weights whose units or basis were changed (aligned.ts).
 */

import { labelRuns } from "../../../alignment/sampling.js";
import type { Compute } from "../../../kernels/compute.js";
import type { CanonicalTensor, Model, Role } from "../../../model/model.js";
import { inParallel, type Work } from "../work.js";
import { lnPStored } from "./bound.js";
import type { Products } from "./held-change.js";

/** Matrices that initialisation draws at random; gains and biases start as constants. */
const ROLES: readonly Role[] = [
  "attention.q",
  "attention.k",
  "attention.v",
  "attention.o",
  "mlp.gate",
  "mlp.up",
  "mlp.down",
];
const GLOBALS: readonly Role[] = ["embed", "output"];
/** Values of a tensor read whole; of a larger one so many rows. A cosine of 0.01 in 64 rows of 4,096 is z = 5 already. */
const WHOLE_VALUES_MAX = 256 * 1024;
const ROWS_MAX = 64;

/** One initial tensor against one of the suspect: values compared and their cosine. */
export interface Compared {
  n: number;
  cosine: number;
}

/** An initial layer (null: the embeddings) and what answers to it. */
export interface Answer {
  initLayer: number | null;
  suspectLayer: number | null;
  n: number;
  /** Mean of the cosines, weighted by values. */
  cosine: number;
}

export interface AsStored {
  z: number;
  /** Values compared. */
  values: number;
  lnP: number;
  /** ln of the choices paid for, seeds not counted. */
  logChoices: number;
  answers: Answer[];
}

export interface AsStoredRequest {
  init: Model;
  suspect: Model;
  seed: string;
  seedBits: number;
  compute: Compute;
  work: Work;
}

/** @returns null when no tensor of the two has the same shape */
export async function asStored(request: AsStoredRequest): Promise<AsStored | null> {
  const { init, suspect, work } = request;
  const pairs = layers(init).flatMap((i) => layers(suspect).map((j) => ({ i, j })));
  const compared = await inParallel(work, "initial weights against the suspect", pairs, async ({ i, j }) => {
    const tensors = ROLES.map((role) => sides(init, suspect, `layers.${i}.${role}`, `layers.${j}.${role}`));
    return { i, j, ...pooled(await compareAll(request, tensors)) };
  });
  const globals = await Promise.all(
    GLOBALS.map(async (role) => pooled(await compareAll(request, [sides(init, suspect, role, role)]))),
  );
  const best = layers(init).map((i): Answer => {
    const row = compared.filter((c) => c.i === i && c.n > 0);
    const found = row.sort((a, b) => b.cosine - a.cosine || a.j - b.j)[0];
    return { initLayer: i, suspectLayer: found?.j ?? null, n: found?.n ?? 0, cosine: found?.cosine ?? 0 };
  });
  const embeddings = globals.map((g): Answer => ({ initLayer: null, suspectLayer: null, ...g }));
  return anchored([...best, ...embeddings], suspect.layers, request.seedBits);
}

/**
 * Every part may be left out, and every layer has `choices` to answer to it; taking the best prefix by cosine is one
 * of the choices paid for.
 */
export function anchored(parts: readonly Answer[], choices: number, seedBits: number): AsStored | null {
  const present = parts.filter((p) => p.n > 0);
  if (present.length === 0) return null;
  const layersPaid = parts.filter((p) => p.initLayer !== null).length * Math.log(choices + 1);
  const logChoices = layersPaid + parts.filter((p) => p.initLayer === null).length * Math.LN2;
  const ranked = [...present].sort((a, b) => b.cosine - a.cosine);
  let best = { z: Number.NEGATIVE_INFINITY, values: 0, taken: 0 };
  let [sum, values] = [0, 0];
  for (const [at, { n, cosine }] of ranked.entries()) {
    sum += n * cosine;
    values += n;
    const z = sum / Math.sqrt(values);
    if (z > best.z) best = { z, values, taken: at + 1 };
  }
  const lnP = lnPStored(best.z, logChoices + seedBits * Math.LN2);
  const taken = new Set(ranked.slice(0, best.taken));
  return { z: best.z, values: best.values, lnP, logChoices, answers: present.filter((p) => taken.has(p)) };
}

function pooled(list: readonly Compared[]): Compared {
  const n = list.reduce((sum, c) => sum + c.n, 0);
  return { n, cosine: n > 0 ? list.reduce((sum, c) => sum + c.n * c.cosine, 0) / n : 0 };
}

/** Products of the draw, the reference and the suspect over the layers that answered. */
export async function productsAsStored(
  { init, suspect, seed, compute }: AsStoredRequest,
  reference: Model,
  answers: readonly Answer[],
): Promise<Products[]> {
  const named = answers.flatMap(({ initLayer: i, suspectLayer: j }) =>
    i === null || j === null
      ? []
      : ROLES.map((role) => [
          sides(init, reference, `layers.${i}.${role}`, `layers.${i}.${role}`),
          sides(init, suspect, `layers.${i}.${role}`, `layers.${j}.${role}`),
        ]),
  );
  const present = named.flatMap(([own, other]) => (own && other ? [{ t: own.a, a: own.b, b: other.b }] : []));
  return Promise.all(
    present.map(async ({ t, a, b }): Promise<Products> => {
      const runs = runsOf(t.matrix.rows, t.matrix.columns, seed);
      const of = (x: CanonicalTensor) => ({ matrix: x.matrix, runs });
      const [first, second, third] = await Promise.all([
        compute.compare({ a: of(t), b: of(a) }),
        compute.compare({ a: of(t), b: of(b) }),
        compute.compare({ a: of(a), b: of(b) }),
      ]);
      return {
        drawDraw: first.aa,
        referenceDraw: first.ab,
        referenceReference: first.bb,
        suspectDraw: second.ab,
        suspectSuspect: second.bb,
        referenceSuspect: third.ab,
      };
    }),
  );
}

type Sides = { a: CanonicalTensor; b: CanonicalTensor } | null;

function sides(init: Model, suspect: Model, initName: string, suspectName: string): Sides {
  const [a, b] = [init.tensors.get(initName), suspect.tensors.get(suspectName)];
  if (!a || !b || a.matrix.columns !== b.matrix.columns) return null;
  // Rows of a vocabulary may have been added; hidden units have to be as many.
  return a.matrix.rows === b.matrix.rows || a.layer === null ? { a, b } : null;
}

async function compareAll({ seed, compute }: AsStoredRequest, tensors: readonly Sides[]): Promise<Compared[]> {
  const present = tensors.flatMap((t) => (t ? [t] : []));
  return Promise.all(
    present.map(async ({ a, b }) => {
      const rows = Math.min(a.matrix.rows, b.matrix.rows);
      const runs = runsOf(rows, a.matrix.columns, seed);
      const sums = await compute.compare({ a: { matrix: a.matrix, runs }, b: { matrix: b.matrix, runs } });
      const length = Math.sqrt(sums.aa * sums.bb);
      return length > 0 ? { n: sums.n, cosine: sums.ab / length } : { n: 0, cosine: 0 };
    }),
  );
}

function runsOf(rows: number, columns: number, seed: string) {
  return labelRuns(rows, rows * columns > WHOLE_VALUES_MAX ? ROWS_MAX : rows, seed);
}

function layers(model: Model): number[] {
  return Array.from({ length: model.layers }, (_, l) => l);
}
