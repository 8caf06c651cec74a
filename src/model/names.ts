/**
 * Names of the Llama family (Llama, Mistral, Qwen 2 and 3; Hugging Face transformers `modeling_llama.py`,
 * `modeling_qwen2.py`, `modeling_qwen3.py`) to canonical names. A name says nothing of what a tensor holds: shapes are
 * checked in shapes.ts, and a maker who renames tensors is read as what the names say.
 */
import type { Role } from "./model.js";

/** Where the language model sits: bare, in a causal LM, in a multimodal model (old and new nesting). */
export const PREFIXES = ["model.", "", "language_model.model.", "model.language_model."] as const;
export type Prefix = (typeof PREFIXES)[number];

const LAYER_NAMES: Readonly<Record<string, Role>> = {
  "self_attn.q_proj.weight": "attention.q",
  "self_attn.k_proj.weight": "attention.k",
  "self_attn.v_proj.weight": "attention.v",
  "self_attn.o_proj.weight": "attention.o",
  "self_attn.q_proj.bias": "attention.q.bias",
  "self_attn.k_proj.bias": "attention.k.bias",
  "self_attn.v_proj.bias": "attention.v.bias",
  "self_attn.o_proj.bias": "attention.o.bias",
  "self_attn.q_norm.weight": "attention.q.norm",
  "self_attn.k_norm.weight": "attention.k.norm",
  "mlp.gate_proj.weight": "mlp.gate",
  "mlp.up_proj.weight": "mlp.up",
  "mlp.down_proj.weight": "mlp.down",
  "input_layernorm.weight": "norm.attention",
  "post_attention_layernorm.weight": "norm.mlp",
};
const GLOBAL_NAMES: Readonly<Record<string, Role>> = { "embed_tokens.weight": "embed", "norm.weight": "norm" };
/** The output embedding stands beside the model, not in it. */
const OUTPUT_NAMES: Readonly<Record<Prefix, readonly string[]>> = {
  "model.": ["lm_head.weight", "model.lm_head.weight"],
  "": ["lm_head.weight"],
  "language_model.model.": ["language_model.lm_head.weight", "lm_head.weight"],
  "model.language_model.": ["lm_head.weight", "model.lm_head.weight", "model.language_model.lm_head.weight"],
};

export interface CanonicalName {
  name: string;
  role: Role;
  layer: number | null;
}

/** The canonical name of a tensor under one prefix; null when it has none. */
export function canonicalName(source: string, prefix: Prefix): CanonicalName | null {
  if (OUTPUT_NAMES[prefix].includes(source)) return { name: "output", role: "output", layer: null };
  if (!source.startsWith(prefix)) return null;
  const rest = source.slice(prefix.length);
  if (Object.hasOwn(GLOBAL_NAMES, rest)) {
    const role = GLOBAL_NAMES[rest]!;
    return { name: role, role, layer: null };
  }
  // No leading zeros: layers.1 and layers.01 would be one layer.
  const match = /^layers\.(0|[1-9]\d{0,5})\.(.+)$/.exec(rest);
  if (!match || !Object.hasOwn(LAYER_NAMES, match[2]!)) return null;
  const role = LAYER_NAMES[match[2]!]!;
  return { name: `layers.${match[1]}.${role}`, role, layer: Number(match[1]) };
}

/** Prefixes under which layers are found. */
export function prefixesOf(names: Iterable<string>): Prefix[] {
  const found = new Set<Prefix>();
  for (const name of names)
    for (const prefix of PREFIXES)
      if (!found.has(prefix) && (canonicalName(name, prefix)?.layer ?? null) !== null) found.add(prefix);
  return PREFIXES.filter((p) => found.has(p));
}
