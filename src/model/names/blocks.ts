/**
 * How makers name the linear maps of a block, whatever the transformer around it: two maps (up, down) or three (gate,
 * up, down), as a table from what follows a layer's number to a role (Hugging Face transformers, `modeling_*.py` of
 * bert, distilbert, xlm, xlnet, deberta, mpnet, modernbert, albert, funnel, t5, bart, opt, whisper, wav2vec2, clip,
 * siglip, vit, dinov2, sam, bloom, falcon, mpt, gptj, gpt_neo, codegen, gpt_bigcode, persimmon, ctrl, mamba, mamba2,
 * jamba, bamba, nemotron_h, recurrent_gemma, rwkv, lfm2, dbrx, jetmoe, granitemoehybrid). Tables only: whether the
 * shapes bear a name out is asked in fitting.ts, and stacks of layers are found in stacks-of-blocks.ts.
 */
import type { MlpPart, Role } from "../model.js";
import { LAYER_NAMES } from "./names.js";
import { EXPERT_NAMES, MIXTURE_FUSED, STACKS } from "./names-experts.js";
import type { Fused, Naming } from "./naming.js";

const QKV = ["attention.q", "attention.k", "attention.v"] as const;

/** Weight and bias of a linear map. */
function linear(name: string, role: Role): [string, Role][] {
  const bias = `${role}.bias` as Role;
  return [
    [`${name}.weight`, role],
    [`${name}.bias`, bias],
  ];
}

function maps(stem: string, up: string, down: string, gate?: string): [string, Role][] {
  return [
    ...linear(stem + up, "mlp.up"),
    ...linear(stem + down, "mlp.down"),
    ...(gate === undefined ? [] : linear(stem + gate, "mlp.gate")),
  ];
}

function attention(stem: string, [q, k, v, o]: readonly [string, string, string, string]): [string, Role][] {
  return [
    ...linear(stem + q, "attention.q"),
    ...linear(stem + k, "attention.k"),
    ...linear(stem + v, "attention.v"),
    ...linear(stem + o, "attention.o"),
  ];
}

/** Second MLPs of a layer that every token visits too, and the channels of a state-space mixer, which it gates. */
const BESIDE: [string, Role][] = [
  ["ffn2.intermediate_dense.weight", "mlp.shared.up"],
  ["ffn2.output_dense.weight", "mlp.shared.down"],
  ["mamba.out_proj.weight", "mlp.shared.down"],
  ["mixer.out_proj.weight", "mlp.shared.down"],
];

const TWO_OR_THREE: [string, Role][] = [
  ...maps("", "intermediate.dense", "output.dense"),
  ...maps("", "fc1", "fc2"),
  ...maps("", "lin1", "lin2"),
  ...maps("", "linear1", "linear2"),
  ...maps("mlp.", "fc_in", "fc_out"),
  ...maps("mlp.", "lin1", "lin2"),
  ...maps("mlp.", "0", "2"),
  ...maps("mlp.", "dense_h_to_4h", "dense_4h_to_h"),
  ...maps("mlp.", "wi", "wo"),
  ...maps("mlp.", "wi_1", "wo", "wi_0"),
  ...maps("ffn.", "lin1", "lin2"),
  ...maps("ffn.", "linear_1", "linear_2"),
  ...maps("ffn.", "fc1", "fc2"),
  ...maps("ffn.", "up_proj", "down_proj"),
  ...maps("ffn.", "0", "2"),
  ...maps("ff.", "layer_1", "layer_2"),
  ...maps("feed_forward.", "linear1", "linear2"),
  ...maps("feed_forward.", "intermediate_dense", "output_dense"),
  ...maps("feed_forward.", "intermediate", "output"),
  ...maps("feed_forward.", "key", "value"),
  ...maps("feed_forward.", "w3", "w2", "w1"),
  ...maps("ffn1.", "intermediate_dense", "output_dense"),
  ...maps("mlp_block.", "up_proj", "down_proj", "gate_proj"),
  ...maps("mixer.", "up_proj", "down_proj"),
  ...maps("albert_layers.0.", "ffn", "ffn_output"),
  ...["1", "2"].flatMap((at) => [
    ...maps(`layer.${at}.DenseReluDense.`, "wi", "wo"),
    ...maps(`layer.${at}.DenseReluDense.`, "wi_1", "wo", "wi_0"),
    ...maps(`layer.${at}.mlp.`, "wi", "wo"),
  ]),
  ["mlp.Wo.weight", "mlp.down"],
  ["mlp.weights_out.weight", "mlp.down"],
  // DBRX lays the units of all experts one behind the other; w2 lies by inputs and is left aside.
  ["ffn.experts.mlp.w1", "mlp.gate"],
  ["ffn.experts.mlp.v1", "mlp.up"],
];

const ATTENTION: [string, Role][] = [
  ...attention("attention.", ["self.query", "self.key", "self.value", "output.dense"]),
  ...attention("attention.", ["attention.query", "attention.key", "attention.value", "output.dense"]),
  ...attention("attention.self.", ["query_proj", "key_proj", "value_proj", "none"]),
  ...attention("attention.attn.", ["q", "k", "v", "o"]),
  ...attention("attention.", ["q_lin", "k_lin", "v_lin", "out_lin"]),
  ...attention("attention.", ["q_proj", "k_proj", "v_proj", "out_proj"]),
  ...attention("albert_layers.0.attention.", ["query", "key", "value", "dense"]),
  ...attention("layer.0.SelfAttention.", ["q", "k", "v", "o"]),
  ...attention("attn.", ["q_proj", "k_proj", "v_proj", "out_proj"]),
  ...attention("attn.attention.", ["q_proj", "k_proj", "v_proj", "out_proj"]),
  ...attention("self_attn.", ["q_proj", "k_proj", "v_proj", "out_proj"]),
  ["attn.Wo.weight", "attention.o"],
  ["self_attention.dense.weight", "attention.o"],
  ["attention.dense.weight", "attention.o"],
];

/** Gains behind the MLP, or of whose place the name says nothing, are no gains before it. */
const NORMS: [string, Role][] = (
  [
    ["attention.output.LayerNorm", "norm.mlp"],
    ["attention.LayerNorm", "norm.mlp"],
    ["sa_layer_norm", "norm.mlp"],
    ["output.LayerNorm", "norm.mlp.post"],
    ["output_layer_norm", "norm.mlp.post"],
    ["layernorm_before", "norm.attention"],
    ["layernorm_after", "norm.mlp"],
    ["layer_norm1", "norm.attention"],
    ["layer_norm2", "norm.mlp"],
    ["norm1", "norm.attention"],
    ["norm2", "norm.mlp"],
    ["norm_1", "norm.attention"],
    ["norm_2", "norm.mlp"],
    ["ln_1", "norm.attention"],
    ["ln_2", "norm.mlp"],
    ["ln1", "norm.attention"],
    ["ln2", "norm.mlp"],
    ["attn_norm", "norm.attention"],
    ["mlp_norm", "norm.mlp"],
    ["operator_norm", "norm.attention"],
    ["ffn_norm", "norm.mlp"],
    ["pre_ff_layernorm", "norm.mlp"],
    ["self_attn_layer_norm", "norm.attention.post"],
    ["final_layer_norm", "norm.mlp.post"],
    ["layer.0.layer_norm", "norm.attention"],
    ["layer.1.layer_norm", "norm.mlp"],
    ["layer.2.layer_norm", "norm.mlp.post"],
    ["full_layer_layer_norms", "norm.mlp.post"],
    ["norm", "norm.mlp"],
  ] as const
).flatMap(([name, role]): [string, Role][] => [
  [`${name}.weight`, role],
  ...(role === "norm.attention" || role === "norm.mlp" ? ([[`${name}.bias`, `${role}.bias`]] as [string, Role][]) : []),
]);

const FUSED: Readonly<Record<string, Fused>> = {
  ...MIXTURE_FUSED,
  "self_attn.qkv_proj.weight": { parts: QKV, layout: "stretches" },
  "mlp.gate_up_proj.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" },
  "feed_forward.gate_up_proj.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" },
  "mlp.Wi.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" },
  "mlp.weights_in.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" },
  "attn.Wqkv.weight": { parts: QKV, layout: "stretches" },
  "self_attention.query_key_value.weight": { parts: QKV, layout: "heads" },
  "attention.query_key_value.weight": { parts: QKV, layout: "heads" },
  "self_attn.query_key_value.weight": { parts: QKV, layout: "heads" },
  "mamba.in_proj.weight": { parts: ["mlp.shared.up", "mlp.shared.gate"], layout: "mixer" },
  "mixer.in_proj.weight": { parts: ["mlp.shared.up", "mlp.shared.gate"], layout: "mixer" },
};

const EXPERTS: Readonly<Record<string, MlpPart>> = {
  ...EXPERT_NAMES,
  "feed_forward.experts.K.gate_proj.weight": "gate",
  "feed_forward.experts.K.up_proj.weight": "up",
  "feed_forward.experts.K.down_proj.weight": "down",
  "feed_forward.experts.K.w1.weight": "gate",
  "feed_forward.experts.K.w3.weight": "up",
  "feed_forward.experts.K.w2.weight": "down",
  "mixer.experts.K.up_proj.weight": "up",
  "mixer.experts.K.down_proj.weight": "down",
  "mlp.experts.K.w1.weight": "gate",
  "mlp.experts.K.w3.weight": "up",
  "mlp.experts.K.w2.weight": "down",
  "layer.1.mlp.experts.expert_K.wi.weight": "up",
  "layer.1.mlp.experts.expert_K.wo.weight": "down",
  "layer.2.mlp.experts.expert_K.wi.weight": "up",
  "layer.2.mlp.experts.expert_K.wo.weight": "down",
  "ffn.experts.expert_K.fc1.weight": "up",
  "ffn.experts.expert_K.fc2.weight": "down",
};

/** A naming whose place is found in the names: what stands before a layer's number is nobody's table. */
type BlockNaming = Omit<Naming, "prefixes" | "layer" | "globalNames" | "outputNames">;

const LINEAR: BlockNaming = {
  layerNames: { ...Object.fromEntries([...BESIDE, ...TWO_OR_THREE, ...ATTENTION, ...NORMS]), ...LAYER_NAMES },
  fused: FUSED,
  expertNames: EXPERTS,
  stacks: {
    ...STACKS,
    "mlp.input_linear.weight": { parts: ["gate", "up"] },
    "mlp.output_linear.weight": { parts: ["down"] },
  },
};

const { "mlp.dense_h_to_4h.weight": _, ...WITHOUT_UP } = LINEAR.layerNames;

/** By what they take a name to hold where makers differ; of two that read as much, the first. */
export const BLOCK_NAMINGS: readonly BlockNaming[] = [
  LINEAR,
  // ChatGLM: gate and up in one, under the name that others give to up.
  {
    ...LINEAR,
    layerNames: WITHOUT_UP,
    fused: { ...FUSED, "mlp.dense_h_to_4h.weight": { parts: ["mlp.gate", "mlp.up"], layout: "stretches" } },
  },
  // Conv1D, stored [inputs, outputs], under other prefixes than GPT-2's own.
  { ...LINEAR, transposed: true },
];

/** Token embeddings; only of models whose residual coordinates no position table sets apart (blockPlaces). */
export const EMBEDDINGS = /(^|\.)(word_embeddings?|tok_embeddings|embed_tokens|wte|shared)\.weight$/;

/**
 * Blocks in whose models fixed sinusoids are added to the residual stream, or whose time mixing starts from the number
 * of a coordinate: each coordinate has a meaning of its own there, and embeddings are left aside.
 */
export const COORDINATES_APART = /(^|\.)\d+\.(fc1|lin1|ffn\.0|feed_forward\.(key|intermediate))\.weight$/;
