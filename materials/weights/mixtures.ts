/**
 * Mixtures of experts made from dense models and from one another, without training: upcycled (every expert a copy),
 * split (the units of one MLP dealt out), experts dropped or listed in another order.
 */
import { sample } from "../../dist/base/prng.js";
import { clone, deviation, pickColumns, pickRows, random, type Values, type Weights } from "./weights.ts";

const PARTS = { gate_proj: "w1", up_proj: "w3", down_proj: "w2" } as const;
const expertName = (layer: number, expert: number, part: string) =>
  `model.layers.${layer}.block_sparse_moe.experts.${expert}.${part}.weight`;

/** Every expert a copy of the dense MLP with normal noise of `times` its sd (Komatsuzaki et al. 2023). */
export function upcycled(w: Weights, experts: number, times: number, seed: string): Weights {
  const { normal } = random(seed);
  return withExperts(w, experts, (values) => {
    const sd = times * deviation(values.data);
    return { shape: values.shape, data: values.data.map((x) => x + sd * normal()) };
  });
}

/** The units of each MLP dealt out at random, in order within each expert (LLaMA-MoE, Zhu et al. 2024). */
export function split(w: Weights, experts: number, seed: string): Weights {
  const units = w.config.intermediate_size;
  const order = sample(units, units, random(seed).source);
  const hand = (e: number) =>
    Array.from(order)
      .filter((_, i) => i % experts === e)
      .sort((a, b) => a - b);
  const out = withExperts(w, experts, (values, e, part) =>
    part === "down_proj" ? pickColumns(values, hand(e)) : pickRows(values, hand(e)),
  );
  out.config.intermediate_size = Math.floor(units / experts);
  return out;
}

/** The experts of these numbers, in this order, of a model under Mixtral names. */
export function reexperted(w: Weights, order: readonly number[]): Weights {
  const out: Weights = { config: { ...w.config, num_local_experts: order.length }, tensors: new Map() };
  for (const [name, values] of w.tensors) {
    if (/block_sparse_moe\.gate\.weight$/.test(name)) out.tensors.set(name, pickRows(values, order));
    else if (!/\.experts\./.test(name)) out.tensors.set(name, values);
  }
  for (let l = 0; l < w.config.num_hidden_layers; l++)
    for (const [to, from] of order.entries())
      for (const part of Object.values(PARTS))
        out.tensors.set(expertName(l, to, part), w.tensors.get(expertName(l, from, part))!);
  return out;
}

function withExperts(
  w: Weights,
  experts: number,
  make: (values: Values, expert: number, part: keyof typeof PARTS) => Values,
): Weights {
  const out = clone(w);
  const { normal } = random(`router ${experts}`);
  const hidden = w.config.hidden_size;
  for (let l = 0; l < w.config.num_hidden_layers; l++) {
    for (const [part, to] of Object.entries(PARTS) as [keyof typeof PARTS, string][]) {
      const name = `model.layers.${l}.mlp.${part}.weight`;
      for (let e = 0; e < experts; e++) out.tensors.set(expertName(l, e, to), make(w.tensors.get(name)!, e, part));
      out.tensors.delete(name);
    }
    const router = Float32Array.from({ length: experts * hidden }, () => 0.02 * normal());
    out.tensors.set(`model.layers.${l}.block_sparse_moe.gate.weight`, { shape: [experts, hidden], data: router });
  }
  out.config.model_type = "mixtral";
  out.config.num_local_experts = experts;
  out.config.num_experts_per_tok = 1;
  return out;
}
