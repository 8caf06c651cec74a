/**
 * config.json of a model, as far as it is used: strict on the types and ranges of the fields read, silent about all
 * others (format: Hugging Face transformers, `PretrainedConfig`; multimodal models nest the language model under
 * `text_config`). It is a claim of whoever made the folder; shapes come from the tensors.
 */
import { z } from "zod";
import { AssayError } from "../../base/error.js";
import { parseBoundedJson } from "../formats/json-bounds.js";
import type { ModelConfig, QuantizationConfig } from "../model.js";

/** Label maps make the largest real ones some hundred kilobytes (CWE-770). */
export const CONFIG_BYTES_MAX = 4 * 1024 * 1024;
const CONFIG_BOUNDS = { sizeBytesMax: CONFIG_BYTES_MAX, valuesMax: 1 << 18, containersMax: 1 << 16 };

/** Sizes are 32-bit in every framework; products of two stay exact in f64. */
const size = z
  .int()
  .min(1)
  .max(2 ** 31)
  .nullish();
const word = z.string().min(1).max(200).nullish();

/** Hugging Face `quantization_config`, of several libraries (compressed-tensors' `compression_config` is the same). */
const quantization = z
  .looseObject({
    quant_method: word,
    bits: size,
    checkpoint_format: word,
    format: word,
    weight_block_size: z.tuple([z.int().min(1).max(65_536), z.int().min(1).max(65_536)]).nullish(),
    config_groups: z
      .record(z.string(), z.looseObject({ weights: z.looseObject({ num_bits: size }).nullish() }))
      .nullish(),
  })
  .nullish();

const fields = {
  model_type: word,
  hidden_size: size,
  intermediate_size: size,
  // Mixtures of experts: Qwen and OLMoE, DeepSeek and GLM, Mixtral, Llama 4 and GPT-OSS.
  num_experts: size,
  n_routed_experts: size,
  num_local_experts: size,
  num_experts_per_tok: size,
  moe_intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size,
  head_dim: size,
  vocab_size: size,
  // GPT-2's names for the same.
  n_embd: size,
  n_inner: size,
  n_layer: size,
  n_head: size,
  n_positions: size,
  activation_function: word,
  layer_norm_epsilon: z.number().nonnegative().max(1).nullish(),
  layer_norm_eps: z.number().nonnegative().max(1).nullish(),
  hidden_act: word,
  rope_theta: z.number().positive().nullish(),
  rope_parameters: z.looseObject({ rope_theta: z.number().positive().nullish() }).nullish(),
  rms_norm_eps: z.number().nonnegative().max(1).nullish(),
  max_position_embeddings: size,
  tie_word_embeddings: z.boolean().nullish(),
  quantization_config: quantization,
  compression_config: quantization,
};
const configSchema = z.looseObject({ ...fields, text_config: z.looseObject(fields).nullish() });

/** What is known without a config.json. */
export const NO_CONFIG: ModelConfig = {
  modelType: null,
  hiddenSize: null,
  intermediateSize: null,
  experts: null,
  expertsPerToken: null,
  expertIntermediateSize: null,
  layers: null,
  heads: null,
  keyValueHeads: null,
  headDim: null,
  vocabularySize: null,
  hiddenAct: null,
  ropeTheta: null,
  normEpsilon: null,
  maxPositions: null,
  tiedEmbeddings: null,
  quantization: null,
};

/** @throws AssayError FORMAT or LIMIT */
export function parseConfig(bytes: Uint8Array, what = "config.json"): ModelConfig {
  const at = `config.parse: ${what}`;
  const json = parseBoundedJson(bytes, CONFIG_BOUNDS, at);
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AssayError(
      "FORMAT",
      `${at}: ${issue?.path.join(".") || "document"}: ${issue?.message ?? "not a config"}`,
    );
  }
  const { text_config: nested, ...outer } = parsed.data;
  const pick = <K extends keyof typeof fields>(key: K) => nested?.[key] ?? outer[key] ?? null;
  return {
    modelType: pick("model_type"),
    hiddenSize: pick("hidden_size") ?? pick("n_embd"),
    intermediateSize: pick("intermediate_size") ?? pick("n_inner"),
    experts: pick("num_experts") ?? pick("n_routed_experts") ?? pick("num_local_experts"),
    expertsPerToken: pick("num_experts_per_tok"),
    expertIntermediateSize: pick("moe_intermediate_size"),
    layers: pick("num_hidden_layers") ?? pick("n_layer"),
    heads: pick("num_attention_heads") ?? pick("n_head"),
    keyValueHeads: pick("num_key_value_heads"),
    headDim: pick("head_dim"),
    vocabularySize: pick("vocab_size"),
    hiddenAct: pick("hidden_act") ?? pick("activation_function"),
    ropeTheta: pick("rope_theta") ?? pick("rope_parameters")?.rope_theta ?? null,
    normEpsilon: pick("rms_norm_eps") ?? pick("layer_norm_eps") ?? pick("layer_norm_epsilon"),
    maxPositions: pick("max_position_embeddings") ?? pick("n_positions"),
    tiedEmbeddings: pick("tie_word_embeddings"),
    quantization: quantizationOf(pick("quantization_config") ?? pick("compression_config")),
  };
}

function quantizationOf(given: z.infer<typeof quantization>): QuantizationConfig | null {
  if (!given) return null;
  const bits = new Set(Object.values(given.config_groups ?? {}).flatMap((g) => g.weights?.num_bits ?? []));
  return {
    method: given.quant_method ?? null,
    format: given.checkpoint_format ?? given.format ?? null,
    bits: given.bits ?? (bits.size === 1 ? [...bits][0]! : null),
    blockSize: given.weight_block_size ?? null,
  };
}
