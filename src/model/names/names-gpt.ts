/**
 * Names of GPT-2 and of GPT-NeoX (Pythia) (Hugging Face transformers, `modeling_gpt2.py`, `modeling_gpt_neox.py`).
 * Neither MLP is gated. GPT-2 keeps its matrices as Conv1D, [inputs, outputs]; GPT-NeoX fuses q, k and v head by head.
 *
 * GPT-2 adds learned position embeddings to the residual stream. They are drawn independently like all else, so the
 * residual dimensions stay exchangeable; fixed sinusoidal ones would give each dimension a frequency of its own, and
 * such models are not read. GPT-NeoX is rotary, inside query and key heads only.
 */
import type { Naming } from "./naming.js";

const QKV = ["attention.q", "attention.k", "attention.v"] as const;
const QKV_BIAS = ["attention.q.bias", "attention.k.bias", "attention.v.bias"] as const;

export const GPT2: Naming = {
  prefixes: ["transformer.", ""],
  layer: "h.",
  transposed: true,
  layerNames: {
    "attn.c_proj.weight": "attention.o",
    "attn.c_proj.bias": "attention.o.bias",
    "mlp.c_fc.weight": "mlp.up",
    "mlp.c_fc.bias": "mlp.up.bias",
    "mlp.c_proj.weight": "mlp.down",
    "mlp.c_proj.bias": "mlp.down.bias",
    "ln_1.weight": "norm.attention",
    "ln_1.bias": "norm.attention.bias",
    "ln_2.weight": "norm.mlp",
    "ln_2.bias": "norm.mlp.bias",
  },
  fused: {
    "attn.c_attn.weight": { parts: QKV, layout: "stretches" },
    "attn.c_attn.bias": { parts: QKV_BIAS, layout: "stretches" },
  },
  globalNames: {
    "wte.weight": "embed",
    "wpe.weight": "positions",
    "ln_f.weight": "norm",
    "ln_f.bias": "norm.bias",
  },
  outputNames: { "transformer.": ["lm_head.weight"], "": ["lm_head.weight"] },
};

export const GPT_NEOX: Naming = {
  prefixes: ["gpt_neox."],
  layer: "layers.",
  layerNames: {
    "attention.dense.weight": "attention.o",
    "attention.dense.bias": "attention.o.bias",
    "mlp.dense_h_to_4h.weight": "mlp.up",
    "mlp.dense_h_to_4h.bias": "mlp.up.bias",
    "mlp.dense_4h_to_h.weight": "mlp.down",
    "mlp.dense_4h_to_h.bias": "mlp.down.bias",
    "input_layernorm.weight": "norm.attention",
    "input_layernorm.bias": "norm.attention.bias",
    "post_attention_layernorm.weight": "norm.mlp",
    "post_attention_layernorm.bias": "norm.mlp.bias",
  },
  fused: {
    "attention.query_key_value.weight": { parts: QKV, layout: "heads" },
    "attention.query_key_value.bias": { parts: QKV_BIAS, layout: "heads" },
  },
  globalNames: {
    "embed_in.weight": "embed",
    "final_layer_norm.weight": "norm",
    "final_layer_norm.bias": "norm.bias",
  },
  outputNames: { "gpt_neox.": ["embed_out.weight"] },
};
