/**
 * What makers do to weights, each at several strengths, without training: quantisation, noise, pruning in width and
 * depth, widening, merging, grafting. Each returns new weights; the function of the model is not kept alive where the
 * maker's own operation does not keep it.
 */
import { sample } from "../../dist/base/prng.js";
import { clone, deviation, pickColumns, pickRows, random, type Values, type Weights } from "./weights.ts";

const MATRICES = /(_proj|\.w[123])\.weight$/;
const LAYER = /^model\.layers\.(\d+)\./;

export const layersOf = (w: Weights) => w.config.num_hidden_layers;
const layerOf = (name: string) => Number(LAYER.exec(name)?.[1] ?? -1);

/** Round to nearest on a symmetric grid of `bits` bits, one scale for each `group` values of a row. */
export function quantised(w: Weights, bits: number, group = 32): Weights {
  const top = 2 ** (bits - 1) - 1;
  return mapMatrices(w, ({ shape, data }) => {
    const columns = shape[1]!;
    for (let r = 0; r < shape[0]!; r++)
      for (let c = 0; c < columns; c += group) {
        const part = data.subarray(r * columns + c, r * columns + Math.min(columns, c + group));
        const scale = part.reduce((m, x) => Math.max(m, Math.abs(x)), 0) / top || 1;
        for (const [i, x] of part.entries()) part[i] = Math.max(-top, Math.min(top, Math.round(x / scale))) * scale;
      }
  });
}

/** Normal noise of `times` the sd of each matrix. */
export function noisy(w: Weights, times: number, seed: string): Weights {
  const { normal } = random(seed);
  return mapMatrices(w, ({ data }) => {
    const sd = times * deviation(data);
    for (let i = 0; i < data.length; i++) data[i]! += sd * normal();
  });
}

export type Keep = "random" | "important" | "sorted" | "first" | "last";

/** A share of each MLP's units: in order ("sorted": by falling importance, so out of order), importance by norms. */
export function narrowed(w: Weights, share: number, keep: Keep, seed: string): Weights {
  const out = clone(w);
  const { source } = random(seed);
  for (let l = 0; l < layersOf(w); l++) {
    const at = `model.layers.${l}.mlp.`;
    const [gate, up, down] = ["gate_proj", "up_proj", "down_proj"].map((r) => out.tensors.get(`${at}${r}.weight`)!);
    const units = up!.shape[0]!;
    const count = Math.round(units * share);
    const rows = kept(units, count, keep, (u) => rowSquare(gate!, u) * rowSquare(up!, u), source);
    out.tensors.set(`${at}gate_proj.weight`, pickRows(gate!, rows));
    out.tensors.set(`${at}up_proj.weight`, pickRows(up!, rows));
    out.tensors.set(`${at}down_proj.weight`, pickColumns(down!, rows));
    out.config.intermediate_size = count;
  }
  return out;
}

/** A share of the residual dimensions in order, the same everywhere; heads stay. */
export function thinned(w: Weights, share: number, keep: Keep, seed: string): Weights {
  const out = clone(w);
  const hidden = w.config.hidden_size;
  const count = Math.round((hidden * share) / 4) * 4;
  const embed = w.tensors.get("model.embed_tokens.weight")!;
  const square = (c: number) => {
    let sum = 0;
    for (let r = 0; r < embed.shape[0]!; r++) sum += embed.data[r * hidden + c]! ** 2;
    return sum;
  };
  const dims = kept(hidden, count, keep, square, random(seed).source);
  for (const [name, t] of w.tensors) {
    if (/norm\.weight$/.test(name) && !/[qk]_norm/.test(name)) out.tensors.set(name, pickRows(t, dims));
    else if (/(o_proj|down_proj)\.weight$/.test(name)) out.tensors.set(name, pickRows(t, dims));
    else if (t.shape.length === 2) out.tensors.set(name, pickColumns(t, dims));
  }
  out.config.hidden_size = count;
  return out;
}

/** Units appended to each MLP: fresh ones, drawn like the others. */
export function widened(w: Weights, times: number, seed: string): Weights {
  const out = clone(w);
  const { normal } = random(seed);
  const units = w.config.intermediate_size;
  const count = Math.round(units * times);
  for (const [name, t] of w.tensors) {
    if (!/mlp\./.test(name)) continue;
    const down = /down_proj/.test(name);
    const [rows, columns] = down ? [t.shape[0]!, count] : [count, t.shape[1]!];
    const sd = deviation(t.data);
    const data = Float32Array.from({ length: rows * columns }, (_, i) => {
      const [r, c] = [Math.floor(i / columns), i % columns];
      return r < t.shape[0]! && c < t.shape[1]! ? t.data[r * t.shape[1]! + c]! : sd * normal();
    });
    out.tensors.set(name, { shape: [rows, columns], data });
  }
  out.config.intermediate_size = count;
  return out;
}

/** The layers of these numbers, in this order: dropped, repeated, moved. */
export function relayered(w: Weights, order: readonly number[]): Weights {
  const out: Weights = { config: { ...w.config, num_hidden_layers: order.length }, tensors: new Map() };
  for (const [name, t] of w.tensors) if (layerOf(name) < 0) out.tensors.set(name, t);
  for (const [to, from] of order.entries())
    for (const [name, t] of w.tensors)
      if (layerOf(name) === from) out.tensors.set(name.replace(LAYER, `model.layers.${to}.`), t);
  return out;
}

/** The host with some layers taken from the donor; with them its embeddings where asked. */
export function grafted(host: Weights, donor: Weights, layers: readonly number[]): Weights {
  const out = clone(host);
  for (const [name, t] of donor.tensors) if (layers.includes(layerOf(name))) out.tensors.set(name, t);
  return out;
}

/** (1 − t) a + t b, tensor by tensor; "slerp" along the arc between them. */
export function merged(a: Weights, b: Weights, t: number, how: "linear" | "slerp"): Weights {
  const out = clone(a);
  for (const [name, { data }] of out.tensors) {
    const other = b.tensors.get(name)!.data;
    let [x, y] = [1 - t, t];
    if (how === "slerp") {
      let [aa, bb, ab] = [0, 0, 0];
      for (let i = 0; i < data.length; i++) {
        aa += data[i]! ** 2;
        bb += other[i]! ** 2;
        ab += data[i]! * other[i]!;
      }
      const angle = Math.acos(Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))));
      if (angle > 1e-3) [x, y] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
    }
    for (let i = 0; i < data.length; i++) data[i] = x * data[i]! + y * other[i]!;
  }
  return out;
}

/** DARE: a share of a child's changes dropped at random, the others scaled up (Yu et al. 2024). */
export function dare(parent: Weights, child: Weights, drop: number, seed: string): Weights {
  const out = clone(child);
  const { uniform } = random(seed);
  for (const [name, { data }] of out.tensors) {
    const base = parent.tensors.get(name)!.data;
    for (let i = 0; i < data.length; i++)
      data[i] = base[i]! + (uniform() < drop ? 0 : (data[i]! - base[i]!) / (1 - drop));
  }
  return out;
}

/** TIES: the largest changes of each child, a sign elected by sum, the mean of those that agree (Yadav et al. 2023). */
export function ties(parent: Weights, children: readonly Weights[], density: number): Weights {
  const out = clone(parent);
  for (const [name, { data }] of out.tensors) {
    const base = data.slice();
    const deltas = children.map((c) => {
      const delta = c.tensors.get(name)!.data.map((x, i) => x - base[i]!);
      const cut = [...delta].map(Math.abs).sort((x, y) => y - x)[Math.floor(density * (delta.length - 1))]!;
      return delta.map((x) => (Math.abs(x) >= cut ? x : 0));
    });
    for (let i = 0; i < data.length; i++) {
      const sign = Math.sign(deltas.reduce((s, d) => s + d[i]!, 0));
      const agreeing = deltas.map((d) => d[i]!).filter((x) => x !== 0 && Math.sign(x) === sign);
      if (agreeing.length > 0) data[i]! += agreeing.reduce((s, x) => s + x, 0) / agreeing.length;
    }
  }
  return out;
}

/** A model with tied embeddings given an output embedding of its own. */
export function untied(w: Weights): Weights {
  const out = clone(w);
  out.tensors.set("lm_head.weight", clone(w).tensors.get("model.embed_tokens.weight")!);
  out.config.tie_word_embeddings = false;
  return out;
}

export function tied(w: Weights): Weights {
  const out = clone(w);
  out.tensors.delete("lm_head.weight");
  out.config.tie_word_embeddings = true;
  return out;
}

function mapMatrices(w: Weights, change: (values: Values) => void): Weights {
  const out = clone(w);
  for (const [name, values] of out.tensors) if (MATRICES.test(name)) change(values);
  return out;
}

function rowSquare({ shape, data }: Values, row: number): number {
  const columns = shape[1]!;
  return data.subarray(row * columns, (row + 1) * columns).reduce((s, x) => s + x * x, 0);
}

function kept(
  n: number,
  count: number,
  keep: Keep,
  importance: (u: number) => number,
  source: Parameters<typeof sample>[2],
): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  if (keep === "first") return all.slice(0, count);
  if (keep === "last") return all.slice(n - count);
  if (keep === "random") return Array.from(sample(n, count, source)).sort((a, b) => a - b);
  const ranked = all
    .map((u) => ({ u, value: importance(u) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, count)
    .map(({ u }) => u);
  return keep === "sorted" ? ranked : ranked.sort((a, b) => a - b);
}
