/**
 * A copy whose residual stream was turned, as tools that quantise do it (QuaRot: Ashkboos et al. 2024): norm gains folded
 * into what reads them, then a Hadamard matrix with signs drawn from the seed, of any width that is a power of two times
 * a rest of which each part is turned for itself. The model computes what it computed. Then units in another order.
 */
import { prng, signs } from "../../dist/base/prng.js";
import type { Held } from "./altered.ts";
import { inNewOrder } from "./new-order.ts";

type Values = Held["values"];

/** Turned, and units of each MLP and value dimensions in another order. Without biases. */
export function turned({ model, values }: Held, seed: string): Held {
  const out: Values = new Map(values);
  const { hidden } = model;
  const sign = signs(hidden, prng("assay/study/turned", seed));
  if (!out.has("output")) out.set("output", out.get("embed")!);
  const fold = (name: string, norm: string) => {
    const [matrix, gain] = [out.get(name), out.get(norm)];
    if (matrix && gain)
      out.set(name, { ...matrix, data: matrix.data.map((x, i) => x * gain.data[i % matrix.columns]!) });
  };
  for (let l = 0; l < model.layers; l++) {
    const at = `layers.${l}.`;
    for (const part of ["q", "k", "v"]) fold(`${at}attention.${part}`, `${at}norm.attention`);
    for (const part of ["gate", "up"]) fold(`${at}mlp.${part}`, `${at}norm.mlp`);
  }
  fold("output", "norm");
  for (const [name, matrix] of out) {
    if (/norm(\.|$)/.test(name) && matrix.rows === 1)
      out.set(name, { ...matrix, data: new Float32Array(matrix.data.length).fill(1) });
    else if (/(attention\.o|mlp\.down)$/.test(name)) out.set(name, onColumns(matrix, sign));
    else if (/^(embed|output)$|(attention\.[qkv]|mlp\.(gate|up))$/.test(name)) out.set(name, onRows(matrix, sign));
  }
  return inNewOrder({ model: { ...model, tied: false }, values: out }, seed);
}

function onRows({ rows, columns, data }: { rows: number; columns: number; data: Float32Array }, sign: Float32Array) {
  const out = data.slice();
  for (let r = 0; r < rows; r++) turn(out.subarray(r * columns, (r + 1) * columns), sign);
  return { rows, columns, data: out };
}

function onColumns({ rows, columns, data }: { rows: number; columns: number; data: Float32Array }, sign: Float32Array) {
  const out = data.slice();
  const column = new Float32Array(rows);
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) column[r] = out[r * columns + c]!;
    turn(column, sign);
    for (let r = 0; r < rows; r++) out[r * columns + c] = column[r]!;
  }
  return { rows, columns, data: out };
}

/** In place: signs, then Hadamard's matrix over runs of the largest power of two that divides the length. */
function turn(x: Float32Array, sign: Float32Array): void {
  const size = x.length & -x.length;
  for (let i = 0; i < x.length; i++) x[i]! *= sign[i]!;
  for (let from = 0; from < x.length; from += size)
    for (let half = 1; half < size; half *= 2)
      for (let at = from; at < from + size; at += 2 * half)
        for (let i = at; i < at + half; i++) {
          const [a, b] = [x[i]!, x[i + half]!];
          x[i] = a + b;
          x[i + half] = a - b;
        }
  for (let i = 0; i < x.length; i++) x[i]! /= Math.sqrt(size);
}
