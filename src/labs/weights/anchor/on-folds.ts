/**
 * The init anchor where one side is a sketch: folds of gate, up and value rows, row by row, nothing moved. A fold of a
 * normal row, each bucket divided by the root of its size, is normal with equal variances but for the direction that
 * centring the row took away; off that direction it points uniformly in k − 1 dimensions, so the bound of bound.ts holds
 * with N = k − 1 a row, whatever the row's length was. A rotation of the whole stream does not act on folds: no disguise
 * is undone here.
 */
import { AssayError } from "../../../base/error.js";
import { foldSigns } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { Model } from "../../../model/model.js";
import { WIDTH } from "../method.js";
import { HALF_ERROR } from "../sketch/half.js";
import { commonWidth } from "../sketch/meet.js";
import { type Planned, planOf, sizesOf, unsketched } from "../sketch/plan.js";
import { inParallel } from "../work.js";
import { type Answer, type AsStored, type AsStoredRequest, anchored, type Compared } from "./as-stored.js";
import type { Products } from "./held-change.js";

/** Rows of one matrix, brought to unit length in the dimensions in which a normal row points uniformly. */
interface Rows {
  role: string;
  total: number;
  columns: number;
  folds: Matrix;
  dimensions: number;
  /** How far rounding may have turned each row, as a chord. */
  turned: Float64Array;
}

/** @returns null when no rows of the two can be set against each other */
export async function onFolds(request: AsStoredRequest): Promise<AsStored | null> {
  const { init, suspect, seedBits } = request;
  const folded = await foldsOf(request, [init, suspect]);
  if (!folded) return null;
  const [mine, theirs] = folded as [Rows[][], Rows[][]];
  const parts = mine.map((a, i): Answer => {
    let best: Answer = { initLayer: i, suspectLayer: null, n: 0, cosine: 0 };
    for (const [j, b] of theirs.entries()) {
      const found = a.map((x) =>
        compareRows(
          x,
          b.find((y) => y.role === x.role),
        ),
      );
      const n = found.reduce((sum, c) => sum + c.n, 0);
      const cosine = n > 0 ? found.reduce((sum, c) => sum + c.n * c.cosine, 0) / n : 0;
      if (n > 0 && (best.n === 0 || cosine > best.cosine)) best = { initLayer: i, suspectLayer: j, n, cosine };
    }
    return best;
  });
  return anchored(parts, suspect.layers, seedBits);
}

/** Rows of each model, by layer; null where one has none that a sketch would hold. The first is the draw. */
async function foldsOf(request: AsStoredRequest, models: readonly Model[]): Promise<Rows[][][] | null> {
  if (models.some((model) => unsketched(model) !== null)) return null;
  const init = models[0]!;
  const width = commonWidth(WIDTH, models);
  if (init.sketch && init.sketch.width !== width)
    throw new AssayError(
      "USAGE",
      `sketch: expected width ${init.sketch.width} beside a sketch of initial weights, got ${width}`,
    );
  const sampled = models.some((m) => m.sketch?.rows === "sampled");
  const out: Rows[][][] = [];
  for (const model of models) {
    const plan = planOf(sizesOf(model), request.seed, sampled ? "sampled" : "all");
    const stage = model === init ? "folds of the initial weights" : "folds of a model";
    const layers = Array.from({ length: model.layers }, (_, l) => plan.filter((p) => p.layer === l));
    const rows = (list: readonly Planned[]) => Promise.all(list.map((p) => rowsOf(request, model, p, width)));
    out.push(await inParallel(request.work, stage, layers, rows));
  }
  return out;
}

/** Products of unit folds of the draw, the reference and the suspect over the layers that answered. */
export async function productsOnFolds(
  request: AsStoredRequest,
  reference: Model,
  answers: readonly Answer[],
): Promise<Products[]> {
  const folded = await foldsOf(request, [request.init, reference, request.suspect]);
  if (!folded) return [];
  const [draws, owns, others] = folded as [Rows[][], Rows[][], Rows[][]];
  return answers.flatMap(({ initLayer: i, suspectLayer: j }) => {
    if (i === null || j === null) return [];
    return draws[i]!.flatMap((draw) => {
      const [own, other] = [owns[i]!, others[j]!].map((rows) => rows.find(({ role }) => role === draw.role));
      return own && other && comparable(draw, own) && comparable(draw, other) ? [productsOf(draw, own, other)] : [];
    });
  });
}

function productsOf(draw: Rows, own: Rows, other: Rows): Products {
  const sum = (a: Rows, b: Rows) => a.folds.data.reduce((total, x, at) => total + x * b.folds.data[at]!, 0);
  return {
    drawDraw: sum(draw, draw),
    referenceDraw: sum(draw, own),
    referenceReference: sum(own, own),
    suspectDraw: sum(draw, other),
    suspectSuspect: sum(other, other),
    referenceSuspect: sum(own, other),
  };
}

function comparable(a: Rows, b: Rows): boolean {
  return a.total === b.total && a.columns === b.columns && a.folds.n === b.folds.n && a.dimensions >= 2;
}

async function rowsOf(
  { seed, compute }: AsStoredRequest,
  model: Model,
  planned: Planned,
  width: number,
): Promise<Rows> {
  const { matrix } = model.tensors.get(planned.name)!;
  const { role, part, runs, rows: total, columns } = planned;
  const parts = [{ matrix, runs }];
  const held = await compute.sketch({
    unit: "rows",
    parts,
    firstPart: part,
    width,
    groups: 1,
    seed,
    centred: false,
  });
  const { scale, taken, dimensions } = geometry(columns, width, seed, part);
  const folds = { n: held.n, k: width, data: new Float32Array(held.n * width) };
  const turned = new Float64Array(held.n);
  for (let r = 0; r < held.n; r++) {
    const row = Float64Array.from({ length: width }, (_, j) => held.data[r * width + j]! * scale[j]!);
    const along = row.reduce((sum, x, j) => sum + x * taken[j]!, 0);
    for (let j = 0; j < width; j++) row[j]! -= along * taken[j]!;
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (!(length > 0)) continue;
    for (let j = 0; j < width; j++) folds.data[r * width + j] = row[j]! / length;
    // A vector moved by e and then scaled to length one moves by at most 2 e / length. Held rows have length one.
    if (matrix.folded) turned[r] = (2 * (HALF_ERROR + Math.sqrt(width) * 2 ** -25) * Math.max(...scale)) / length;
  }
  return { role, total, columns, folds, dimensions, turned };
}

/** Root of each bucket's size, undone; the direction that centring removes; in how many dimensions the rest points. */
function geometry(columns: number, width: number, seed: string, part: number) {
  const signs = foldSigns(columns, width, seed, part);
  const [size, sum] = [new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < columns; i++) {
    size[i % width]!++;
    sum[i % width]! += signs[i]!;
  }
  const scale = size.map((n) => (n > 0 ? 1 / Math.sqrt(n) : 0));
  const centred = sum.map((s, j) => s * scale[j]!);
  const length = Math.sqrt(centred.reduce((total, x) => total + x * x, 0));
  const used = size.filter((n) => n > 0).length;
  if (length === 0) return { scale, taken: centred, dimensions: used };
  return { scale, taken: centred.map((x) => x / length), dimensions: used - 1 };
}

/** Row by row, the same labels on both sides; what rounding may have added is taken off. */
function compareRows(a: Rows, b: Rows | undefined): Compared {
  if (!b || !comparable(a, b)) return { n: 0, cosine: 0 };
  const { n, k } = a.folds;
  let sum = 0;
  for (let r = 0; r < n; r++) {
    for (let j = 0; j < k; j++) sum += a.folds.data[r * k + j]! * b.folds.data[r * k + j]!;
    sum -= a.turned[r]!;
  }
  return { n: n * a.dimensions, cosine: sum / n };
}
