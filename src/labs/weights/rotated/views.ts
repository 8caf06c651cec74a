/**
 * What is looked at of a unit: its gate row and its up row along the directions that tokens give, the gain before them
 * folded in; without a gate the up row along two sets of directions. A rotation of the residual stream leaves both as
 * they were, and so does a scale moved between a norm and what reads it.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { Run } from "../../../kernels/row-order.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";
import type { Block } from "../pairing/method.js";
import type { Side } from "../pairing/way.js";
import { looksDrawn } from "../tests/looks-drawn.js";

interface Seeing {
  model: Model;
  /** Of both views one after another where there is no gate. */
  directions: Matrix;
  gated: boolean;
}

/** A block's units in both views, and what more of them can be read along the directions, the gain folded in. */
export interface Viewed extends Side {
  /** How many directions there are, and rows along all of them. */
  directions: number;
  rows(part: "gate" | "up", units: readonly number[]): Promise<Float32Array>;
  areDrawn(units: readonly number[], valuesMax?: number): Promise<boolean>;
}

/** Both views of all units of a block, each row at length one. @param width of the wider of the two models' rows */
export async function viewed(
  { model, directions, gated }: Seeing,
  block: Block,
  width: number,
  compute: Compute,
): Promise<Viewed> {
  const along = withGain(directions, await gainOf(model, block.layer, compute));
  const project = (part: "gate" | "up", runs: Run[]) =>
    compute.project({ part: { matrix: block.mlp[part]!.matrix, runs }, directions: along });
  const all = await Promise.all(
    (gated ? (["gate", "up"] as const) : (["up"] as const)).map((part) =>
      project(part, [{ start: 0, count: block.units }]),
    ),
  );
  const [matching, testing] = gated ? [all[0]!, all[1]!] : halves(all[0]!);
  const rows: Viewed["rows"] = async (part, units) =>
    (
      await project(
        part,
        units.map((start) => ({ start, count: 1 })),
      )
    ).data;
  const columns = gated ? along.n : along.n / 2;
  return {
    block,
    // Up rows may be turned over with their column of down, so that their mean is nobody's where a gate goes with them.
    matching: evened(matching, true),
    testing: evened(testing, !gated),
    columns,
    width,
    values: async (units) => firstColumns(await rows(gated ? "gate" : "up", units), along.n, columns),
    areDrawn: (units, valuesMax) => areDrawn(block, units, compute, valuesMax),
    directions: along.n,
    rows,
  };
}

function firstColumns(rows: Float32Array, width: number, columns: number): Float32Array {
  const out = new Float32Array((rows.length / width) * columns);
  for (let r = 0; r * width < rows.length; r++) out.set(rows.subarray(r * width, r * width + columns), r * columns);
  return out;
}

/** Of stored rows: what training made of them stands out however the stream is turned. */
async function areDrawn(
  { mlp: { gate, up } }: Block,
  units: readonly number[],
  compute: Compute,
  valuesMax?: number,
): Promise<boolean> {
  for (const tensor of [gate, up]) {
    if (tensor === null) continue;
    const { matrix } = tensor;
    const rows = await compute.rows({ matrix, runs: units.map((start) => ({ start, count: 1 })) });
    if (looksDrawn(rows, matrix.columns, valuesMax)) return true;
  }
  return false;
}

/** Where attention and MLP read one norm (parallel blocks) that is the attention's; where none is read before, ones. */
async function gainOf({ tensors, config, hidden }: Model, layer: number, compute: Compute): Promise<Float32Array> {
  const at = (role: string) => tensors.get(`layers.${layer}.${role}`);
  const tensor = at("norm.mlp") ?? (at("norm.mlp.post") ? undefined : at("norm.attention"));
  if (tensor?.matrix.columns !== hidden) return new Float32Array(hidden).fill(1);
  const stored = await compute.load(tensor.matrix);
  return heldLessOne(tensor, config.modelType) ? stored.map((gain) => gain + 1) : stored;
}

/** Gemma's files hold gains less 1, but for GGUF, which holds them whole. */
function heldLessOne({ sourceName }: CanonicalTensor, modelType: string | null): boolean {
  return (modelType?.startsWith("gemma") ?? false) && !/^(blk\.|output_norm)/.test(sourceName);
}

function withGain({ n, k, data }: Matrix, gain: Float32Array): Matrix {
  const out = new Float32Array(new SharedArrayBuffer(n * k * 4));
  for (let i = 0; i < out.length; i++) out[i] = data[i]! * gain[i % k]!;
  return { n, k, data: out };
}

function halves(all: Matrix): [Matrix, Matrix] {
  const k = all.k / 2;
  const part = (from: number): Matrix => {
    const data = new Float32Array(new SharedArrayBuffer(Math.max(4, all.n * k * 4)));
    for (let r = 0; r < all.n; r++) data.set(all.data.subarray(r * all.k + from, r * all.k + from + k), r * k);
    return { n: all.n, k, data };
  };
  return [part(0), part(k)];
}

/** In place: each row to length one, where asked less the mean row, to length one again. A row of nothing stays nothing. */
function evened(rows: Matrix, centred: boolean): Matrix {
  const live = toLengthOne(rows);
  if (!centred || live === 0) return rows;
  const { n, k, data } = rows;
  const mean = new Float64Array(k);
  for (let i = 0; i < n * k; i++) mean[i % k]! += data[i]! / live;
  for (let r = 0; r < n; r++) {
    const row = data.subarray(r * k, (r + 1) * k);
    if (row.some((value) => value !== 0)) for (let c = 0; c < k; c++) row[c]! -= mean[c]!;
  }
  toLengthOne(rows);
  return rows;
}

/** In place; how many rows hold anything. */
function toLengthOne({ n, k, data }: Matrix): number {
  let live = 0;
  for (let r = 0; r < n; r++) {
    const row = data.subarray(r * k, (r + 1) * k);
    let square = 0;
    for (let c = 0; c < k; c++) square += row[c]! ** 2;
    const fits = square > 0 && square < Number.POSITIVE_INFINITY;
    const by = fits ? 1 / Math.sqrt(square) : 0;
    for (let c = 0; c < k; c++) row[c] = fits ? row[c]! * by : 0;
    if (fits) live++;
  }
  return live;
}
