/**
 * The forward pass of a small Llama-family model in plain f64, to check that a disguise keeps the function: RMSNorm,
 * rotary positions on halves (i, i + dim/2), grouped heads, gated MLP with SiLU. Slow and short on purpose.
 */
import { type Dense, multiply, timesTransposed, zeros } from "../../dist/kernels/rotation/dense.js";
import type { Model } from "../../dist/model/model.js";
import type { Load } from "./disguise.ts";

/** Logits, one row a position. */
export async function logits(model: Model, load: Load, ids: readonly number[]): Promise<Dense> {
  const w = async (name: string): Promise<Dense> => {
    const { matrix } = model.tensors.get(name)!;
    return {
      rows: matrix.rows,
      columns: matrix.columns,
      data: Float64Array.from(await load(model.tensors.get(name)!)),
    };
  };
  const epsilon = model.config.normEpsilon ?? 1e-5;
  const embed = await w("embed");
  const x = zeros(ids.length, model.hidden);
  for (const [t, id] of ids.entries())
    x.data.set(embed.data.subarray(id * model.hidden, (id + 1) * model.hidden), t * model.hidden);
  for (let l = 0; l < model.layers; l++) {
    const at = `layers.${l}.`;
    const h = norm(x, await w(`${at}norm.attention`), epsilon);
    const [q, k, v] = await Promise.all(
      ["q", "k", "v"].map(async (r) => timesTransposed(h, await w(`${at}attention.${r}`))),
    );
    const theta = model.config.ropeTheta ?? 10_000;
    for (const part of [q!, k!]) rotate(part, model.headDim, theta);
    const mixed = attend(q!, k!, v!, model.keyValueHeads, model.headDim);
    add(x, timesTransposed(mixed, await w(`${at}attention.o`)));
    const g = norm(x, await w(`${at}norm.mlp`), epsilon);
    const gate = timesTransposed(g, await w(`${at}mlp.gate`));
    const up = timesTransposed(g, await w(`${at}mlp.up`));
    for (let i = 0; i < gate.data.length; i++) up.data[i]! *= gate.data[i]! / (1 + Math.exp(-gate.data[i]!));
    add(x, timesTransposed(up, await w(`${at}mlp.down`)));
  }
  const output = model.tensors.has("output") ? await w("output") : embed;
  return timesTransposed(norm(x, await w("norm"), epsilon), output);
}

function norm(x: Dense, gain: Dense, epsilon: number): Dense {
  const out = zeros(x.rows, x.columns);
  for (let r = 0; r < x.rows; r++) {
    const row = x.data.subarray(r * x.columns, (r + 1) * x.columns);
    const scale = 1 / Math.sqrt(row.reduce((s, v) => s + v * v, 0) / x.columns + epsilon);
    for (let c = 0; c < x.columns; c++) out.data[r * x.columns + c] = row[c]! * scale * gain.data[c]!;
  }
  return out;
}

function rotate(x: Dense, dim: number, theta: number): void {
  const half = dim / 2;
  for (let t = 0; t < x.rows; t++)
    for (let head = 0; head < x.columns; head += dim)
      for (let i = 0; i < half; i++) {
        const angle = t / theta ** ((2 * i) / dim);
        const [at, other] = [t * x.columns + head + i, t * x.columns + head + i + half];
        const [a, b] = [x.data[at]!, x.data[other]!];
        x.data[at] = a * Math.cos(angle) - b * Math.sin(angle);
        x.data[other] = b * Math.cos(angle) + a * Math.sin(angle);
      }
}

function attend(q: Dense, k: Dense, v: Dense, groups: number, dim: number): Dense {
  const out = zeros(q.rows, q.columns);
  const share = q.columns / (groups * dim);
  for (let head = 0; head < q.columns / dim; head++) {
    const g = Math.floor(head / share);
    const scores = timesTransposed(columns(q, head * dim, dim), columns(k, g * dim, dim));
    for (let t = 0; t < q.rows; t++) softmax(scores.data.subarray(t * q.rows, (t + 1) * q.rows), t + 1, Math.sqrt(dim));
    const mixed = multiply(scores, columns(v, g * dim, dim));
    for (let t = 0; t < q.rows; t++)
      out.data.set(mixed.data.subarray(t * dim, (t + 1) * dim), t * q.columns + head * dim);
  }
  return out;
}

/** Over the first `seen` scores; the future gets none. */
function softmax(scores: Float64Array, seen: number, temperature: number): void {
  const top = Math.max(...scores.subarray(0, seen));
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = i < seen ? Math.exp((scores[i]! - top) / temperature) : 0;
    sum += scores[i]!;
  }
  for (let i = 0; i < scores.length; i++) scores[i]! /= sum;
}

function columns(x: Dense, start: number, count: number): Dense {
  const out = zeros(x.rows, count);
  for (let r = 0; r < x.rows; r++)
    out.data.set(x.data.subarray(r * x.columns + start, r * x.columns + start + count), r * count);
  return out;
}

function add(into: Dense, a: Dense): void {
  for (let i = 0; i < into.data.length; i++) into.data[i]! += a.data[i]!;
}
