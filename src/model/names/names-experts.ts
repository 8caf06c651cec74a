/**
 * Names of mixtures of experts and of multi-head latent attention, beside those of names.ts (Hugging Face transformers,
 * `modeling_*.py` of mixtral, qwen2_moe, qwen3_moe, olmoe, deepseek_v2 and v3, glm4_moe, ernie4_5_moe, hunyuan_v1_moe,
 * minimax, granitemoe, llama4, gpt_oss, qwen3_vl_moe). Tables only; a stack's orientation is settled in stacks.ts.
 */
import type { MlpPart, Role } from "../model.js";
import type { Fused, Stack } from "./naming.js";

/** DeepSeek V2 and V3 (and Kimi K2): queries and keys-with-values through a low-rank middle. */
export const LATENT_ATTENTION: Readonly<Record<string, Role>> = {
  "self_attn.q_a_proj.weight": "attention.q.a",
  "self_attn.q_a_layernorm.weight": "attention.q.a.norm",
  "self_attn.q_b_proj.weight": "attention.q.b",
  "self_attn.kv_a_proj_with_mqa.weight": "attention.kv.a",
  "self_attn.kv_a_layernorm.weight": "attention.kv.a.norm",
  "self_attn.kv_b_proj.weight": "attention.kv.b",
};

/** Router, shared experts, and Llama 4's dense layers, which it calls feed_forward. */
export const MIXTURE_NAMES: Readonly<Record<string, Role>> = {
  "block_sparse_moe.gate.weight": "mlp.router",
  "block_sparse_moe.e_score_correction_bias": "mlp.router.bias",
  "block_sparse_moe.router.layer.weight": "mlp.router",
  "mlp.gate.weight": "mlp.router",
  "mlp.gate.wg.weight": "mlp.router",
  "mlp.gate.e_score_correction_bias": "mlp.router.bias",
  "mlp.router.weight": "mlp.router",
  "mlp.router.bias": "mlp.router.bias",
  "feed_forward.router.weight": "mlp.router",
  "feed_forward.gate_proj.weight": "mlp.gate",
  "feed_forward.up_proj.weight": "mlp.up",
  "feed_forward.down_proj.weight": "mlp.down",
  "mlp.shared_expert_gate.weight": "mlp.shared.router",
  ...sharedUnder("mlp.shared_expert"),
  ...sharedUnder("mlp.shared_experts"),
  ...sharedUnder("mlp.shared_mlp"),
  ...sharedUnder("feed_forward.shared_expert"),
  "shared_mlp.output_linear.weight": "mlp.shared.down",
};

export const MIXTURE_FUSED: Readonly<Record<string, Fused>> = {
  "shared_mlp.input_linear.weight": { parts: ["mlp.shared.gate", "mlp.shared.up"], layout: "stretches" },
};

/** K stands for the expert's number. */
export const EXPERT_NAMES: Readonly<Record<string, MlpPart>> = {
  // Mixtral, Phi-3.5-MoE, MiniMax: w1 gates, w3 goes up, w2 comes down.
  "block_sparse_moe.experts.K.w1.weight": "gate",
  "block_sparse_moe.experts.K.w2.weight": "down",
  "block_sparse_moe.experts.K.w3.weight": "up",
  "mlp.experts.K.gate_proj.weight": "gate",
  "mlp.experts.K.up_proj.weight": "up",
  "mlp.experts.K.down_proj.weight": "down",
};

/** Experts in one tensor. */
export const STACKS: Readonly<Record<string, Stack>> = {
  "feed_forward.experts.gate_up_proj": { parts: ["gate", "up"] },
  "feed_forward.experts.down_proj": { parts: ["down"] },
  "mlp.experts.gate_up_proj": { parts: ["gate", "up"] },
  "mlp.experts.down_proj": { parts: ["down"] },
  "mlp.experts.gate_up_proj.weight": { parts: ["gate", "up"] },
  "mlp.experts.down_proj.weight": { parts: ["down"] },
  "block_sparse_moe.input_linear.weight": { parts: ["gate", "up"] },
  "block_sparse_moe.output_linear.weight": { parts: ["down"] },
};

/** GPT-OSS alternates the outputs of gate and up. It is told from the others by the biases of its experts. */
export const STACKS_INTERLEAVED: Readonly<Record<string, Stack>> = {
  "mlp.experts.gate_up_proj": { parts: ["gate", "up"], interleaved: true },
  "mlp.experts.down_proj": { parts: ["down"] },
  "mlp.experts.gate_up_proj_bias": { parts: ["gate.bias", "up.bias"], interleaved: true },
  "mlp.experts.down_proj_bias": { parts: ["down.bias"] },
};
export const INTERLEAVED_SIGN = ".mlp.experts.gate_up_proj_bias";

function sharedUnder(stem: string): Record<string, Role> {
  return {
    [`${stem}.gate_proj.weight`]: "mlp.shared.gate",
    [`${stem}.up_proj.weight`]: "mlp.shared.up",
    [`${stem}.down_proj.weight`]: "mlp.shared.down",
  };
}
