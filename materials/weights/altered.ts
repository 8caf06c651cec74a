/**
 * What makers do to weights, on models in memory, at a chosen strength: noise, quantisation, pruning of values, of
 * units and of layers, merging, DARE, layers grafted into another model, foreign embeddings. No training.
 */
import { prng, sample } from "../../dist/base/prng.js";
import type { CanonicalTensor, Model } from "../../dist/model/model.js";
import type { Load } from "./disguise.ts";

interface Values {
  rows: number;
  columns: number;
  data: Float32Array;
}

/** A model with all its values, by canonical name. */
export interface Held {
  model: Model;
  values: Map<string, Values>;
}

export async function held(model: Model, load: Load): Promise<Held> {
  const values = new Map<string, Values>();
  for (const [name, tensor] of model.tensors) {
    const { rows, columns } = tensor.matrix;
    values.set(name, { rows, columns, data: (await load(tensor)).slice() });
  }
  return { model, values };
}

/** As a model and its reader. */
export function asModel({ model, values }: Held, key: string): { model: Model; load: Load } {
  const byFile = new Map<string, Float32Array>();
  const tensors = new Map<string, CanonicalTensor>();
  for (const [name, { rows, columns, data }] of values) {
    const role = name.replace(/^layers\.\d+\./, "") as CanonicalTensor["role"];
    const layer = /^layers\.(\d+)\./.exec(name)?.[1];
    const file = `${key} ${name}`;
    const matrix = { file, offsetBytes: 0, dtype: "F32" as const, rows, columns };
    tensors.set(name, { name, sourceName: name, role, layer: layer === undefined ? null : Number(layer), matrix });
    byFile.set(file, data);
  }
  const layers = 1 + Math.max(...[...tensors.values()].map((t) => t.layer ?? 0));
  const mlpHidden = values.get("layers.0.mlp.up")!.rows;
  return {
    model: { ...model, tensors, layers, mlpHidden },
    load: async (tensor) => byFile.get(tensor.matrix.file)!,
  };
}

const isMatrix = (name: string) => /attention\.[qkvo]$|mlp\.(gate|up|down)$/.test(name);

function mapped({ model, values }: Held, change: (v: Values, name: string) => Float32Array, all = false): Held {
  const out = new Map([...values].map(([n, v]) => [n, all || isMatrix(n) ? { ...v, data: change(v, n) } : v] as const));
  return { model, values: out };
}

/** Noise of `times` the sd of each matrix (sums of uniform draws), embeddings included. */
export function noisy(held: Held, times: number, seed: string): Held {
  const source = prng("assay/study/noise", seed);
  const normal = () => {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += source.uint32() / 2 ** 32;
    return sum - 6;
  };
  const change = ({ data, rows }: Values) => {
    const sd = rows === 1 ? 0 : Math.sqrt(data.reduce((s, x) => s + x * x, 0) / data.length);
    return data.map((x) => x + times * sd * normal());
  };
  return mapped(held, change, true);
}

/** To nearest on a symmetric grid, one scale for 32 values of a row. */
export function quantised(held: Held, bits: number): Held {
  const top = 2 ** (bits - 1) - 1;
  return mapped(held, ({ data }) => {
    const out = data.slice();
    for (let at = 0; at < out.length; at += 32) {
      const part = out.subarray(at, at + 32);
      const scale = part.reduce((m, x) => Math.max(m, Math.abs(x)), 0) / top || 1;
      for (let i = 0; i < part.length; i++) part[i] = Math.round(part[i]! / scale) * scale;
    }
    return out;
  });
}

/** The smallest share of each matrix's values set to zero. */
export function pruned(held: Held, share: number): Held {
  return mapped(held, ({ data }) => {
    const cut = data.map(Math.abs).sort()[Math.floor(share * (data.length - 1))]!;
    return data.map((x) => (Math.abs(x) <= cut ? 0 : x));
  });
}

/** A share of each MLP's units, drawn. */
export function narrowed({ model, values }: Held, share: number, seed: string): Held {
  const out = new Map(values);
  for (let l = 0; l < model.layers; l++) {
    const at = `layers.${l}.mlp.`;
    const up = values.get(`${at}up`)!;
    const kept = sample(up.rows, Math.round(up.rows * share), prng("assay/study/narrowed", `${seed} ${l}`));
    for (const part of ["gate", "up"]) {
      const { data, columns } = values.get(at + part)!;
      const rows = Array.from(kept, (r) => [...data.subarray(r * columns, (r + 1) * columns)]);
      out.set(at + part, { rows: kept.length, columns, data: Float32Array.from(rows.flat()) });
    }
    const down = values.get(`${at}down`)!;
    const data = new Float32Array(down.rows * kept.length);
    for (let r = 0; r < down.rows; r++)
      for (const [c, from] of kept.entries()) data[r * kept.length + c] = down.data[r * down.columns + from]!;
    out.set(`${at}down`, { rows: down.rows, columns: kept.length, data });
  }
  return { model, values: out };
}

/** The layers of these numbers, in this order. */
export function relayered({ model, values }: Held, order: readonly number[]): Held {
  const out = new Map([...values].filter(([name]) => !name.startsWith("layers.")));
  for (const [to, from] of order.entries())
    for (const [name, v] of values)
      if (name.startsWith(`layers.${from}.`)) out.set(name.replace(/^layers\.\d+/, `layers.${to}`), v);
  return { model: { ...model, layers: order.length }, values: out };
}

/** The host with layers, or only their MLPs, taken from the donor. */
export function grafted(host: Held, donor: Held, layers: readonly number[], part: "layer" | "mlp" = "layer"): Held {
  const out = new Map(host.values);
  for (const [name, v] of donor.values) {
    const layer = /^layers\.(\d+)\.(mlp|norm\.mlp)?/.exec(name);
    if (layer && layers.includes(Number(layer[1])) && (part === "layer" || layer[2])) out.set(name, v);
  }
  return { model: host.model, values: out };
}

/** The model with another's embeddings. */
export function withEmbeddings({ model, values }: Held, other: Held): Held {
  const out = new Map(values);
  for (const name of ["embed", "output"]) if (other.values.has(name)) out.set(name, other.values.get(name)!);
  return { model, values: out };
}

/** The mean of two children of one parent. */
export function merged(a: Held, b: Held): Held {
  return mapped(a, ({ data }, name) => data.map((x, i) => (x + b.values.get(name)!.data[i]!) / 2), true);
}

/** A share of a child's changes dropped at random, the others scaled up (DARE: Yu et al. 2024). */
export function dare(parent: Held, child: Held, drop: number, seed: string): Held {
  const source = prng("assay/study/dare", seed);
  const change = ({ data }: Values, name: string) => {
    const base = parent.values.get(name)!.data;
    return data.map((x, i) => base[i]! + (source.uint32() / 2 ** 32 < drop ? 0 : (x - base[i]!) / (1 - drop)));
  };
  return mapped(child, change, true);
}
