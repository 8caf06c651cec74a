/**
 * Names of tensors in GGUF files (llama.cpp, gguf-py/gguf/constants.py and tensor_mapping.py). The converter stores
 * Conv1D and head-by-head fused matrices of other makers plainly: rows are outputs, fused ones are stretches.
 */
import type { Role } from "../model.js";
import type { Naming } from "./naming.js";

const LAYER_NAMES: Readonly<Record<string, Role>> = {
  "attn_q.weight": "attention.q",
  "attn_k.weight": "attention.k",
  "attn_v.weight": "attention.v",
  "attn_output.weight": "attention.o",
  "attn_q.bias": "attention.q.bias",
  "attn_k.bias": "attention.k.bias",
  "attn_v.bias": "attention.v.bias",
  "attn_output.bias": "attention.o.bias",
  "attn_q_norm.weight": "attention.q.norm",
  "attn_k_norm.weight": "attention.k.norm",
  "ffn_gate.weight": "mlp.gate",
  "ffn_up.weight": "mlp.up",
  "ffn_down.weight": "mlp.down",
  "ffn_gate.bias": "mlp.gate.bias",
  "ffn_up.bias": "mlp.up.bias",
  "ffn_down.bias": "mlp.down.bias",
  "attn_norm.weight": "norm.attention",
  "attn_norm.bias": "norm.attention.bias",
  "post_attention_norm.weight": "norm.attention.post",
  "ffn_norm.weight": "norm.mlp",
  "ffn_norm.bias": "norm.mlp.bias",
  "post_ffw_norm.weight": "norm.mlp.post",
  "attn_q_a.weight": "attention.q.a",
  "attn_q_a_norm.weight": "attention.q.a.norm",
  "attn_q_b.weight": "attention.q.b",
  "attn_kv_a_mqa.weight": "attention.kv.a",
  "attn_kv_a_norm.weight": "attention.kv.a.norm",
  "attn_kv_b.weight": "attention.kv.b",
  "ffn_gate_inp.weight": "mlp.router",
  "ffn_gate_inp.bias": "mlp.router.bias",
  "exp_probs_b.bias": "mlp.router.bias",
  "ffn_gate_inp_shexp.weight": "mlp.shared.router",
  "ffn_gate_shexp.weight": "mlp.shared.gate",
  "ffn_up_shexp.weight": "mlp.shared.up",
  "ffn_down_shexp.weight": "mlp.shared.down",
};

const GGUF: Naming = {
  prefixes: [""],
  layer: "blk.",
  layerNames: LAYER_NAMES,
  fused: {
    "attn_qkv.weight": { parts: ["attention.q", "attention.k", "attention.v"], layout: "stretches" },
    "attn_qkv.bias": { parts: ["attention.q.bias", "attention.k.bias", "attention.v.bias"], layout: "stretches" },
  },
  // Files of early Mixtral conversions keep each expert for itself.
  expertNames: { "ffn_gate.K.weight": "gate", "ffn_up.K.weight": "up", "ffn_down.K.weight": "down" },
  stacks: {
    "ffn_gate_exps.weight": { parts: ["gate"] },
    "ffn_up_exps.weight": { parts: ["up"] },
    "ffn_gate_up_exps.weight": { parts: ["gate", "up"] },
    "ffn_down_exps.weight": { parts: ["down"] },
    "ffn_gate_exps.bias": { parts: ["gate.bias"] },
    "ffn_up_exps.bias": { parts: ["up.bias"] },
    "ffn_down_exps.bias": { parts: ["down.bias"] },
  },
  stacksPlain: true,
  globalNames: {
    "token_embd.weight": "embed",
    "position_embd.weight": "positions",
    "output_norm.weight": "norm",
    "output_norm.bias": "norm.bias",
  },
  outputNames: { "": ["output.weight"] },
};

const { "ffn_up.weight": _, ...WITHOUT_UP } = LAYER_NAMES;
/** Under these architectures `ffn_up` holds the gate's rows, then up's. */
const FUSED_UP = new Set(["phi3", "chatglm", "glm4"]);
const GGUF_FUSED_UP: Naming = {
  ...GGUF,
  layerNames: WITHOUT_UP,
  fused: { ...GGUF.fused, "ffn_up.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" } },
};

/** @param architecture `general.architecture` of the header */
export function ggufNaming(architecture: string | null): Naming {
  return architecture !== null && FUSED_UP.has(architecture) ? GGUF_FUSED_UP : GGUF;
}
