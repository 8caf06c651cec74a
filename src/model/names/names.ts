/**
 * Names of the Llama family and of those who took them over (Hugging Face transformers, `modeling_*.py` of llama,
 * mistral, qwen2, qwen3, gemma, gemma2, gemma3, phi, phi3, olmo, olmo2, stablelm, starcoder2, nemotron; Baichuan).
 * Gemma stores norm gains as g − 1: of norms only identity is ever said, which the shift does not touch.
 */
import type { Role } from "../model.js";
import {
  EXPERT_NAMES,
  INTERLEAVED_SIGN,
  LATENT_ATTENTION,
  MIXTURE_FUSED,
  MIXTURE_NAMES,
  STACKS,
  STACKS_INTERLEAVED,
} from "./names-experts.js";
import type { Naming } from "./naming.js";

/** Where the language model sits: bare, in a causal LM, in a multimodal model (old and new nesting). */
export const PREFIXES = ["model.", "", "language_model.model.", "model.language_model."] as const;

/** Roles of a layer's tensors by what follows its number. */
export const LAYER_NAMES: Readonly<Record<string, Role>> = {
  "self_attn.q_proj.weight": "attention.q",
  "self_attn.k_proj.weight": "attention.k",
  "self_attn.v_proj.weight": "attention.v",
  "self_attn.o_proj.weight": "attention.o",
  "self_attn.dense.weight": "attention.o",
  "self_attn.q_proj.bias": "attention.q.bias",
  "self_attn.k_proj.bias": "attention.k.bias",
  "self_attn.v_proj.bias": "attention.v.bias",
  "self_attn.o_proj.bias": "attention.o.bias",
  "self_attn.dense.bias": "attention.o.bias",
  "self_attn.q_norm.weight": "attention.q.norm",
  "self_attn.k_norm.weight": "attention.k.norm",
  "mlp.gate_proj.weight": "mlp.gate",
  "mlp.up_proj.weight": "mlp.up",
  "mlp.down_proj.weight": "mlp.down",
  "mlp.gate_proj.bias": "mlp.gate.bias",
  "mlp.up_proj.bias": "mlp.up.bias",
  "mlp.down_proj.bias": "mlp.down.bias",
  // Phi 1 and 2, StarCoder 2: not gated. Under these names c_fc is a Linear, stored [outputs, inputs].
  "mlp.fc1.weight": "mlp.up",
  "mlp.fc2.weight": "mlp.down",
  "mlp.fc1.bias": "mlp.up.bias",
  "mlp.fc2.bias": "mlp.down.bias",
  "mlp.c_fc.weight": "mlp.up",
  "mlp.c_proj.weight": "mlp.down",
  "mlp.c_fc.bias": "mlp.up.bias",
  "mlp.c_proj.bias": "mlp.down.bias",
  "input_layernorm.weight": "norm.attention",
  "input_layernorm.bias": "norm.attention.bias",
  "post_attention_layernorm.weight": "norm.mlp",
  "post_attention_layernorm.bias": "norm.mlp.bias",
  ...LATENT_ATTENTION,
  ...MIXTURE_NAMES,
};

const QKV = { parts: ["attention.q", "attention.k", "attention.v"], layout: "stretches" } as const;
const QKV_BIAS = {
  parts: ["attention.q.bias", "attention.k.bias", "attention.v.bias"],
  layout: "stretches",
} as const;

/** Outer norms: with them, `post_attention_layernorm` stands behind attention, not before the MLP. */
const OUTER_NORM = "post_feedforward_layernorm.weight";

const LLAMA: Naming = {
  prefixes: PREFIXES,
  layer: "layers.",
  layerNames: LAYER_NAMES,
  fused: {
    "self_attn.qkv_proj.weight": QKV,
    "self_attn.qkv_proj.bias": QKV_BIAS,
    "self_attn.W_pack.weight": QKV,
    "mlp.gate_up_proj.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" },
    ...MIXTURE_FUSED,
  },
  expertNames: EXPERT_NAMES,
  stacks: STACKS,
  globalNames: {
    "embed_tokens.weight": "embed",
    "norm.weight": "norm",
    "norm.bias": "norm.bias",
    "final_layernorm.weight": "norm",
    "final_layernorm.bias": "norm.bias",
  },
  outputNames: {
    "model.": ["lm_head.weight", "model.lm_head.weight"],
    "": ["lm_head.weight"],
    "language_model.model.": ["language_model.lm_head.weight", "lm_head.weight"],
    "model.language_model.": ["lm_head.weight", "model.lm_head.weight", "model.language_model.lm_head.weight"],
  },
};

/** Gemma 2 and 3, OLMo 2. */
const LLAMA_OUTER_NORMS: Naming = {
  ...LLAMA,
  layerNames: {
    ...LAYER_NAMES,
    "post_attention_layernorm.weight": "norm.attention.post",
    "pre_feedforward_layernorm.weight": "norm.mlp",
    [OUTER_NORM]: "norm.mlp.post",
  },
};

/**
 * Which variant of the Llama names: told by names that only it has (norms outside the blocks; gate and up interleaved
 * in stacked experts).
 */
export function llamaNaming(names: readonly string[]): Naming {
  const naming = names.some((name) => name.endsWith(`.${OUTER_NORM}`)) ? LLAMA_OUTER_NORMS : LLAMA;
  const interleaved = names.some((name) => name.endsWith(INTERLEAVED_SIGN));
  return interleaved ? { ...naming, stacks: STACKS_INTERLEAVED } : naming;
}
