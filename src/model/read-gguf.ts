/**
 * A GGUF header to a `Reading`, with the configuration and vocabulary it carries (key names: ggml docs/gguf.md). For
 * Llama's architecture llama.cpp's converter interleaves the halves of each query and key head; that is undone by the
 * row order. Gemma's norm gains come with the 1 added that Hugging Face files leave out: such norms never look identical.
 */
import { NO_CONFIG } from "./beside/config.js";
import type { GgufHeader } from "./formats/gguf.js";
import { type GgufValue, TOKENS_KEY } from "./formats/gguf-values.js";
import type { CanonicalTensor, Model, ModelConfig, Reading, Vocabulary } from "./model.js";
import { ggufNaming } from "./names/names-gguf.js";
import { readEntries } from "./read-model.js";

/** Architectures whose query and key rows the converter leaves as they are; of others beside "llama" it is not known. */
const PLAIN_ROWS = new Set(
  "qwen2 qwen3 qwen2moe qwen3moe gemma gemma2 gemma3 phi2 phi3 gpt2 gptneox stablelm starcoder2 olmo2 olmoe deepseek2 gpt-oss falcon command-r cohere2".split(
    " ",
  ),
);

/** @param file the key under which the file's bytes are read */
export function readGguf(header: GgufHeader, file: string): { reading: Reading; vocabulary: Vocabulary | null } {
  const { entries } = header;
  const architecture = text(entries.get("general.architecture"));
  const vocabulary = vocabularyOf(entries.get(TOKENS_KEY));
  const refused = refusalOf(entries);
  if (refused !== null) return { reading: { kind: "refused", reason: refused }, vocabulary };
  const stored = header.tensors.map(({ name, type, typeNumber, shape, elements, offsetBytes }) => {
    const dtype = type?.name ?? `GGUF type ${typeNumber}`;
    return { name, dtype, shape, elements, offsetBytes, file };
  });
  const reading = readEntries(stored, configOf(entries, architecture), [ggufNaming(architecture)]);
  if (reading.kind === "refused") return { reading, vocabulary };
  return { reading: { kind: "model", model: withPlainRows(reading.model, architecture) }, vocabulary };
}

function refusalOf(entries: ReadonlyMap<string, GgufValue>): string | null {
  const parts = entries.get("split.count");
  if (typeof parts === "number" && parts > 1)
    return `found one of ${parts} files of a split GGUF model; join them first (llama-gguf-split --merge)`;
  const kind = text(entries.get("general.type"));
  if (kind === "adapter")
    return "found a LoRA adapter, which is no model by itself; merge it into its base model first";
  if (kind !== null && kind !== "model") return `found a GGUF file of type ${JSON.stringify(kind)}, which is no model`;
  return null;
}

function configOf(entries: ReadonlyMap<string, GgufValue>, architecture: string | null): ModelConfig {
  const at = (key: string) => entries.get(`${architecture}.${key}`);
  const size = (key: string) => {
    const value = at(key);
    // As in config.json: sizes are 32-bit. A list (one value a layer) settles nothing for the whole.
    return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 2 ** 31 ? value : null;
  };
  const number = (key: string) => {
    const value = at(key);
    return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : null;
  };
  const heads = size("attention.head_count");
  return {
    ...NO_CONFIG,
    modelType: architecture,
    hiddenSize: size("embedding_length"),
    intermediateSize: size("feed_forward_length"),
    experts: size("expert_count"),
    expertsPerToken: size("expert_used_count"),
    expertIntermediateSize: size("expert_feed_forward_length"),
    layers: size("block_count"),
    heads,
    keyValueHeads: at("attention.head_count_kv") === undefined ? heads : size("attention.head_count_kv"),
    headDim: size("attention.key_length"),
    vocabularySize: size("vocab_size"),
    ropeTheta: number("rope.freq_base"),
    normEpsilon: number("attention.layer_norm_rms_epsilon") ?? number("attention.layer_norm_epsilon"),
    maxPositions: size("context_length"),
  };
}

/** Queries and keys as Hugging Face files have them, or left aside where their order is not known. */
function withPlainRows(model: Model, architecture: string | null): Model {
  if (architecture !== null && PLAIN_ROWS.has(architecture)) return model;
  const count = architecture === "llama" && model.headDim % 2 === 0 ? model.headDim : 0;
  const tensors = new Map<string, CanonicalTensor>();
  const others = [...model.others];
  for (const [name, tensor] of model.tensors) {
    const { role, matrix, sourceName } = tensor;
    if (!/^attention\.[qk](\.bias)?$/.test(role)) tensors.set(name, tensor);
    else if (count > 0 && !role.endsWith("bias") && matrix.rows % count === 0)
      tensors.set(name, { ...tensor, matrix: { ...matrix, order: { kind: "halves", count } } });
    else others.push(sourceName);
  }
  return { ...model, tensors, others };
}

/** Token string → number; pieces that are no UTF-8 by themselves, and repeated ones, stand for no string. */
function vocabularyOf(tokens: GgufValue | undefined): Vocabulary | null {
  if (!Array.isArray(tokens)) return null;
  const ids = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [id, token] of (tokens as readonly string[]).entries()) {
    if (token.includes("\uFFFD")) continue;
    if (ids.has(token)) repeated.add(token);
    else ids.set(token, id);
  }
  for (const token of repeated) ids.delete(token);
  return ids;
}

function text(value: GgufValue | undefined): string | null {
  return typeof value === "string" && value.length > 0 && value.length <= 200 ? value : null;
}
