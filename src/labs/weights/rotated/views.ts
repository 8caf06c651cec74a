/**
 * What is looked at of a unit: its gate row and its up row along the directions that tokens give, the gain before them
 * folded in; without a gate the up row along two sets of directions. A rotation of the residual stream leaves both as
 * they were, and so does a scale moved between a norm and what reads it.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";
import type { Folded } from "../permuted/folds.js";
import type { Block } from "../permuted/method.js";

interface Side {
  model: Model;
  /** Of both views one after another where there is no gate. */
  directions: Matrix;
  gated: boolean;
}

/** A block's units in both views, and the directions with the gain folded in by which more can be read. */
export interface Viewed extends Folded {
  along: Matrix;
}

/** Both views of all units of a block, each row at length one. */
export async function viewed({ model, directions, gated }: Side, block: Block, compute: Compute): Promise<Viewed> {
  const along = withGain(directions, await gainOf(model, block.layer, compute));
  const all = await Promise.all(
    (gated ? (["gate", "up"] as const) : (["up"] as const)).map((part) =>
      compute.project({
        part: { matrix: block.mlp[part]!.matrix, runs: [{ start: 0, count: block.units }] },
        directions: along,
      }),
    ),
  );
  const [matching, testing] = gated ? [all[0]!, all[1]!] : halves(all[0]!);
  // Up rows may be turned over with their column of down, so that their mean is nobody's where a gate goes with them.
  return { block, scales: NO_SCALES, along, matching: evened(matching, true), testing: evened(testing, !gated) };
}

/** The columns of a view among those of a projection by `along`. */
export function columnsOf(view: "matching" | "testing", { along }: Viewed, gated: boolean): [number, number] {
  if (gated) return [0, along.n];
  return view === "matching" ? [0, along.n / 2] : [along.n / 2, along.n];
}

const NO_SCALES = new Float32Array(0);

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
