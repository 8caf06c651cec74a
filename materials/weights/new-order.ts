/**
 * The cheapest disguise: units of each MLP in another order, up and down turned over at random where there is a gate,
 * value dimensions of each head in another order. The model computes what it computed; no label is left in place.
 */
import { prng, sample } from "../../dist/base/prng.js";
import type { Held } from "./altered.ts";

export function inNewOrder({ model, values }: Held, seed: string): Held {
  const out = new Map(values);
  const source = prng("assay/study/new-order", seed);
  for (let l = 0; l < model.layers; l++) {
    for (const stem of [`layers.${l}.mlp`, `layers.${l}.mlp.shared`]) reorderMlp(out, stem, source);
    reorderValues(out, `layers.${l}.attention.`, model, source);
  }
  return { model, values: out };
}

type Source = ReturnType<typeof prng>;

function reorderMlp(out: Held["values"], stem: string, source: Source): void {
  const up = out.get(`${stem}.up`);
  if (!up) return;
  const order = sample(up.rows, up.rows, source);
  const gated = out.has(`${stem}.gate`);
  const signs = Float32Array.from(order, () => (gated && source.uint32() & 1 ? -1 : 1));
  const one = new Float32Array(order.length).fill(1);
  for (const [part, by] of [
    ["gate", one],
    ["up", signs],
  ] as const)
    rows(out, `${stem}.${part}`, order, by);
  columns(out, `${stem}.down`, order, signs);
  for (const part of ["gate.bias", "up.bias"]) columns(out, `${stem}.${part}`, order, part === "up.bias" ? signs : one);
}

function reorderValues(out: Held["values"], at: string, model: Held["model"], source: Source): void {
  const { headDim, keyValueHeads } = model;
  const [v, o] = [out.get(`${at}v`), out.get(`${at}o`)];
  if (!v || !o || keyValueHeads === 0 || v.rows !== keyValueHeads * headDim) return;
  const share = o.columns / v.rows;
  const order = new Uint32Array(v.rows);
  for (let h = 0; h < keyValueHeads; h++)
    for (const [to, from] of sample(headDim, headDim, source).entries()) order[h * headDim + to] = h * headDim + from;
  const one = new Float32Array(o.columns).fill(1);
  rows(out, `${at}v`, order, one);
  columns(out, `${at}v.bias`, order, one);
  // Queries that share a key-value head read its values through columns of their own.
  const ofO = Uint32Array.from({ length: o.columns }, (_, c) => {
    const [head, dim] = [Math.floor(c / headDim), c % headDim];
    const group = Math.floor(head / share);
    return head * headDim + (order[group * headDim + dim]! - group * headDim);
  });
  columns(out, `${at}o`, ofO, one);
}

function rows(out: Held["values"], name: string, order: Uint32Array, by: Float32Array): void {
  const old = out.get(name);
  if (!old) return;
  const data = new Float32Array(old.data.length);
  for (const [to, from] of order.entries())
    for (let c = 0; c < old.columns; c++) data[to * old.columns + c] = by[to]! * old.data[from * old.columns + c]!;
  out.set(name, { ...old, data });
}

function columns(out: Held["values"], name: string, order: Uint32Array, by: Float32Array): void {
  const old = out.get(name);
  if (!old) return;
  const data = old.data.map((_, i) => {
    const to = i % old.columns;
    return by[to]! * old.data[i - to + order[to]!]!;
  });
  out.set(name, { ...old, data });
}
