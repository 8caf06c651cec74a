/**
 * Models that are not read yet, recognised by the names of their tensors or files, so that a refusal says what was
 * found. Sources: the `modeling_*.py` files of Hugging Face transformers, PEFT, llama.cpp, AutoGPTQ, meta-llama.
 */

/** Ends every refusal that is about the family. */
export const FAMILIES_READ =
  "models with the tensor names of the Llama family (Llama, Mistral, Qwen 2 and 3, Gemma, Phi, OLMo, StableLM; mixtures of experts as Mixtral, Qwen, DeepSeek, Llama 4 and GPT-OSS store them), GPT-2 or GPT-NeoX, and of other transformers whose layers hold two or three linear maps under names that are known (as BERT, T5, Whisper, ViT, CLIP, OPT, BLOOM, Mamba), in safetensors or ONNX files or as torch.save writes them (.bin, .pt), and GGUF files of such models, are read";

/** The more specific name first. */
const BY_TENSOR: readonly { pattern: RegExp; found: string }[] = [
  {
    pattern: /\.lora_[AB]\b|\.lora_embedding_[AB]\b/,
    found: "LoRA adapter weights, which are no model by themselves (name them together with their base: BASE+ADAPTER)",
  },
  { pattern: /\.(absmax|quant_map|quant_state\b.*)$/, found: "4-bit weights of bitsandbytes" },
  { pattern: /\.(weight_global_scale|weight_scale_2)$/, found: "NVFP4 weights" },
  { pattern: /\.(W_q|W_nbits)$/, found: "HQQ weights" },
  { pattern: /\.(codebooks|SU|Qidxs)$/, found: "weights quantised by codebooks" },
  { pattern: /\.(qweight|qzeros)$/, found: "GPTQ or AWQ quantised weights" },
  { pattern: /\.weight_packed$/, found: "packed quantised weights" },
  { pattern: /\.block_sparse_moe\./, found: "a mixture of experts under Mixtral names" },
  {
    pattern: /\.(mlp|feed_forward)\.(experts|shared_expert)\b|^blk\.\d+\.ffn_(gate|up|down)_exps\./,
    found: "a mixture of experts",
  },
  { pattern: /^layers\.\d+\.(attention\.wq|feed_forward\.w1)\./, found: "the names of Meta's own Llama checkpoints" },
];

const BY_FILE: readonly { pattern: RegExp; found: string }[] = [
  {
    pattern: /^adapter_(config\.json|model\.bin)$/,
    found:
      "a LoRA adapter, which is no model by itself (name it together with its base: BASE+ADAPTER, with adapter_model.safetensors in it)",
  },
  {
    pattern: /\.(bin|pt|pth|ckpt)$/i,
    found:
      "a pickle checkpoint that is not read (in a file or folder here, what torch.save writes is; else convert it where you trust it: save_pretrained of transformers writes safetensors)",
  },
  { pattern: /\.onnx$/i, found: "an ONNX file that holds no weights, or is behind a URL" },
  { pattern: /\.h5$/i, found: "a Keras file" },
  { pattern: /\.msgpack$/i, found: "a Flax file" },
];

/** What the names look like; null when nothing is recognised. */
export function familyOfTensors(names: readonly string[]): string | null {
  for (const { pattern, found } of BY_TENSOR) {
    const name = names.find((n) => pattern.test(n));
    if (name !== undefined) return found;
  }
  return null;
}

function familyOfFiles(names: readonly string[]): string | null {
  for (const { pattern, found } of BY_FILE) if (names.some((n) => pattern.test(n))) return found;
  return null;
}

/** The refusal of a model in another form; null when no file of a known form is there. */
export function refusalOfFiles(names: readonly string[]): string | null {
  const found = familyOfFiles(names);
  return found && `expected a safetensors or GGUF file, got ${found}; ${FAMILIES_READ}`;
}
