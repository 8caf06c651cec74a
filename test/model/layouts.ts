/** Rewrites a Llama-family model's tensors as other makers would store them: other names, fused, transposed. */
import { readFileSync } from "node:fs";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import type { TensorToWrite } from "../../src/model/formats/safetensors-writer.js";

/** The tensors of one safetensors file, all of BF16. */
export function storedTensors(path: string): TensorToWrite[] {
  const bytes = new Uint8Array(readFileSync(path));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, path);
  return tensors.map(({ name, dtype, shape, offsetBytes, sizeBytes }) => ({
    name,
    dtype,
    shape,
    data: bytes.slice(offsetBytes, offsetBytes + sizeBytes),
  }));
}

type Parts = (suffix: string) => TensorToWrite;

/** Layer by layer: what `write` makes of the tensors under `model.layers.N.`. */
function layerwise(tensors: readonly TensorToWrite[], write: (layer: number, of: Parts) => TensorToWrite[]) {
  const byName = new Map(tensors.map((t) => [t.name, t]));
  const out: TensorToWrite[] = [];
  for (let n = 0; byName.has(`model.layers.${n}.mlp.up_proj.weight`); n++)
    out.push(...write(n, (suffix) => byName.get(`model.layers.${n}.${suffix}`)!));
  return out;
}

const named = (tensor: TensorToWrite, name: string): TensorToWrite => ({ ...tensor, name });
const globalsAs = (tensors: readonly TensorToWrite[], names: Record<string, string>) =>
  tensors.flatMap((t) => (names[t.name] ? [named(t, names[t.name]!)] : []));

/** Rows of one below rows of the other. */
export function stacked(name: string, parts: readonly TensorToWrite[]): TensorToWrite {
  const rows = parts.reduce((n, p) => n + p.shape[0]!, 0);
  const data = new Uint8Array(parts.reduce((n, p) => n + p.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { name, dtype: parts[0]!.dtype, shape: [rows, ...parts[0]!.shape.slice(1)], data };
}

export function transposed(name: string, { dtype, shape, data }: TensorToWrite): TensorToWrite {
  const [rows, columns] = [shape[0]!, shape[1]!];
  const width = data.length / (rows * columns);
  const out = new Uint8Array(data.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      out.set(data.subarray((r * columns + c) * width, (r * columns + c + 1) * width), (c * rows + r) * width);
  return { name, dtype, shape: [columns, rows], data: out };
}

/** Gemma 2: norms before and behind both halves of a layer. */
export function asGemma(tensors: readonly TensorToWrite[]): TensorToWrite[] {
  return tensors.flatMap((t) => {
    if (!t.name.endsWith(".post_attention_layernorm.weight")) return [t];
    const layer = t.name.slice(0, -"post_attention_layernorm.weight".length);
    return [
      named(t, `${layer}pre_feedforward_layernorm.weight`),
      named({ ...t, data: t.data.map((b) => b ^ 1) }, t.name),
      named(t, `${layer}post_feedforward_layernorm.weight`),
    ];
  });
}

/** Phi-3: query, key and value in one matrix, gate and up in another. */
export function asPhi3(tensors: readonly TensorToWrite[]): TensorToWrite[] {
  const layers = layerwise(tensors, (n, of) => {
    const at = (suffix: string) => `model.layers.${n}.${suffix}`;
    const qkv = ["q", "k", "v"].map((x) => of(`self_attn.${x}_proj.weight`));
    const mlp = ["gate", "up"].map((x) => of(`mlp.${x}_proj.weight`));
    const kept = ["self_attn.o_proj", "mlp.down_proj", "input_layernorm", "post_attention_layernorm"];
    return [
      stacked(at("self_attn.qkv_proj.weight"), qkv),
      stacked(at("mlp.gate_up_proj.weight"), mlp),
      ...kept.map((name) => of(`${name}.weight`)),
    ];
  });
  return [...layers, ...tensors.filter((t) => !t.name.includes(".layers."))];
}

/** GPT-2: matrices stored [inputs, outputs], fused q, k, v, no gate. */
export function asGpt2(tensors: readonly TensorToWrite[]): TensorToWrite[] {
  const layers = layerwise(tensors, (n, of) => {
    const at = (suffix: string) => `transformer.h.${n}.${suffix}`;
    const qkv = ["q", "k", "v"].map((x) => of(`self_attn.${x}_proj.weight`));
    return [
      transposed(at("attn.c_attn.weight"), stacked("", qkv)),
      transposed(at("attn.c_proj.weight"), of("self_attn.o_proj.weight")),
      transposed(at("mlp.c_fc.weight"), of("mlp.up_proj.weight")),
      transposed(at("mlp.c_proj.weight"), of("mlp.down_proj.weight")),
      named(of("input_layernorm.weight"), at("ln_1.weight")),
      named(of("post_attention_layernorm.weight"), at("ln_2.weight")),
    ];
  });
  const globals = {
    "model.embed_tokens.weight": "transformer.wte.weight",
    "model.norm.weight": "transformer.ln_f.weight",
    "lm_head.weight": "lm_head.weight",
  };
  return [...layers, ...globalsAs(tensors, globals)];
}

/** GPT-NeoX: q, k and v head by head; as it has as many heads of each, the queries stand in for all three. */
export function asNeoX(tensors: readonly TensorToWrite[], heads: number): TensorToWrite[] {
  const layers = layerwise(tensors, (n, of) => {
    const at = (suffix: string) => `gpt_neox.layers.${n}.${suffix}`;
    const q = of("self_attn.q_proj.weight");
    const size = q.data.length / heads;
    const blocks = Array.from({ length: heads }, (_, h) => {
      const data = q.data.slice(h * size, (h + 1) * size);
      return { ...q, shape: [q.shape[0]! / heads, q.shape[1]!], data };
    });
    return [
      stacked(
        at("attention.query_key_value.weight"),
        blocks.flatMap((b) => [b, b, b]),
      ),
      named(of("self_attn.o_proj.weight"), at("attention.dense.weight")),
      named(of("mlp.up_proj.weight"), at("mlp.dense_h_to_4h.weight")),
      named(of("mlp.down_proj.weight"), at("mlp.dense_4h_to_h.weight")),
      named(of("input_layernorm.weight"), at("input_layernorm.weight")),
      named(of("post_attention_layernorm.weight"), at("post_attention_layernorm.weight")),
    ];
  });
  const globals = {
    "model.embed_tokens.weight": "gpt_neox.embed_in.weight",
    "model.norm.weight": "gpt_neox.final_layer_norm.weight",
    "lm_head.weight": "embed_out.weight",
  };
  return [...layers, ...globalsAs(tensors, globals)];
}
